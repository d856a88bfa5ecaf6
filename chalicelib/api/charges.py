"""One-off and recurring charges."""

from typing import Any
from uuid import UUID

from chalicelib import billing, lease_accounts, leasing
from chalicelib.api.schemas import charges as schemas
from chalicelib.billing.model import Charge
from chalicelib.leasing.model import RecurringCharge
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="billing")


@routes.get("/charges", may="see_billing", query=schemas.ChargeQuery, answer=schemas.ChargeView)
def list_charges(request: RequestContext) -> Page[Charge]:
    """List charges.

    Returns one-off charges, oldest first; filter by lease, invoice and status. For owners, managers and
    accountants.
    """
    return billing.list_charges(
        request.ctx,
        request.page_request,
        lease_id=request.query.get("lease_id"),
        invoice_id=request.query.get("invoice_id"),
        status=request.query.get("status"),
    )


@routes.post("/charges", may="bill", body=schemas.NewCharge, answer=schemas.ChargeView, location="/v1/charges/{id}")
def add_charge(request: RequestContext) -> Charge:
    """Add a charge.

    Adds a one-off charge, which goes on the lease's next monthly invoice of a month that ends on or after
    ``charged_on`` (today if absent). For owners, managers and accountants.
    """
    return billing.add_charge(request.ctx, request.body)


@routes.get("/charges/{charge_id}", may="see_billing", answer=schemas.ChargeView)
def get_charge(request: RequestContext, charge_id: UUID) -> Charge:
    """Get a charge.

    Returns one charge, with the invoice that billed it, if any. For owners, managers and accountants.
    """
    return billing.get_charge(request.ctx, charge_id)


@routes.post("/charges/{charge_id}/cancel", may="bill", answer=schemas.ChargeView, status=200)
def cancel_charge(request: RequestContext, charge_id: UUID) -> Charge:
    """Cancel a charge.

    Cancels a pending charge. One that was invoiced is refused (409); credit or void the invoice instead. For
    owners, managers and accountants.
    """
    return billing.cancel_charge(request.ctx, charge_id)


@routes.get(
    "/recurring-charges/{recurring_charge_id}", tag="leasing", may="see_leases", answer=schemas.RecurringChargeView
)
def get_recurring_charge(request: RequestContext, recurring_charge_id: UUID) -> RecurringCharge:
    """Get a recurring charge.

    Returns one recurring charge, with the version as ETag.
    """
    return leasing.get_recurring_charge(request.ctx, recurring_charge_id)


@routes.patch(
    "/recurring-charges/{recurring_charge_id}",
    tag="leasing",
    may="edit_leases",
    body=schemas.RecurringChargeChange,
    answer=schemas.RecurringChargeView,
)
def change_recurring_charge(request: RequestContext, recurring_charge_id: UUID) -> RecurringCharge:
    """Change a recurring charge.

    Changes description, amount, proration or the last day. Another amount counts for the months not billed yet, or from
    ``effective_on``; what it was until then is kept as a charge that ended. Set ``ends_on`` to end it; the day before
    ``starts_on`` cancels it. Billed months are credited or, once ``confirmed``, billed the difference (else 409). For
    owners and managers, with If-Match.
    """
    changes: Any = dict(request.body)
    confirmed, effective_on = changes.pop("confirmed"), changes.pop("effective_on", None)
    return lease_accounts.change_recurring_charge(
        request.ctx,
        recurring_charge_id,
        request.if_match,
        changes,
        effective_on=effective_on,
        confirmed=confirmed,
    )
