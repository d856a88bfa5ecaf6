"""People, organisations and members over HTTP."""

from typing import Any
from uuid import UUID

from chalicelib.identity import service
from chalicelib.identity.model import Member, Membership, Organisation
from chalicelib.identity.roles import SIGNED_IN
from chalicelib.identity.schemas import (
    ACCEPTANCE,
    AUDIT_EVENT,
    ME,
    MEMBER,
    MEMBER_CHANGE,
    MEMBERSHIP,
    NEW_MEMBER,
    NEW_ORGANISATION,
    ORGANISATION,
    ORGANISATION_CHANGE,
    PAGING,
)
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

identity = ApiBlueprint(__name__, tag="identity")


@identity.get("/me", may=SIGNED_IN, answer=ME)
def get_me(request: RequestContext) -> dict[str, Any]:
    """Get the signed-in person.

    Returns the phone number of the token, the organisations the person is an active member of, and invitations they
    may still accept. Needs no organisation.
    """
    found = service.list_memberships(request.db, request.caller_phone, now=request.resources.clock.now())
    return {
        "phone": request.caller_phone,
        "memberships": [each for each in found if each.status == "active"],
        "invitations": [each for each in found if each.status == "invited"],
    }


@identity.post("/organisations", may=SIGNED_IN, body=NEW_ORGANISATION, answer=ORGANISATION)
def found_organisation(request: RequestContext) -> Organisation:
    """Found an organisation.

    Creates an organisation in KES and the time zone Africa/Nairobi; the signed-in person becomes its owner. One
    phone number can found 3 organisations a day (429) and 10 in all (409). A name that is a protected brand, or is
    not in Latin letters, is refused (422).
    """
    return service.found_organisation(
        request.db, request.caller_phone, **request.body, now=request.resources.clock.now()
    )


@identity.post("/invitations/{member_id}/accept", may=SIGNED_IN, body=ACCEPTANCE, answer=MEMBERSHIP, status=200)
def accept_invitation(request: RequestContext, member_id: UUID) -> Membership:
    """Accept an invitation.

    Makes the signed-in person an active member by the invitation sent to their number, and returns the membership.
    Accepting again changes nothing; an unknown, foreign or expired invitation (14 days) is answered with 404.
    """
    return service.accept_invitation(
        request.db, request.caller_phone, member_id, **request.body, now=request.resources.clock.now()
    )


@identity.get("/organisation", may="see_organisation", answer=ORGANISATION)
def get_organisation(request: RequestContext) -> Organisation:
    """Get the organisation.

    Returns the settings of the organisation, with their version as ETag. Every member may read them.
    """
    return service.get_organisation(request.ctx.db, request.ctx.organisation_id)


@identity.patch("/organisation", may="change_organisation", body=ORGANISATION_CHANGE, answer=ORGANISATION, fresh=True)
def change_organisation(request: RequestContext) -> Organisation:
    """Change the organisation's settings.

    Changes the given fields: name, due day, grace, late fees, allocation order, automatic billing. Owners only,
    with a recent sign-in and If-Match. A fixed late fee needs its amount and a percentage its rate (422).
    """
    return service.change_organisation(request.ctx, request.if_match, request.body)


@identity.get("/members", may="see_members", query=PAGING, answer=MEMBER)
def list_members(request: RequestContext) -> Page[Member]:
    """List members and invitations.

    Returns active members, and invitations with the status ``invited`` or ``expired``; removed members are left
    out. For owners, managers and accountants.
    """
    return service.list_members(request.ctx, request.page_request)


@identity.post(
    "/members", may="manage_members", body=NEW_MEMBER, answer=MEMBER, location="/v1/members/{id}", fresh=True
)
def invite_member(request: RequestContext) -> Member:
    """Invite a member.

    Invites a person by phone number to a role; only a caretaker can be limited to named properties. Owners only,
    with a recent sign-in. The invitation expires after 14 days; somebody who was removed, or whose invitation
    expired, is invited again, and an active or invited number is refused (409).
    """
    return service.invite_member(request.ctx, request.body)


@identity.get("/members/{member_id}", may="see_members", answer=MEMBER)
def get_member(request: RequestContext, member_id: UUID) -> Member:
    """Get a member.

    Returns one member or invitation, with the version as ETag. For owners, managers and accountants.
    """
    return service.get_member(request.ctx, member_id)


@identity.patch("/members/{member_id}", may="manage_members", body=MEMBER_CHANGE, answer=MEMBER, fresh=True)
def change_member(request: RequestContext, member_id: UUID) -> Member:
    """Change a member.

    Changes a member's name, role or named properties; it takes effect with their next request. Owners only, with a
    recent sign-in and If-Match. The last owner cannot lose the role (409).
    """
    return service.change_member(request.ctx, member_id, request.if_match, request.body)


@identity.delete("/members/{member_id}", may="manage_members", fresh=True)
def remove_member(request: RequestContext, member_id: UUID) -> None:
    """Remove a member.

    Removes the member; their next request finds no organisation. Owners only, with a recent sign-in and If-Match.
    The last owner cannot be removed (409).
    """
    service.remove_member(request.ctx, member_id, request.if_match)


@identity.get("/audit-events", may="see_audit", query=PAGING, answer=AUDIT_EVENT)
def list_audit_events(request: RequestContext) -> Page[Any]:
    """List audit events.

    Returns who changed or read what and when, newest first: the path, the names of the fields that were sent, never
    their values. Changes by an operator are listed without a member. Owners only.
    """
    return service.list_audit_events(request.ctx, request.page_request)
