"""SQL of credit notes and receipts."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, insert, select, update

from chalicelib.billing.model import CreditNote, CreditNoteLine, Receipt
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.billing import credit_note_lines, credit_notes, receipts

_NOTE = tuple(credit_notes.c[name] for name in CreditNote._fields if name != "lines")
_RECEIPT = tuple(receipts.c[name] for name in Receipt._fields)


def add_credit_note(ctx: Context, note: CreditNote) -> None:
    row = {column.name: getattr(note, column.name) for column in _NOTE}
    ctx.db.execute(insert(credit_notes).values(organisation_id=ctx.organisation_id, **row))
    lines = [
        {
            "organisation_id": ctx.organisation_id,
            "credit_note_id": note.id,
            "invoice_line_id": line.invoice_line_id,
            "amount_cents": line.amount_cents,
            "issued_on": note.issued_on,
        }
        for line in note.lines
    ]
    ctx.db.execute(insert(credit_note_lines), lines)


def find_credit_note(ctx: Context, note_id: UUID) -> CreditNote | None:
    row = ctx.db.execute(_select_credit_notes(ctx.organisation_id).where(credit_notes.c.id == note_id)).one_or_none()
    return None if row is None else _with_lines(ctx, [row])[0]


def list_credit_notes(
    ctx: Context, page_request: PageRequest, *, invoice_id: UUID | None = None, lease_id: UUID | None = None
) -> Page[CreditNote]:
    query = _select_credit_notes(ctx.organisation_id)
    if invoice_id is not None:
        query = query.where(credit_notes.c.invoice_id == invoice_id)
    if lease_id is not None:
        query = query.where(credit_notes.c.lease_id == lease_id)
    page = _by_number(ctx.db, query, credit_notes.c.number, page_request)
    return Page(_with_lines(ctx, page.items), page.next_cursor)


def add_receipt(ctx: Context, receipt: Receipt) -> None:
    row = {column.name: getattr(receipt, column.name) for column in _RECEIPT}
    ctx.db.execute(insert(receipts).values(organisation_id=ctx.organisation_id, **row))


def void_receipts(ctx: Context, payment_id: UUID) -> int:
    """Void the payment's receipt and return how many this call voided: 1, or 0 where there was none to void."""
    query = update(receipts).where(
        receipts.c.organisation_id == ctx.organisation_id,
        receipts.c.payment_id == payment_id,
        receipts.c.status == "issued",
    )
    return ctx.db.execute(query.values(status="void")).rowcount


def find_receipt(ctx: Context, receipt_id: UUID) -> Receipt | None:
    query = select(*_RECEIPT).where(receipts.c.organisation_id == ctx.organisation_id, receipts.c.id == receipt_id)
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else Receipt(*row)


def find_last_receipt(db: Connection, organisation_id: UUID, lease_ids: Collection[UUID]) -> Receipt | None:
    """Return the receipt of the leases with the highest number that is not void."""
    query = select(*_RECEIPT).where(
        receipts.c.organisation_id == organisation_id,
        receipts.c.lease_id.in_(lease_ids),
        receipts.c.status == "issued",
    )
    row = db.execute(query.order_by(receipts.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else Receipt(*row)


def list_receipts(
    ctx: Context, page_request: PageRequest, *, lease_id: UUID | None = None, payment_id: UUID | None = None
) -> Page[Receipt]:
    query = select(*_RECEIPT).where(receipts.c.organisation_id == ctx.organisation_id)
    if lease_id is not None:
        query = query.where(receipts.c.lease_id == lease_id)
    if payment_id is not None:
        query = query.where(receipts.c.payment_id == payment_id)
    return _by_number(ctx.db, query, receipts.c.number, page_request).of(lambda row: Receipt(**row._mapping))


def _select_credit_notes(organisation_id: UUID) -> Select[Any]:
    return select(*_NOTE).where(credit_notes.c.organisation_id == organisation_id)


def _by_number(db: Connection, query: Select[Any], number: Any, page_request: PageRequest) -> Page[Row[Any]]:
    return fetch_page(db, query, [number], page_request, descending=(page_request.sort or "number").startswith("-"))


def _with_lines(ctx: Context, rows: Sequence[Row[Any]]) -> list[CreditNote]:
    lines = _lines_of(ctx, [row.id for row in rows])
    return [CreditNote(**row._mapping)._replace(lines=tuple(lines.get(row.id, ()))) for row in rows]


def _lines_of(ctx: Context, note_ids: Collection[UUID]) -> dict[UUID, list[CreditNoteLine]]:
    table = credit_note_lines
    query = select(table.c.credit_note_id, table.c.invoice_line_id, table.c.amount_cents).where(
        table.c.organisation_id == ctx.organisation_id, table.c.credit_note_id.in_(note_ids)
    )
    lines: dict[UUID, list[CreditNoteLine]] = {}
    for note_id, line_id, amount_cents in ctx.db.execute(query.order_by(table.c.invoice_line_id)):
        lines.setdefault(note_id, []).append(CreditNoteLine(line_id, amount_cents))
    return lines
