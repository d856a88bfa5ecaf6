"""Credit notes, which credit part of an invoice, and receipts, which acknowledge a payment."""

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import leasing, ledger
from chalicelib.billing import credit_note_repository, invoice_query_repository
from chalicelib.billing.invoices import apply_line_changes, get_invoice
from chalicelib.billing.issuing import billed_account_code, reserve_numbers
from chalicelib.billing.model import CreditNote, CreditNoteLine, Invoice, Receipt
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.ledger.rules import RECEIVABLE, WRITTEN_OFF
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context


def issue_credit_note(
    ctx: Context,
    invoice_id: UUID,
    lines: Iterable[tuple[UUID, int]],
    *,
    reason: str,
    on: dt.date,
    kind: str = "never_owed",
    automatic: bool = False,
) -> CreditNote:
    """Credit (line, cents) of an invoice by a numbered note, and return the note. Locks the lease.

    A "write_off" is posted as an expense: the income was earned, and the debt is given up.

    Raises:
        Conflict: more would be credited on a line than is open of it, or the invoice is void.
        Invalid: no lines, an amount that is not above 0, a line that is not the invoice's.
        NotFound: the organisation has no such invoice.
    """
    lease_id = invoice_query_repository.find_lease_of_invoice(ctx, invoice_id)
    if lease_id is None:
        raise NotFound("There is no such invoice.")
    leasing.lock_lease(ctx, lease_id)
    invoice = get_invoice(ctx, invoice_id)
    credited = _checked_credit(invoice, list(lines))
    apply_line_changes(ctx, credited.items(), "credited_cents")
    note = CreditNote(
        id=new_id(),
        number=reserve_numbers(ctx, "credit_note", 1),
        invoice_id=invoice_id,
        lease_id=lease_id,
        reason=reason,
        issued_on=ledger.posting_day(ctx, on),
        total_cents=sum(credited.values()),
        created_at=ctx.now,
        lines=tuple(CreditNoteLine(*line) for line in sorted(credited.items())),
        kind=kind,
        automatic=automatic,
    )
    credit_note_repository.add_credit_note(ctx, note)
    ledger.post(ctx, [_credit_note_entry(note, invoice)])
    return note


def _checked_credit(invoice: Invoice, lines: list[tuple[UUID, int]]) -> dict[UUID, int]:
    """Return the cents to credit by line, checked against the invoice as read under the lease's lock."""
    wrong = [] if lines else [("lines", "expected at least one line")]
    known = {line.id: line for line in invoice.lines}
    credited: dict[UUID, int] = {}
    for index, (line_id, amount_cents) in enumerate(lines):
        if line_id not in known or line_id in credited:
            wrong.append((f"lines.{index}.line_id", "expected each line of this invoice at most once"))
        if amount_cents <= 0:
            wrong.append((f"lines.{index}.amount", "expected an amount above zero"))
        credited[line_id] = amount_cents
    if wrong:
        raise Invalid(wrong)
    for line_id, amount_cents in credited.items():
        if amount_cents > known[line_id].open_cents:
            raise Conflict(
                "A line cannot be credited by more than its open amount.",
                line_id=str(line_id), open_cents=known[line_id].open_cents, amount_cents=amount_cents,
            )  # fmt: skip
    return credited


def _credit_note_entry(note: CreditNote, invoice: Invoice) -> Entry:
    types = {line.id: line.charge_type for line in invoice.lines}
    credited_by_type: dict[str, int] = {}
    for line in note.lines:
        charge_type = types[line.invoice_line_id]
        credited_by_type[charge_type] = credited_by_type.get(charge_type, 0) + line.amount_cents
    whose = (note.lease_id, invoice.property_id)
    written_off = note.kind == "write_off"
    legs = [
        Leg(WRITTEN_OFF.code if written_off else billed_account_code(charge_type), cents, *whose, charge_type)
        for charge_type, cents in sorted(credited_by_type.items())
    ]
    legs.append(Leg(RECEIVABLE.code, -note.total_cents, *whose))
    entry_kind = "write_off" if written_off else "credit_note"
    return Entry(entry_kind, note.issued_on, f"credit_note:{note.id}", "credit_note", note.id, tuple(legs))


def get_credit_note(ctx: Context, note_id: UUID) -> CreditNote:
    found = credit_note_repository.find_credit_note(ctx, note_id)
    if found is None:
        raise NotFound("There is no such credit note.")
    return found


def list_credit_notes(
    ctx: Context, page_request: PageRequest, *, lease_id: UUID | None = None, invoice_id: UUID | None = None
) -> Page[CreditNote]:
    """Return a page of credit notes by number."""
    return credit_note_repository.list_credit_notes(ctx, page_request, lease_id=lease_id, invoice_id=invoice_id)


def issue_receipt(
    ctx: Context, *, payment_id: UUID, lease_id: UUID, tenant_id: UUID, amount_cents: int, on: dt.date
) -> Receipt:
    """Acknowledge a payment by a receipt with our own number, and return it. It posts nothing: the payment does."""
    receipt = Receipt(
        id=new_id(),
        number=reserve_numbers(ctx, "receipt", 1),
        payment_id=payment_id,
        lease_id=lease_id,
        tenant_id=tenant_id,
        amount_cents=amount_cents,
        issued_on=on,
        status="issued",
        created_at=ctx.now,
    )
    credit_note_repository.add_receipt(ctx, receipt)
    return receipt


def void_receipt(ctx: Context, payment_id: UUID) -> bool:
    """Void the payment's receipt, keeping its number; return whether there was one to void."""
    return credit_note_repository.void_receipts(ctx, payment_id) > 0


def get_receipt(ctx: Context, receipt_id: UUID) -> Receipt:
    found = credit_note_repository.find_receipt(ctx, receipt_id)
    if found is None:
        raise NotFound("There is no such receipt.")
    return found


def find_last_receipt(db: Connection, organisation_id: UUID, lease_ids: Collection[UUID]) -> Receipt | None:
    """Return the last receipt of the leases that is not void."""
    return credit_note_repository.find_last_receipt(db, organisation_id, lease_ids)


def list_receipts(
    ctx: Context, page_request: PageRequest, *, lease_id: UUID | None = None, payment_id: UUID | None = None
) -> Page[Receipt]:
    """Return a page of receipts by number."""
    return credit_note_repository.list_receipts(ctx, page_request, lease_id=lease_id, payment_id=payment_id)
