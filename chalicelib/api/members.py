"""Members of an organisation."""

from uuid import UUID

from chalicelib import organisations
from chalicelib.api.schemas import members as schemas
from chalicelib.organisations.model import Member
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="identity")


@routes.get("/members", may="see_members", query=Paging, answer=schemas.MemberView)
def list_members(request: RequestContext) -> Page[Member]:
    """List members and invitations.

    Returns active members, and invitations with the status ``invited`` or ``expired``; removed members are left
    out. For owners, managers and accountants.
    """
    return organisations.list_members(request.ctx, request.page_request)


@routes.post(
    "/members",
    may="manage_members",
    body=schemas.NewMember,
    answer=schemas.MemberView,
    location="/v1/members/{id}",
    fresh=True,
)
def invite_member(request: RequestContext) -> Member:
    """Invite a member.

    Invites a person by phone number to a role; only a caretaker can be limited to named properties. Owners only,
    with a recent sign-in. The invitation expires after 14 days; somebody who was removed, or whose invitation
    expired, is invited again, and an active or invited number is refused (409).
    """
    return organisations.invite_member(request.ctx, request.body)


@routes.get("/members/{member_id}", may="see_members", answer=schemas.MemberView)
def get_member(request: RequestContext, member_id: UUID) -> Member:
    """Get a member.

    Returns one member or invitation, with the version as ETag. For owners, managers and accountants.
    """
    return organisations.get_member(request.ctx, member_id)


@routes.patch(
    "/members/{member_id}", may="manage_members", body=schemas.MemberChange, answer=schemas.MemberView, fresh=True
)
def change_member(request: RequestContext, member_id: UUID) -> Member:
    """Change a member.

    Changes a member's name, role or named properties; it takes effect with their next request. Owners only, with a
    recent sign-in and If-Match. The last owner cannot lose the role (409).
    """
    return organisations.change_member(request.ctx, member_id, request.if_match, request.body)


@routes.delete("/members/{member_id}", may="manage_members", fresh=True)
def remove_member(request: RequestContext, member_id: UUID) -> None:
    """Remove a member.

    Removes the member; their next request finds no organisation. Owners only, with a recent sign-in and If-Match.
    The last owner cannot be removed (409).
    """
    organisations.remove_member(request.ctx, member_id, request.if_match)
