"""Leases: their terms, rents, opening balances, how they end and their final accounts."""

from uuid import UUID

from chalicelib import billing, lease_accounts, leasing, payments
from chalicelib.api.schemas import charges as charge_schemas
from chalicelib.api.schemas import invoices as invoice_schemas
from chalicelib.api.schemas import leases as schemas
from chalicelib.api.schemas import ledger as ledger_schemas
from chalicelib.api.schemas import payments as payment_schemas
from chalicelib.billing.model import ExcusedMonth, Invoice
from chalicelib.leasing.model import DatedRent, Lease, NewRecurringCharge, RecurringCharge
from chalicelib.payments.model import Payment
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

LEASE_FILTERS = ("unit_id", "property_id", "tenant_id", "status")
routes = ApiBlueprint(__name__, tag="leasing")


@routes.patch(
    "/leases/{lease_id}", tag="billing", may="edit_leases", body=schemas.LeaseChange, answer=schemas.LeaseView
)
def change_lease(request: RequestContext, lease_id: UUID) -> Lease:
    """Change a lease.

    Changes due day, grace, notice, note, tenants, agreed deposits, the first month to bill, or a later ``ends_on``;
    days added to a month that is billed are billed at once. To shorten a lease, terminate it. For owners and managers,
    with If-Match. An ended lease is refused (409).
    """
    return lease_accounts.change_lease(request.ctx, lease_id, request.if_match, request.body)


@routes.get("/leases", may="see_leases", query=schemas.LeaseQuery, answer=schemas.LeaseView)
def list_leases(request: RequestContext) -> Page[Lease]:
    """List leases.

    Returns leases; filter by unit, property, tenant (who pays first) and status. A caretaker sees those of the
    named properties.
    """
    filters = {name: request.query[name] for name in LEASE_FILTERS if name in request.query}
    return leasing.list_leases(request.ctx, request.page_request, **filters)


@routes.post("/leases", may="edit_leases", body=schemas.NewLease, answer=schemas.LeaseView, location="/v1/leases/{id}")
def add_lease(request: RequestContext) -> Lease:
    """Create a lease.

    Lets a unit to one or more tenants, the first of whom pays. Without ``ends_on`` the lease is open-ended; due day
    and grace are those of the organisation if absent. One that began before this month needs ``billed_from``, the first
    month to bill; what it owed by then is its opening balance. Refused if another lease of the unit covers some of the
    days (409). For owners and managers.
    """
    return leasing.add_lease(request.ctx, request.body)


@routes.get("/leases/{lease_id}", may="see_leases", answer=schemas.LeaseView)
def get_lease(request: RequestContext, lease_id: UUID) -> Lease:
    """Get a lease.

    Returns one lease with its current rent, tenants and status, and the version as ETag. A caretaker sees those of
    the named properties.
    """
    return leasing.get_lease(request.ctx, lease_id)


@routes.post(
    "/leases/{lease_id}/renew",
    may="edit_leases",
    body=schemas.Renewal,
    answer=schemas.LeaseView,
    location="/v1/leases/{id}",
)
def renew_lease(request: RequestContext, lease_id: UUID) -> Lease:
    """Renew a lease.

    Creates a lease of the same unit and tenants from the day after this one ends, and returns it; recurring charges
    and deposits carry over. Refused if the lease is open-ended, was terminated, or the unit is let from that day
    (409). For owners and managers.
    """
    return leasing.renew_lease(request.ctx, lease_id, request.body)


@routes.get("/leases/{lease_id}/rents", may="see_leases", query=Paging, answer=schemas.RentStep)
def list_rents(request: RequestContext, lease_id: UUID) -> Page[DatedRent]:
    """List the rents of a lease.

    Returns the dated monthly rents of a lease, oldest first.
    """
    return leasing.list_rents(request.ctx, lease_id, request.page_request)


@routes.post("/leases/{lease_id}/rents", may="edit_leases", body=schemas.RentStep, answer=schemas.RentStep)
def add_rent_change(request: RequestContext, lease_id: UUID) -> DatedRent:
    """Change the rent of a lease.

    Sets the monthly rent from a day on; one that starts on that very day is replaced. A month that is billed already is
    billed or credited the difference; a rise of it is refused unless ``confirmed``, and so is a lease that was ended
    (409). For owners and managers.
    """
    step = DatedRent(request.body["starts_on"], request.body["rent_cents"])
    return lease_accounts.add_rent_change(request.ctx, lease_id, step, confirmed=request.body["confirmed"])


@routes.get(
    "/leases/{lease_id}/recurring-charges", may="see_leases", query=Paging, answer=charge_schemas.RecurringChargeView
)
def list_recurring_charges(request: RequestContext, lease_id: UUID) -> Page[RecurringCharge]:
    """List the recurring charges of a lease.

    Returns what a lease is billed every month beside its rent.
    """
    return leasing.list_recurring_charges(request.ctx, lease_id, request.page_request)


@routes.post(
    "/leases/{lease_id}/recurring-charges",
    may="edit_leases",
    body=schemas.AddedRecurringCharge,
    answer=charge_schemas.RecurringChargeView,
    location="/v1/recurring-charges/{id}",
)
def add_recurring_charge(request: RequestContext, lease_id: UUID) -> RecurringCharge:
    """Add a recurring charge.

    Adds a monthly charge beside the rent, from ``starts_on`` (today, or the first day of the lease, if absent). A month
    that is billed already is billed for it too, once that is ``confirmed`` (else 409). For owners and managers.
    """
    values = dict(request.body)
    confirmed, new = values.pop("confirmed"), NewRecurringCharge(**values)
    return lease_accounts.add_recurring_charge(request.ctx, lease_id, new, confirmed=confirmed)


@routes.post(
    "/leases/{lease_id}/opening-balance",
    tag="payments",
    may="bill",
    body=schemas.OpeningBalance,
    answer=invoice_schemas.InvoiceView,
    location="/v1/invoices/{id}",
)
def record_opening_balance(request: RequestContext, lease_id: UUID) -> Invoice:
    """Record an opening balance.

    Records what a lease owed when its books began, as an invoice that was due the day before ``on`` (today if
    absent). A second one is refused until the first is void (409). For owners, managers and accountants.
    """
    return lease_accounts.record_opening_balance(
        request.ctx, lease_id, request.body["amount_cents"], request.body.get("on", request.ctx.today)
    )


@routes.post(
    "/leases/{lease_id}/opening-credit",
    tag="payments",
    may="allocate_payment",
    body=schemas.OpeningCredit,
    answer=payment_schemas.PaymentView,
)
def record_opening_credit(request: RequestContext, lease_id: UUID) -> Payment:
    """Record an opening credit.

    Records what a tenant had paid ahead before the books began, as a payment with the method ``opening``. It is
    allocated to what the lease owes, the rest stays credit; it gets no receipt. For owners, managers and
    accountants.
    """
    return payments.record_opening_credit(request.ctx, lease_id, request.body["amount_cents"], request.body["on"])


@routes.get(
    "/leases/{lease_id}/excused-months",
    tag="billing",
    may="see_billing",
    query=Paging,
    answer=schemas.ExcusedMonthView,
)
def list_excused_months(request: RequestContext, lease_id: UUID) -> Page[ExcusedMonth]:
    """List the excused months of a lease.

    Returns the months for which somebody decided that the lease is not billed. For owners, managers and accountants.
    """
    return Page(billing.list_excused_months(request.ctx, lease_id), None)


@routes.post(
    "/leases/{lease_id}/excused-months",
    tag="billing",
    may="bill",
    body=schemas.NewExcusedMonth,
    answer=schemas.ExcusedMonthView,
)
def excuse_month(request: RequestContext, lease_id: UUID) -> ExcusedMonth:
    """Excuse a lease from a month.

    Decides that the lease is not billed for a month: no run and no closing bills it, and it is not listed as unbilled.
    Refused if it is billed already (409). For owners, managers and accountants.
    """
    return billing.excuse_month(request.ctx, lease_id, request.body["period"], reason=request.body["reason"])


@routes.delete("/leases/{lease_id}/excused-months/{period}", tag="billing", may="bill", if_match=False)
def remove_excused_month(request: RequestContext, lease_id: UUID, period: str) -> None:
    """Bill an excused month after all.

    Lets runs and closings bill the month again. 404 if the lease is not excused from it. For owners, managers and
    accountants.
    """
    month = ledger_schemas.PeriodPath().load({"period": period})["period"]
    billing.remove_excused_month(request.ctx, lease_id, month)
