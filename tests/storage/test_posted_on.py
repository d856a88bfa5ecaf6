"""Documents of before 0011 count from the day of their journal, which a closed month had moved."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, insert, select

from chalicelib.storage import append_only, migrate
from chalicelib.storage.engines import WRITING_OPTION, make_engine
from chalicelib.storage.tables.billing import invoice_lines, invoices
from chalicelib.storage.tables.leasing import deposit_entries
from chalicelib.storage.tables.ledger import journals
from chalicelib.storage.tables.payments import allocations, payments, refunds
from tests.storage.test_append_only import filler

OURS, LEASE = uuid4(), uuid4()
OCTOBER, MEANT, MOVED, LATER = (dt.date(2026, *day) for day in ((10, 1), (10, 20), (11, 1), (11, 9)))
ENTERED = dt.datetime(2026, 11, 10, 9, tzinfo=dt.UTC)


def add(db: Connection, table: Table, **values: Any) -> UUID:
    """Insert a row as it was before the columns of 0011, which the database fills, were there."""
    old = {name: value for name, value in filler(table).items() if table.c[name].server_default is None}
    row = {**old, "organisation_id": OURS, "id": uuid4(), "created_at": ENTERED, **values}
    db.execute(insert(table).values({name: value for name, value in row.items() if name in table.c}))
    made: UUID = row["id"]
    return made


def post(db: Connection, kind: str, source_kind: str, source_id: UUID, on: dt.date, **values: Any) -> None:
    key = values.pop("idempotency_key", f"{kind}:{source_id}")
    words = {"kind": kind, "source_kind": source_kind, "source_id": source_id, "idempotency_key": key}
    add(db, journals, **words, effective_on=on, **values)


def test_what_is_there_is_dated_by_its_journals(empty_database: str) -> None:
    engine, script = make_engine(empty_database), Config()
    script.set_main_option("script_location", str(migrate.MIGRATIONS))
    made: dict[str, UUID] = {}
    with engine.connect() as raw, raw.execution_options(**WRITING_OPTION).begin():
        db = raw
        script.attributes["connection"] = db
        command.upgrade(script, "0006")
        _fill(db, made)
    migrate.upgrade(empty_database)
    with engine.connect() as db:
        for table, expected in (
            (invoices, {"late": MOVED, "plain": OCTOBER}),
            (invoice_lines, {"line": MOVED}),
            (payments, {"paid": MOVED, "waiting": None}),
            (refunds, {"refund": MOVED}),
            (deposit_entries, {"deposit": MOVED, "undone": LATER, "deducted": MEANT}),
        ):
            found = {row.id: row.posted_on for row in db.execute(select(table.c.id, table.c.posted_on))}
            assert {name: found[made[name]] for name in expected} == expected, table.name
        matched = {row.id: row.matched_on for row in db.execute(select(payments.c.id, payments.c.matched_on))}
        assert (matched[made["paid"]], matched[made["waiting"]]) == (MOVED, None)
        days = {row.id: row.allocated_on for row in db.execute(select(allocations.c.id, allocations.c.allocated_on))}
        assert {name: days[made[name]] for name in ("first", "second", "released", "later")} == {
            "first": MOVED,
            "second": MOVED,
            "released": MEANT,
            "later": LATER,
        }
        assert append_only.missing_triggers(db) == []
    engine.dispose()


def _fill(db: Connection, made: dict[str, UUID]) -> None:
    made["late"] = add(db, invoices, issued_on=MEANT)
    made["plain"] = add(db, invoices, issued_on=OCTOBER, number=2)
    made["line"] = add(db, invoice_lines, invoice_id=made["late"], paid_cents=0, credited_cents=0)
    sums = {"amount_cents": 9, "unallocated_cents": 0, "refunded_cents": 0, "received_on": MEANT}
    made["paid"] = add(db, payments, lease_id=LEASE, state="matched", **sums)
    made["waiting"] = add(db, payments, state="pending", **sums)
    made["refund"] = add(db, refunds, payment_id=made["paid"], refunded_on=MEANT)
    made["deposit"] = add(db, deposit_entries, entered_on=MEANT)
    made["undone"] = add(db, deposit_entries, entered_on=LATER, reverses_id=made["deposit"])
    made["deducted"] = add(db, deposit_entries, entered_on=MEANT)
    to_line = {"source_kind": "payment", "source_id": made["paid"], "invoice_line_id": made["line"]}
    for name, cents, day in (("first", 4, MEANT), ("second", 3, MEANT), ("released", -1, MEANT), ("later", 1, LATER)):
        made[name] = add(db, allocations, **to_line, amount_cents=cents, allocated_on=day)
    post(db, "invoice", "invoice", made["late"], MOVED)
    post(db, "invoice", "invoice", made["plain"], OCTOBER)
    post(db, "payment", "payment", made["paid"], MOVED)
    post(db, "allocation", "payment", made["paid"], MOVED, idempotency_key=f"allocation:{made['first']}")
    post(db, "release", "payment", made["paid"], MEANT, idempotency_key=f"allocation:{made['released']}")
    post(db, "allocation", "payment", made["paid"], LATER, idempotency_key=f"allocation:{made['later']}")
    post(db, "refund", "refund", made["refund"], MOVED)
    post(db, "deposit_received", "deposit", made["deposit"], MOVED)
    post(db, "reversal", "deposit", made["deposit"], LATER, reverses_id=uuid4())
