"""Issue invoices: numbers, rows and journals of any number of drafts at once, in a constant number of queries."""

import datetime as dt
from collections.abc import Sequence

from chalicelib import ledger
from chalicelib.billing import invoice_repository
from chalicelib.billing.model import REFUND_RECOVERY, Draft
from chalicelib.ledger.model import Entry, Leg
from chalicelib.ledger.rules import OPENING, RECEIVABLE, UNALLOCATED, income_code
from chalicelib.runtime.context import Context

# A refund to be returned replaces money that was refunded out of what the tenant had in credit.
_NOT_EARNED = {"opening_balance": OPENING.code, REFUND_RECOVERY: UNALLOCATED.code}


def reserve_numbers(ctx: Context, kind: str, count: int) -> int:
    """Reserve ``count`` numbers of a kind of document (invoice, credit_note, receipt) and return the first.

    The counter is locked until the transaction ends and rolls back with it, so that numbers have no gaps.
    """
    return invoice_repository.reserve_numbers(ctx, kind, count)


def issue_drafts(ctx: Context, drafts: Sequence[Draft]) -> None:
    """Number, store and post the drafts, each of which has a line. The caller has locked the leases."""
    if not drafts:
        return
    posted_on = ledger.posting_days(ctx, {draft.issued_on for draft in drafts})
    first = reserve_numbers(ctx, "invoice", len(drafts))
    invoice_repository.add_invoices(ctx, drafts, first, ctx.now, posted_on)
    ledger.post(ctx, [_invoice_entry(draft, posted_on[draft.issued_on]) for draft in drafts])


def billed_account_code(charge_type: str) -> str:
    """Return the account that a line of this type credits: income, unless it was not earned by it."""
    return _NOT_EARNED.get(charge_type) or income_code(charge_type)


def _invoice_entry(draft: Draft, posted_on: dt.date) -> Entry:
    earned: dict[str, int] = {}
    for line in draft.lines:
        earned[line.charge_type] = earned.get(line.charge_type, 0) + line.amount_cents
    legs = [Leg(RECEIVABLE.code, draft.total_cents, draft.lease_id, draft.property_id)]
    legs += [
        Leg(billed_account_code(charge_type), -cents, draft.lease_id, draft.property_id, charge_type)
        for charge_type, cents in earned.items()
    ]
    return Entry("invoice", posted_on, f"invoice:{draft.id}", "invoice", draft.id, tuple(legs))
