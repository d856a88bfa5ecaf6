"""What was there before facts could come late: policies, the months that leases are billed from, charges of lines."""

import datetime as dt
from uuid import UUID

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, insert, select

from chalicelib.ids import new_id
from chalicelib.storage import migrate
from chalicelib.storage.engines import WRITING_OPTION, make_engine
from chalicelib.storage.tables.billing import charges, invoice_lines, invoices
from chalicelib.storage.tables.leasing import leases, tenants
from chalicelib.storage.tables.organisations import late_fee_policies, organisations
from chalicelib.storage.tables.portfolio import properties, units

AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
SEPTEMBER, NOVEMBER = dt.date(2026, 9, 1), dt.date(2026, 11, 1)
BEFORE = "0006"


def test_books_of_before_are_dated(empty_database: str) -> None:
    engine = make_engine(empty_database)
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    me, entered, billed, opened = (new_id() for _ in range(4))
    fee, line, rent = (new_id() for _ in range(3))
    with engine.connect() as raw, raw.execution_options(**WRITING_OPTION).begin():
        config.attributes["connection"] = raw
        command.upgrade(config, BEFORE)
        named_by_leases = found(raw, me)
        for lease_id in (entered, billed, opened):
            add(raw, leases, organisation_id=me, id=lease_id, **named_by_leases,
                starts_on=dt.date(2024, 1, 1))  # fmt: skip
        first = invoice(raw, me, billed, "run", SEPTEMBER, SEPTEMBER)
        invoice(raw, me, opened, "opening", dt.date(2026, 10, 1), None)
        for line_id, charge_type in ((rent, "rent"), (line, "late_fee")):
            add(raw, invoice_lines, organisation_id=me, id=line_id, invoice_id=first, lease_id=billed,
                charge_type=charge_type, amount_cents=500_00, open_cents=500_00)  # fmt: skip
        add(raw, charges, organisation_id=me, id=fee, lease_id=billed, charge_type="late_fee", amount_cents=500_00,
            status="invoiced", invoice_id=first)  # fmt: skip
    migrate.upgrade(empty_database)
    with engine.connect() as db:
        assert {row.id: row.billed_from for row in db.execute(select(leases.c.id, leases.c.billed_from))} == {
            entered: NOVEMBER, billed: SEPTEMBER, opened: dt.date(2026, 10, 1)
        }  # fmt: skip
        named = db.execute(select(invoice_lines.c.id, invoice_lines.c.charge_id))
        assert {row.id: row.charge_id for row in named} == {rent: None, line: fee}
        [policy] = db.execute(select(late_fee_policies).where(late_fee_policies.c.organisation_id == me))
        assert (policy.starts_on, policy.kind, policy.rate_bps) == (AT.date(), "percent", 1000)
    engine.dispose()


def found(db: Connection, me: UUID) -> dict[str, UUID]:
    """Add an organisation with a late fee, a unit and a tenant; return the ids that a lease names."""
    house, unit, tenant = (new_id() for _ in range(3))
    add(db, organisations, id=me, name="Acme", currency="KES", time_zone="Africa/Nairobi", late_fee_kind="percent",
        late_fee_bps=1000, allocation_order=[], bill_by_itself=False)  # fmt: skip
    add(db, properties, organisation_id=me, id=house, name="Court", name_key="court")
    add(db, units, organisation_id=me, id=unit, property_id=house, name="A1", name_key="a1", type="shop")
    add(db, tenants, organisation_id=me, id=tenant, given_name="Amina", name_key="amina", language="en")
    return {"unit_id": unit, "property_id": house, "tenant_id": tenant}


def invoice(
    db: Connection, organisation_id: UUID, lease_id: UUID, kind: str, period: dt.date, run_period: dt.date | None
) -> UUID:
    invoice_id = new_id()
    number = invoice_id.int % 10**6
    add(db, invoices, organisation_id=organisation_id, id=invoice_id, number=number, kind=kind, lease_id=lease_id,
        period=period, run_period=run_period, status="issued")  # fmt: skip
    return invoice_id


def add(db: Connection, table: Table, **values: object) -> None:
    """Insert a row as the schema of before has it: what is required and not named is of no account."""
    known = set(db.exec_driver_sql(f"SELECT * FROM {table.name} WHERE 1 = 0").keys())
    usual: dict[type, object] = {int: 0, str: "", dt.date: AT.date(), dt.datetime: AT, UUID: new_id(), bool: False}
    for column in table.columns:
        if column.name in known and not column.nullable and column.name not in values:
            values[column.name] = usual[column.type.python_type]
    db.execute(insert(table).values(values))
