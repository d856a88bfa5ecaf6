"""Months of leases that the books should have billed and have not: nobody bills them but a run or a closing."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, leasing
from chalicelib.billing.model import DraftLine
from chalicelib.lease_accounts.model import UnbilledMonth
from chalicelib.leasing.model import Lease, LeaseTerms
from chalicelib.paging import Page, PageRequest
from chalicelib.periods import periods_between
from chalicelib.runtime.context import Context


def list_unbilled_months(
    ctx: Context, page_request: PageRequest, property_id: UUID | None = None
) -> Page[UnbilledMonth]:
    """Return the months of a page of leases, until this one, that are neither billed nor excused and owe something.

    A page is one of leases, so it may have fewer months than leases, or more.
    """
    page = leasing.list_leases(ctx, page_request, property_id=property_id)
    terms = leasing.list_terms(ctx, [lease.id for lease in page.items])
    settled = billing.list_settled_periods(ctx, list(terms))
    found = []
    for lease in page.items:
        mine = terms[lease.id]
        last = ctx.today if mine.ends_on is None else min(ctx.today, mine.ends_on)
        for period in periods_between(max(mine.billed_from, mine.starts_on), last):
            if period not in settled.get(lease.id, ()):
                lines = billing.monthly_lines(mine, period, _earlier(ctx, mine, period))
                if lines:
                    found.append(_unbilled(lease, period, lines))
    return Page(found, page.next_cursor)


def _earlier(ctx: Context, terms: LeaseTerms, period: dt.date) -> list[LeaseTerms]:
    return leasing.list_earlier_terms(ctx, [terms], period).get(terms.id, [])


def _unbilled(lease: Lease, period: dt.date, lines: list[DraftLine]) -> UnbilledMonth:
    return UnbilledMonth(
        lease_id=lease.id,
        property_id=lease.property_id,
        property_name=lease.property_name,
        unit_name=lease.unit_name,
        tenant_name=lease.tenants[0].name,
        period=period,
        amount_cents=sum(line.amount_cents for line in lines),
    )
