"""One-off charges, pending for a lease's next invoice."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chalicelib import leasing
from chalicelib.billing import charge_repository
from chalicelib.billing.model import MANUAL_CHARGE_TYPES, Charge, NewCharge
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context


def add_charge(ctx: Context, new: NewCharge) -> Charge:
    """Add a charge and return it.

    It goes on the first monthly invoice of a month that ends on or after ``charged_on``.

    Raises:
        Invalid: the amount is not above 0, or the type may not be charged by hand.
        NotFound: the organisation has no such lease.
    """
    if new.amount_cents <= 0:
        raise Invalid([("amount", "expected an amount above zero")])
    if new.charge_type not in MANUAL_CHARGE_TYPES:
        raise Invalid([("charge_type", f"expected one of: {', '.join(MANUAL_CHARGE_TYPES)}")])
    leasing.lock_lease(ctx, new.lease_id)  # an import that created it may be undone concurrently
    charge = Charge(
        id=new_id(),
        lease_id=new.lease_id,
        charge_type=new.charge_type,
        description=new.description,
        amount_cents=new.amount_cents,
        charged_on=new.charged_on or ctx.today,
        status="pending",
        invoice_id=None,
        late_for_id=None,
        version=1,
        created_at=ctx.now,
    )
    charge_repository.add_charges(ctx, [charge])
    return charge


def get_charge(ctx: Context, charge_id: UUID) -> Charge:
    found = charge_repository.find_charge(ctx, charge_id)
    if found is None:
        raise NotFound("There is no such charge.")
    return found


def list_charges(
    ctx: Context,
    page_request: PageRequest,
    *,
    lease_id: UUID | None = None,
    invoice_id: UUID | None = None,
    status: str | None = None,
) -> Page[Charge]:
    """Return a page of charges in the order they were added."""
    return charge_repository.list_charges(ctx, page_request, lease_id=lease_id, invoice_id=invoice_id, status=status)


def lock_pending_charges(ctx: Context, lease_id: UUID) -> list[Charge]:
    """Lock the lease's pending charges and return them."""
    return charge_repository.lock_pending(ctx, [lease_id], None)


def list_late_fees(ctx: Context, lease_ids: Collection[UUID]) -> list[Charge]:
    """Return every late fee of the leases, cancelled and withdrawn ones too, in the order of creation."""
    return charge_repository.list_late_fees(ctx, lease_ids)


def add_late_fees(ctx: Context, fees: Sequence[Charge]) -> None:
    """Add late fees; the caller has locked their leases and looked for those that there are."""
    if fees:
        charge_repository.add_charges(ctx, fees)


def change_late_fee(ctx: Context, charge_id: UUID, *, status: str, amount_cents: int, reason: str) -> None:
    """Change a late fee that is not invoiced to "pending" or "withdrawn", with its amount and the reason.

    Raises:
        Conflict: a person cancelled it meanwhile.
    """
    if not charge_repository.change_pending(ctx, charge_id, status=status, amount_cents=amount_cents, reason=reason):
        raise Conflict("The late fee has just been cancelled by somebody else; try again.", charge_id=str(charge_id))


def cancel_charge(ctx: Context, charge_id: UUID) -> Charge:
    """Cancel a pending charge and return it.

    Raises:
        Conflict: it is on an invoice (credit or void that), or was cancelled before.
        NotFound: the organisation has no such charge.
    """
    if not charge_repository.cancel_charge(ctx, charge_id):
        charge = get_charge(ctx, charge_id)
        raise Conflict(
            "Only a pending charge can be cancelled; credit one that has been invoiced.",
            charge_id=str(charge.id), charge_status=charge.status,
        )  # fmt: skip
    return get_charge(ctx, charge_id)
