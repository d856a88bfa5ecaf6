"""The caller, organisations, invitations and the audit trail."""

from typing import Any
from uuid import UUID

from chalicelib import messaging, organisations
from chalicelib.access.roles import SIGNED_IN
from chalicelib.api.schemas import organisations as schemas
from chalicelib.organisations.model import Membership, Organisation
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="identity")


class OrganisationAnswer(Organisation):
    """An organisation with what its owner should know of its settings."""

    @property
    def warnings(self) -> list[str]:
        return messaging.describe_costly_name(self.name)


@routes.get("/me", may=SIGNED_IN, answer=schemas.MeView)
def get_me(request: RequestContext) -> dict[str, Any]:
    """Get the signed-in person.

    Returns the phone number of the token, the organisations the person is an active member of, and invitations they
    may still accept. Needs no organisation.
    """
    found = organisations.list_memberships(request.db, request.caller_phone, now=request.resources.clock.now())
    return {
        "phone": request.caller_phone,
        "memberships": [each for each in found if each.status == "active"],
        "invitations": [each for each in found if each.status == "invited"],
    }


@routes.post("/organisations", may=SIGNED_IN, body=schemas.NewOrganisation, answer=schemas.OrganisationView)
def found_organisation(request: RequestContext) -> Organisation:
    """Found an organisation.

    Creates an organisation in KES and the time zone Africa/Nairobi; the signed-in person becomes its owner. One
    phone number can found 3 organisations a day (429) and 10 in all (409). A name that is a protected brand, or is
    not in Latin letters, is refused (422); one that makes every SMS dearer, such as by an emoji, is warned of.
    """
    founded = organisations.found_organisation(
        request.db,
        request.caller_phone,
        name=request.body["name"],
        person_name=request.body["person_name"],
        now=request.resources.clock.now(),
    )
    return OrganisationAnswer(*founded)


@routes.post(
    "/invitations/{member_id}/accept", may=SIGNED_IN, body=schemas.Acceptance, answer=schemas.MembershipView, status=200
)
def accept_invitation(request: RequestContext, member_id: UUID) -> Membership:
    """Accept an invitation.

    Makes the signed-in person an active member by the invitation sent to their number, and returns the membership.
    Accepting again changes nothing; an unknown, foreign or expired invitation (14 days) is answered with 404.
    """
    return organisations.accept_invitation(
        request.db, request.caller_phone, member_id, name=request.body["name"], now=request.resources.clock.now()
    )


@routes.get("/organisation", may="see_organisation", answer=schemas.OrganisationView)
def get_organisation(request: RequestContext) -> Organisation:
    """Get the organisation.

    Returns the settings of the organisation, with their version as ETag. Every member may read them.
    """
    return OrganisationAnswer(*organisations.get_organisation(request.ctx.db, request.ctx.organisation_id))


@routes.patch(
    "/organisation",
    may="change_organisation",
    body=schemas.OrganisationChange,
    answer=schemas.OrganisationView,
    fresh=True,
)
def change_organisation(request: RequestContext) -> Organisation:
    """Change the organisation's settings.

    Changes the given fields: name, due day, grace, late fees, allocation order, automatic billing. Owners only,
    with a recent sign-in and If-Match. A fixed late fee needs its amount and a percentage its rate (422).
    """
    return OrganisationAnswer(*organisations.change_organisation(request.ctx, request.if_match, request.body))


@routes.get("/audit-events", may="see_audit", query=Paging, answer=schemas.AuditEventView)
def list_audit_events(request: RequestContext) -> Page[Any]:
    """List audit events.

    Returns who changed or read what and when, newest first: the path, the names of the fields that were sent, never
    their values. Changes by an operator are listed without a member. Owners only.
    """
    return organisations.list_audit_events(request.ctx, request.page_request)
