"""Change the terms of a lease: its days, rent and recurring charges, also from a day that is billed already."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, leasing
from chalicelib.errors import Invalid
from chalicelib.lease_accounts.revision import revise_charges
from chalicelib.leasing.model import (
    DatedRent,
    Lease,
    LeaseChange,
    NewRecurringCharge,
    RecurringCharge,
    RecurringChargeChange,
)
from chalicelib.periods import month_after, period_of, short_day
from chalicelib.runtime.context import Context


def change_lease(ctx: Context, lease_id: UUID, version: int | None, changes: LeaseChange) -> Lease:
    """Change a lease as in ``leasing.update_terms``, bill the days that are added to a billed month, and return it.

    Raises:
        Conflict, Invalid, NotFound, PreconditionFailed: as there.
    """
    before = leasing.get_lease(ctx, lease_id)
    seen_version = before.version if version is None else version  # change only what was looked at
    changed = leasing.update_terms(ctx, lease_id, seen_version, changes)
    if before.ends_on is not None and changed.ends_on != before.ends_on:
        revise_charges(ctx, [lease_id], period_of(before.ends_on), _because(ctx, "the lease was extended", ctx.today))
    return changed


def add_rent_change(ctx: Context, lease_id: UUID, step: DatedRent, *, confirmed: bool = False) -> DatedRent:
    """Set the monthly rent from a day on (``leasing.record_rent_step``), and return it.

    A month that is billed already is billed or credited the difference.

    Raises:
        Conflict: it would raise a billed month and is not ``confirmed``, or as there.
        Invalid, NotFound: as there.
    """
    added = leasing.record_rent_step(ctx, lease_id, step)
    because = _because(ctx, "rent changed", step.starts_on)
    revise_charges(ctx, [lease_id], period_of(step.starts_on), because, confirmed=confirmed)
    return added


def add_recurring_charge(
    ctx: Context, lease_id: UUID, new: NewRecurringCharge, *, confirmed: bool = False
) -> RecurringCharge:
    """Add a recurring charge (``leasing.record_recurring_charge``), bill it for billed months, and return it.

    Raises:
        Conflict: it would raise a billed month and is not ``confirmed``.
        Invalid, NotFound: as there.
    """
    added = leasing.record_recurring_charge(ctx, lease_id, new)
    because = _because(ctx, "recurring charge added", added.starts_on)
    revise_charges(ctx, [lease_id], period_of(added.starts_on), because, confirmed=confirmed)
    return added


def change_recurring_charge(
    ctx: Context,
    charge_id: UUID,
    version: int | None,
    changes: RecurringChargeChange,
    *,
    effective_on: dt.date | None = None,
    confirmed: bool = False,
) -> RecurringCharge:
    """Change a recurring charge (``leasing.update_recurring_charge``) and return it.

    Args:
        effective_on: The day from which another amount or proration counts; None: for the months not billed yet.

    Raises:
        Conflict: it would raise a billed month and is not ``confirmed``.
        Invalid, NotFound, PreconditionFailed: as there.
    """
    before = leasing.get_recurring_charge(ctx, charge_id)
    last_billed = billing.last_billed_periods(ctx, [before.lease_id]).get(before.lease_id)
    first_unbilled = before.starts_on if last_billed is None else month_after(last_billed)
    if effective_on is not None and effective_on < before.starts_on:
        raise Invalid(
            [("effective_on", f"the charge starts on {before.starts_on}; change the one that ended before it")]
        )
    from_day = max(effective_on or first_unbilled, before.starts_on)
    changed = leasing.update_recurring_charge(ctx, charge_id, version, changes, from_day=from_day)
    ends = [day for day in (before.ends_on, changed.ends_on) if day is not None and before.ends_on != changed.ends_on]
    because = _because(ctx, "recurring charge changed", min([from_day, *ends]))
    revise_charges(ctx, [before.lease_id], period_of(min([from_day, *ends])), because, confirmed=confirmed)
    return changed


def _because(ctx: Context, what: str, from_day: dt.date) -> str:
    return f"{what} from {short_day(from_day, ctx.today)}, entered on {short_day(ctx.today, ctx.today)}"
