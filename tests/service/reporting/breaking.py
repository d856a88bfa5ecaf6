"""Ways to spoil a landlord's books behind the services' back, each in one place only."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select, update

from chalicelib import ledger
from chalicelib.storage.engines import make_engine
from chalicelib.storage.tables.billing import counters, credit_note_lines, credit_notes, invoice_lines, invoices
from chalicelib.storage.tables.ledger import journals, postings
from chalicelib.storage.tables.payments import allocations, payments, refunds
from tests.contexts import context
from tests.service.reporting.landlord import Landlord

LONG_AGO = dt.datetime(2025, 12, 1, tzinfo=dt.UTC)  # before any period was closed


@contextmanager
def unguarded(url: str) -> Iterator[Connection]:
    """Open a transaction in which the database checks neither foreign keys nor CHECK constraints."""
    engine = make_engine(url)
    try:
        with engine.connect() as db:
            on_sqlite = engine.dialect.name == "sqlite"
            cursor = db.connection.cursor()
            for setting in (
                ("PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON")
                if on_sqlite
                else ("SET SESSION foreign_key_checks = 0", "SET SESSION check_constraint_checks = 0")
            ):
                cursor.execute(setting)
            cursor.close()
            with db.begin():
                yield db
    finally:
        engine.dispose()


def post(
    db: Connection,
    landlord: Landlord,
    *legs: tuple[str, int],
    lease_id: UUID | None = None,
    on: dt.date = dt.date(2026, 2, 1),
    created_at: dt.datetime = LONG_AGO,
) -> None:
    """Insert a journal as the ledger's service never would."""
    mine, journal_id = landlord.organisation_id, uuid4()
    ledger.ensure_accounts(context(db, mine), [code for code, _ in legs])
    journal = {"id": journal_id, "kind": "bill", "effective_on": on, "created_at": created_at, "memo": ""}
    journal |= {"idempotency_key": str(journal_id), "source_kind": "invoice", "source_id": uuid4()}
    db.execute(insert(journals).values(organisation_id=mine, **journal))
    _add_postings(db, mine, journal_id, legs, lease_id)


def post_to_no_journal(db: Connection, landlord: Landlord) -> None:
    _add_postings(db, landlord.organisation_id, uuid4(), [("income.rent", 100)], None)


def _add_postings(
    db: Connection, mine: UUID, journal_id: UUID, legs: Sequence[tuple[str, int]], lease_id: UUID | None
) -> None:
    for seq, (code, cents) in enumerate(legs):
        row = {"seq": seq, "ledger_account_id": ledger.account_id(mine, code), "amount_cents": cents}
        db.execute(insert(postings).values(organisation_id=mine, journal_id=journal_id, lease_id=lease_id, **row))


def post_two_lopsided(db: Connection, landlord: Landlord) -> None:
    post(db, landlord, ("income.rent", 500), ("income.water", -400))
    post(db, landlord, ("income.rent", -500), ("income.water", 400))


def open_lines(db: Connection, landlord: Landlord) -> list[UUID]:
    query = select(invoice_lines.c.id).where(
        invoice_lines.c.organisation_id == landlord.organisation_id, invoice_lines.c.open_cents > 200
    )
    return list(db.scalars(query.order_by(invoice_lines.c.id)))


def allocate(db: Connection, landlord: Landlord, *parts: tuple[str, UUID, int]) -> None:
    """Add allocations of (kind of source, source, cents) to the first open line, and tell nobody."""
    line_id = open_lines(db, landlord)[0]
    for kind, source_id, cents in parts:
        row = {"id": uuid4(), "source_kind": kind, "source_id": source_id, "invoice_line_id": line_id}
        row |= {"lease_id": uuid4(), "amount_cents": cents, "allocated_on": landlord.today, "created_at": LONG_AGO}
        db.execute(insert(allocations).values(organisation_id=landlord.organisation_id, **row))


def payment_ids(db: Connection, landlord: Landlord) -> list[UUID]:
    query = select(payments.c.id).where(
        payments.c.organisation_id == landlord.organisation_id, payments.c.state == "matched"
    )
    return list(db.scalars(query.order_by(payments.c.id)))


def shift_open(db: Connection, landlord: Landlord) -> None:
    """Move open cents from one line of a lease to another."""
    for line_id, cents in zip(open_lines(db, landlord)[:2], (100, -100), strict=True):
        mine = (invoice_lines.c.organisation_id == landlord.organisation_id) & (invoice_lines.c.id == line_id)
        db.execute(update(invoice_lines).where(mine).values(open_cents=invoice_lines.c.open_cents + cents))


def credit_lines(db: Connection, landlord: Landlord) -> None:
    """Credit one line what is taken back from another, in a note that names neither so far."""
    mine = landlord.organisation_id
    note = db.scalars(select(credit_notes.c.id).where(credit_notes.c.organisation_id == mine)).first()
    for line_id, cents in zip(open_lines(db, landlord)[-2:], (100, -100), strict=True):
        row = {"invoice_line_id": line_id, "amount_cents": cents, "issued_on": landlord.today}
        db.execute(insert(credit_note_lines).values(organisation_id=mine, credit_note_id=note, **row))


def add_bare_note(db: Connection, landlord: Landlord) -> None:
    """Add a numbered credit note that has a total and no lines."""
    mine = landlord.organisation_id
    first = db.execute(select(credit_notes).where(credit_notes.c.organisation_id == mine)).mappings().first()
    assert first is not None
    db.execute(insert(credit_notes).values({**first, "id": uuid4(), "number": first["number"] + 1}))
    skip_number(db, landlord, "credit_note")


def refund_one_for_another(db: Connection, landlord: Landlord) -> None:
    for payment_id, cents in zip(payment_ids(db, landlord)[:2], (100, -100), strict=True):
        row = {"id": uuid4(), "payment_id": payment_id, "lease_id": uuid4(), "amount_cents": cents, "reason": ""}
        row |= {"channel_id": landlord.channel_id, "provider_reference": "", "refunded_on": landlord.today}
        db.execute(insert(refunds).values(organisation_id=landlord.organisation_id, created_at=LONG_AGO, **row))


def change_invoice(db: Connection, landlord: Landlord, column: str, by: int) -> None:
    """Add to a column of the last invoice."""
    mine = invoices.c.organisation_id == landlord.organisation_id
    last = db.scalars(select(invoices.c.id).where(mine).order_by(invoices.c.number.desc())).first()
    db.execute(update(invoices).where(mine, invoices.c.id == last).values({column: invoices.c[column] + by}))


def skip_number(db: Connection, landlord: Landlord, kind: str) -> None:
    mine = (counters.c.organisation_id == landlord.organisation_id) & (counters.c.kind == kind)
    assert db.execute(update(counters).where(mine).values(next_number=counters.c.next_number + 1)).rowcount == 1
