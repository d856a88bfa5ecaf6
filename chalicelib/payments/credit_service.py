"""Credit invoices, paid ones included: what was paid on a credited line becomes the tenant's credit."""

from collections.abc import Sequence
from uuid import UUID

from chalicelib.billing import service as billing
from chalicelib.billing.model import CreditNote, Invoice
from chalicelib.errors import Conflict
from chalicelib.leasing import service as leasing
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Entry
from chalicelib.payments import allocation_repository, repository, rules
from chalicelib.payments.allocation_service import apply_lease_credits
from chalicelib.payments.move_service import releases_of, write_allocations
from chalicelib.runtime.context import Context


def credit_invoice(ctx: Context, invoice_id: UUID, lines: Sequence[tuple[UUID, int]], *, reason: str) -> CreditNote:
    """Credit (line, cents) of an invoice and return the note.

    Payments of a line are released first as far as needed, the latest allocation first; that money
    becomes the tenant's credit and is allocated at once to whatever else the lease owes.

    Raises:
        Conflict: more than is left of a line, or what a deposit paid of it would have to be released.
        Invalid: no lines, or a line that is not the invoice's.
        NotFound: the organisation has no such invoice.
    """
    seen = billing.get_invoice(ctx, invoice_id)
    leasing.lock_lease_chains(ctx, [seen.lease_id])
    invoice = billing.get_invoice(ctx, invoice_id)
    entries = _release_for_credit(ctx, invoice, lines)
    note = billing.issue_credit_note(ctx, invoice_id, lines, reason=reason, on=ctx.today)
    entries += apply_lease_credits(ctx, {invoice.lease_id})
    ledger.post(ctx, entries)
    return note


def _release_for_credit(ctx: Context, invoice: Invoice, lines: Sequence[tuple[UUID, int]]) -> list[Entry]:
    """Release as much of the lines as the credit needs open, and return the entries to post."""
    open_cents = {line.id: line.open_cents for line in invoice.lines}
    needed = {
        line_id: amount_cents - open_cents[line_id]
        for line_id, amount_cents in lines
        if line_id in open_cents and amount_cents > open_cents[line_id]
    }
    if not needed or invoice.voided_on is not None:
        return []  # billing raises for whatever is wrong with the lines
    net_allocations = [
        each for each in allocation_repository.net_allocations_on_lines(ctx, needed) if each.source_kind == "payment"
    ]
    repository.lock_payments(ctx, {each.source_id for each in net_allocations})
    released = []
    for line_id, amount_cents in needed.items():
        mine = [each for each in net_allocations if each.invoice_line_id == line_id]
        shares = rules.release_shares([rules.Share(line_id, each.amount_cents) for each in mine], amount_cents)
        if -sum(share.amount_cents for share in shares) < amount_cents:
            raise Conflict(
                "More than the rest of the line; reverse the deposit deduction to return what the deposit paid.",
                line_id=str(line_id),
                open_cents=open_cents[line_id],
            )
        freed = zip(reversed(mine), shares, strict=False)  # the latest first, only as many as needed
        released += [each._replace(amount_cents=-share.amount_cents) for each, share in freed]
    return write_allocations(ctx, releases_of(ctx, released, ctx.today))
