"""Tenants, their identity documents, and their erasure."""

from uuid import UUID

from chalicelib import leasing, privacy
from chalicelib.api.schemas import tenants as schemas
from chalicelib.leasing.tenant_model import IdentityDocument, Tenant
from chalicelib.web import idempotency
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="leasing")


@routes.post(
    "/tenants/{tenant_id}/erase",
    tag="onboarding",
    may="erase_tenant",
    answer=schemas.TenantView,
    status=200,
    fresh=True,
)
def erase_tenant(request: RequestContext, tenant_id: UUID) -> Tenant:
    """Erase a tenant.

    Anonymises a tenant without a current or future lease: name, phones, documents, notes and messages are erased
    and cannot be restored, while invoices, payments and journals stay. Owners only, with a recent sign-in. A tenant
    with an open lease, or already erased, is refused (409).
    """
    erased = privacy.erase_tenant(request.ctx, tenant_id)
    idempotency.clear_answers(request.ctx)  # last: it waits for requests that may tell of them
    return erased


@routes.get("/tenants", may="see_tenants", query=schemas.TenantQuery, answer=schemas.TenantView)
def list_tenants(request: RequestContext) -> Page[Tenant]:
    """List tenants.

    Returns tenants by name; ``name`` finds by the beginning of a name, ``phone`` by a number. A caretaker sees who
    lives in the named properties now, without documents, address and notes.
    """
    filters = {name: request.query[name] for name in ("name", "phone") if name in request.query}
    return leasing.list_tenants(request.ctx, request.page_request, **filters)


@routes.post(
    "/tenants", may="edit_tenants", body=schemas.NewTenant, answer=schemas.TenantView, location="/v1/tenants/{id}"
)
def add_tenant(request: RequestContext) -> Tenant:
    """Add a tenant.

    Adds a tenant; the first phone is called first. The identity document is stored encrypted under a key of its
    own. For owners and managers.
    """
    return leasing.add_tenant(request.ctx, request.body, keys=request.resources.keys)


@routes.get("/tenants/{tenant_id}", may="see_tenants", answer=schemas.TenantView)
def get_tenant(request: RequestContext, tenant_id: UUID) -> Tenant:
    """Get a tenant.

    Returns one tenant, with the version as ETag, and for each phone whether its holder has confirmed it. A
    caretaker sees current tenants of the named properties, without documents, address and notes.
    """
    return leasing.get_visible_tenant(request.ctx, tenant_id)


@routes.patch("/tenants/{tenant_id}", may="edit_tenants", body=schemas.TenantChange, answer=schemas.TenantView)
def change_tenant(request: RequestContext, tenant_id: UUID) -> Tenant:
    """Change a tenant.

    Changes the given fields; ``null`` removes an identity document or next of kin. Messages that wait follow a new
    phone or language. For owners and managers, with If-Match. An erased tenant is refused (409).
    """
    return leasing.change_tenant(request.ctx, tenant_id, request.if_match, request.body, keys=request.resources.keys)


@routes.get(
    "/tenants/{tenant_id}/identity-document",
    may="read_identity_document",
    answer=schemas.IdentityDocument,
    audited=True,
    fresh=True,
)
def read_identity_document(request: RequestContext, tenant_id: UUID) -> IdentityDocument:
    """Get a tenant's identity document.

    Returns kind and number of the identity document in clear. For owners and managers, with a recent sign-in; each
    read is recorded in the audit trail. 404 if none is stored.
    """
    return leasing.read_identity_document(request.ctx, tenant_id, keys=request.resources.keys)
