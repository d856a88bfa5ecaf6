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
from chalicelib.web.routing import ApiBlueprint, Call, Page

identity = ApiBlueprint(__name__, tag="identity")


@identity.get("/me", may=SIGNED_IN, answer=ME)
def get_me(call: Call) -> dict[str, Any]:
    """Tell who is signed in, their organisations and their invitations."""
    found = service.list_memberships(call.db, call.phone, now=call.parts.clock.now())
    return {
        "phone": call.phone,
        "memberships": [each for each in found if each.status == "active"],
        "invitations": [each for each in found if each.status == "invited"],
    }


@identity.post("/organisations", may=SIGNED_IN, body=NEW_ORGANISATION, answer=ORGANISATION)
def found_organisation(call: Call) -> Organisation:
    """Found an organisation; the person who is signed in becomes its owner."""
    return service.found_organisation(call.db, call.phone, **call.body, now=call.parts.clock.now())


@identity.post("/invitations/{member_id}/accept", may=SIGNED_IN, body=ACCEPTANCE, answer=MEMBERSHIP, status=200)
def accept_invitation(call: Call, member_id: UUID) -> Membership:
    """Accept an invitation that was sent to the number that is signed in."""
    return service.accept_invitation(call.db, call.phone, member_id, **call.body, now=call.parts.clock.now())


@identity.get("/organisation", may="see_organisation", answer=ORGANISATION)
def get_organisation(call: Call) -> Organisation:
    """Tell the organisation's settings."""
    return service.get_organisation(call.ctx.db, call.ctx.organisation_id)


@identity.patch("/organisation", may="change_organisation", body=ORGANISATION_CHANGE, answer=ORGANISATION, fresh=True)
def change_organisation(call: Call) -> Organisation:
    """Change the organisation's settings."""
    return service.change_organisation(call.ctx, call.if_match, call.body)


@identity.get("/members", may="see_members", query=PAGING, answer=MEMBER)
def list_members(call: Call) -> Page[Member]:
    """List members and invitations."""
    return service.list_members(call.ctx, call.asked)


@identity.post(
    "/members", may="manage_members", body=NEW_MEMBER, answer=MEMBER, location="/v1/members/{id}", fresh=True
)
def invite_member(call: Call) -> Member:
    """Invite a person by phone number; an invitation that is not accepted within 14 days expires."""
    return service.invite_member(call.ctx, call.body)


@identity.get("/members/{member_id}", may="see_members", answer=MEMBER)
def get_member(call: Call, member_id: UUID) -> Member:
    """Tell one member."""
    return service.get_member(call.ctx, member_id)


@identity.patch("/members/{member_id}", may="manage_members", body=MEMBER_CHANGE, answer=MEMBER, fresh=True)
def change_member(call: Call, member_id: UUID) -> Member:
    """Change a member's name, role or named properties."""
    return service.change_member(call.ctx, member_id, call.if_match, call.body)


@identity.delete("/members/{member_id}", may="manage_members", fresh=True)
def remove_member(call: Call, member_id: UUID) -> None:
    """Remove a member; it takes effect with their next request."""
    service.remove_member(call.ctx, member_id, call.if_match)


@identity.get("/audit-events", may="see_audit", query=PAGING, answer=AUDIT_EVENT)
def list_audit_events(call: Call) -> Page[Any]:
    """List who did what, newest first."""
    return service.list_audit_events(call.ctx, call.asked)
