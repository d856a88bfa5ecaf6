"""Who the caller is; founding organisations; inviting, changing and removing members."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from chalicelib.identity import repository
from chalicelib.identity.founding_service import DEFAULT_ALLOCATION_ORDER, check_organisation_name, found_organisation
from chalicelib.identity.model import Member, Membership, Organisation
from chalicelib.identity.roles import CARETAKER, OWNER, PERMISSIONS
from chalicelib.ids import new_id
from chalicelib.pages import Page, PageRequest
from chalicelib.runtime.context import Actor, Context

__all__ = ["DEFAULT_ALLOCATION_ORDER", "found_organisation"]  # and all that stands here

INVITATION_LIFETIME = dt.timedelta(days=14)  # a number changes hands, and an owner forgets whom they invited
STALE_VERSION = "It has changed since you read it; read it again and repeat your change."


def get_caller(db: Connection, phone: str, organisation_id: UUID | None, *, may: str, now: dt.datetime) -> Context:
    """Return the context of the caller in the organisation that is asked for, or in the only one that they have.

    Raises:
        BadRequest: they have several and named none; the problem lists them.
        NotFound: they are no active member of the one they named, or of any.
        Forbidden: their role may not do ``may``.
    """
    rows = repository.list_caller_memberships(db, phone, organisation_id)
    found = {row.organisation_id: row for row in rows}
    if not found:
        raise NotFound(
            "You are not a member of that organisation."
            if organisation_id
            else "You are not a member of any organisation yet; found one with POST /v1/organisations."
        )
    if len(found) > 1:
        listed = [{"id": str(row.organisation_id), "name": row.name} for row in found.values()]
        raise BadRequest("You belong to several organisations; name one in X-Organisation.", organisations=listed)
    row = rows[0]
    if row.role not in PERMISSIONS[may]:
        raise Forbidden("Your role does not allow this.", role=row.role, action=may)
    named = frozenset(each.property_id for each in rows if each.property_id) if row.role == CARETAKER else None
    return Context(db, row.organisation_id, Actor(row.id, row.role, named), now, day_of(now, row.time_zone))


def get_organisation(db: Connection, organisation_id: UUID) -> Organisation:
    found = repository.find_organisation(db, organisation_id)
    if found is None:
        raise NotFound("There is no such organisation.")
    return found


def system_context(db: Connection, organisation_id: UUID, now: dt.datetime, member_id: UUID | None = None) -> Context:
    """Return the context of a task on the organisation's own day, for whose time zone it is read."""
    today = day_of(now, get_organisation(db, organisation_id).time_zone)
    return Context.for_system(db, organisation_id, now=now, today=today, member_id=member_id)


def list_organisations(db: Connection, *, after: UUID | None, limit: int) -> list[Organisation]:
    """Return the next organisations, by id: for what is done by the clock, which belongs to none of them."""
    return repository.list_organisations(db, after, limit)


def change_organisation(ctx: Context, version: int | None, values: dict[str, Any]) -> Organisation:
    """Change the settings in ``values`` and return the organisation.

    Raises:
        Invalid: a late fee is asked for without its amount or rate, or the new name is refused.
        PreconditionFailed: it is no longer at ``version``.
    """
    if "name" in values:
        check_organisation_name(values["name"], has_grant=repository.has_active_grant(ctx.db, ctx.organisation_id))
    after = {**_late_fee(get_organisation(ctx.db, ctx.organisation_id)), **values}
    if after["late_fee_kind"] == "fixed" and not after["late_fee_cents"]:
        raise Invalid([("late_fee_amount", "a fixed late fee needs its amount")])
    if after["late_fee_kind"] == "percent" and not after["late_fee_bps"]:
        raise Invalid([("late_fee_bps", "a late fee in percent needs its rate")])
    if not repository.update_organisation(ctx.db, ctx.organisation_id, version, values):
        raise PreconditionFailed(STALE_VERSION)
    return get_organisation(ctx.db, ctx.organisation_id)


def _late_fee(organisation: Organisation) -> dict[str, Any]:
    return {name: getattr(organisation, name) for name in ("late_fee_kind", "late_fee_cents", "late_fee_bps")}


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


def invite_member(ctx: Context, values: dict[str, Any]) -> Member:
    """Invite ``values["phone"]`` to a role. One who was removed is invited anew, and one who let it expire.

    Raises:
        Conflict: the number is already a member or invited.
        Invalid: a property is not the organisation's, or the role and the named properties do not fit.
    """
    named = values.get("properties", [])
    _check_member_properties(ctx, values["role"], named)
    known = repository.find_member_by_phone(ctx.db, ctx.organisation_id, values["phone"])
    status = None if known is None else _with_invitation_status(known, ctx.now).status
    if known is None:
        member = Member(
            new_id(), values["phone"], values["name"], values["role"], "invited", named, 1, ctx.now, ctx.now
        )
        if not repository.add_member(ctx.db, ctx.organisation_id, member):
            raise Conflict("That number has just been invited.")
    elif status in ("removed", "expired"):
        fresh = {"name": values["name"], "role": values["role"], "status": "invited", "invited_at": ctx.now}
        repository.update_member(ctx.db, ctx.organisation_id, known.id, None, fresh)
        repository.set_member_properties(ctx.db, ctx.organisation_id, known.id, named)
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


def change_member(ctx: Context, member_id: UUID, version: int | None, values: dict[str, Any]) -> Member:
    """Change a member's name, role or named properties.

    Raises:
        Conflict: the organisation would be left without an owner.
        Invalid: a property is not the organisation's, or the role and the named properties do not fit.
        PreconditionFailed: the member is no longer at ``version``.
    """
    owners = repository.lock_owners(ctx.db, ctx.organisation_id)
    member = get_member(ctx, member_id)
    role = values.get("role", member.role)
    named = values.get("properties", member.properties if role == CARETAKER else [])
    _check_member_properties(ctx, role, named)
    if role != OWNER:
        _require_another_owner(owners, member_id)
    columns: dict[str, Any] = {name: values[name] for name in ("name", "role") if name in values}
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


def _check_member_properties(ctx: Context, role: str, named: list[UUID]) -> None:
    if role != CARETAKER and named:
        raise Invalid([("properties", "only a caretaker can be limited to named properties")])
    unknown = repository.lock_properties(ctx.db, ctx.organisation_id, named)
    if unknown:
        raise Invalid([("properties", f"the organisation has no property {unknown[0]}")])


def record_audit_event(ctx: Context, *, action: str, subject: str, fields: list[str], request_id: str) -> None:
    """Keep who did what to what; ``fields`` are names, so that no personal data enters what cannot be erased."""
    repository.add_audit_event(
        ctx.db,
        ctx.organisation_id,
        at=ctx.now,
        member_id=ctx.actor.member_id,
        action=action,
        subject=subject,
        fields=fields,
        request_id=request_id,
    )


def record_operator_event(ctx: Context, *, action: str, fields: list[str], request_id: str) -> None:
    """Keep in the organisation's trail what an operator did to it; no member did."""
    repository.add_audit_event(
        ctx.db,
        ctx.organisation_id,
        at=ctx.now,
        member_id=None,
        action=action,
        subject="operator",
        fields=fields,
        request_id=request_id,
    )


def list_audit_events(ctx: Context, page_request: PageRequest) -> Page[Any]:
    return repository.list_audit_events(ctx.db, ctx.organisation_id, page_request)
