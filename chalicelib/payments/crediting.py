"""Credit lines of invoices, paid ones included: what was paid on a credited line becomes the tenant's credit."""

from collections.abc import Sequence
from uuid import UUID

from chalicelib import billing
from chalicelib.billing.model import CreditNote
from chalicelib.ledger.model import Entry
from chalicelib.payments.allocation import release_for_credit
from chalicelib.runtime.context import Context


def credit_lines(
    ctx: Context,
    invoice_id: UUID,
    lines: Sequence[tuple[UUID, int]],
    *,
    reason: str,
    kind: str,
    automatic: bool = False,
) -> tuple[CreditNote, list[Entry]]:
    """Credit (line, cents) of an invoice; return the note, and the entries of what was released, to post.

    Payments of a line are released first as far as needed, the latest allocation first. The caller has locked the
    lease's chain, and applies the credit.

    Raises:
        Conflict, Invalid: as ``billing.issue_credit_note``, or what a deposit paid would have to be released.
    """
    entries = release_for_credit(ctx, billing.get_invoice(ctx, invoice_id), lines)
    note = billing.issue_credit_note(
        ctx, invoice_id, lines, reason=reason, on=ctx.today, kind=kind, automatic=automatic
    )
    return note, entries
