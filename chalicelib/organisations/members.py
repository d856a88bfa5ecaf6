"""Members of an organisation: invited, changed and removed; their last owner stays."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.access.roles import CARETAKER, OWNER
from chalicelib.errors import STALE_VERSION, Conflict, Invalid, NotFound, PreconditionFailed
from chalicelib.ids import new_id
from chalicelib.organisations import repository
from chalicelib.organisations.model import Member, MemberChange, Membership, NewMember
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context

INVITATION_LIFETIME = dt.timedelta(days=14)  # a number changes hands, and an owner forgets whom they invited


def list_memberships(db: Connection, phone: str, *, now: dt.datetime) -> list[Membership]:
    """Return where the person is a member, or is invited and may still accept."""
    return repository.list_memberships(db, phone, now - INVITATION_LIFETIME)


def accept_invitation(db: Connection, phone: str, member_id: UUID, *, name: str, now: dt.datetime) -> Membership:
    """Make the person a member by the invitation that was addressed to their number; a second time changes nothing.

    Raises:
        NotFound: there is no such invitation for this number, or it has expired.
    """
    repository.activate_member(db, member_id, phone, now - INVITATION_LIFETIME)
    mine = next((each for each in list_memberships(db, phone, now=now) if each.id == member_id), None)
    if mine is None:
        raise NotFound("There is no such invitation for your number.")
    repository.add_person(db, phone, name, now)
    return mine


def invite_member(ctx: Context, new: NewMember) -> Member:
    """Invite a phone number to a role. One who was removed is invited anew, and one who let it expire.

    Raises:
        Conflict: the number is already a member or invited.
        Invalid: a property is not the organisation's, or the role and the named properties do not fit.
    """
    _check_member_properties(ctx, new.role, new.properties)
    known = repository.find_member_by_phone(ctx.db, ctx.organisation_id, new.phone)
    status = None if known is None else _with_invitation_status(known, ctx.now).status
    if known is None:
        member = Member(new_id(), new.phone, new.name, new.role, "invited", list(new.properties), 1, ctx.now, ctx.now)
        if not repository.add_member(ctx.db, ctx.organisation_id, member):
            raise Conflict("That number has just been invited.")
    elif status in ("removed", "expired"):
        fresh = {"name": new.name, "role": new.role, "status": "invited", "invited_at": ctx.now}
        repository.update_member(ctx.db, ctx.organisation_id, known.id, None, fresh)
        repository.set_member_properties(ctx.db, ctx.organisation_id, known.id, new.properties)
        member = known
    else:
        raise Conflict("That number is already a member or invited.", member_id=str(known.id))
    return get_member(ctx, member.id)


def get_member(ctx: Context, member_id: UUID) -> Member:
    found = repository.find_member(ctx.db, ctx.organisation_id, member_id)
    if found is None or found.status == "removed":
        raise NotFound("There is no such member.")
    return _with_invitation_status(found, ctx.now)


def list_members(ctx: Context, page_request: PageRequest) -> Page[Member]:
    page = repository.list_members(ctx.db, ctx.organisation_id, page_request)
    return Page([_with_invitation_status(each, ctx.now) for each in page.items], page.next_cursor)


def _with_invitation_status(member: Member, now: dt.datetime) -> Member:
    """Return the member with what has become of an invitation by ``now``."""
    if member.status != "invited" or member.invited_at is None:
        return member
    expires_at = member.invited_at + INVITATION_LIFETIME
    status = "expired" if expires_at <= now else "invited"
    return member._replace(status=status, invitation_expires_at=expires_at)


def change_member(ctx: Context, member_id: UUID, version: int | None, changes: MemberChange) -> Member:
    """Change a member's name, role or named properties.

    Raises:
        Conflict: the organisation would be left without an owner.
        Invalid: a property is not the organisation's, or the role and the named properties do not fit.
        PreconditionFailed: the member is no longer at ``version``.
    """
    owners = repository.lock_owners(ctx.db, ctx.organisation_id)
    member = get_member(ctx, member_id)
    role = changes.get("role", member.role)
    named = changes.get("properties", member.properties if role == CARETAKER else [])
    _check_member_properties(ctx, role, named)
    if role != OWNER:
        _require_another_owner(owners, member_id)
    columns = {name: value for name, value in changes.items() if name != "properties"}
    if not repository.update_member(ctx.db, ctx.organisation_id, member_id, version, columns):
        raise PreconditionFailed(STALE_VERSION)
    repository.set_member_properties(ctx.db, ctx.organisation_id, member_id, named)
    return get_member(ctx, member_id)


def remove_member(ctx: Context, member_id: UUID, version: int | None) -> None:
    """Take the member out; their next request already finds no organisation.

    Raises:
        Conflict: the organisation would be left without an owner.
        PreconditionFailed: the member is no longer at ``version``.
    """
    owners = repository.lock_owners(ctx.db, ctx.organisation_id)
    get_member(ctx, member_id)
    _require_another_owner(owners, member_id)
    if not repository.update_member(ctx.db, ctx.organisation_id, member_id, version, {"status": "removed"}):
        raise PreconditionFailed(STALE_VERSION)
    repository.set_member_properties(ctx.db, ctx.organisation_id, member_id, [])


def _require_another_owner(owners: list[UUID], leaving: UUID) -> None:
    if owners == [leaving]:
        raise Conflict("An organisation needs at least one owner; make another member an owner first.")


def _check_member_properties(ctx: Context, role: str, named: Sequence[UUID]) -> None:
    if role != CARETAKER and named:
        raise Invalid([("properties", "only a caretaker can be limited to named properties")])
    unknown = repository.lock_properties(ctx.db, ctx.organisation_id, named)
    if unknown:
        raise Invalid([("properties", f"the organisation has no property {unknown[0]}")])
