"""The columns and rows of reports as CSV: flat, with one kind of row for each report."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.reporting.model import AGES, Collections, Statement

RENT_ROLL_COLUMNS = (
    "property_name", "unit_name", "unit_type", "asked_rent_cents", "tenant_name", "phone", "rent_cents", "due_day",
    "starts_on", "ends_on", "deposit_cents", "balance_cents", "unit_id", "lease_id", "tenant_id",
)  # fmt: skip
ARREARS_COLUMNS = (
    "property_name", "unit_name", "tenant_name", "phone", *AGES, "overdue_cents", "total_cents", "credit_cents",
    "lease_id", "tenant_id",
)  # fmt: skip
OCCUPANCY_COLUMNS = (
    "property_name", "units", "occupied", "reserved", "vacant", "occupied_bps", "rent_cents", "asked_vacant_cents",
    "property_id",
)  # fmt: skip
INCOME_COLUMNS = ("property_name", "charge_type", "month", "amount_cents", "added_later_cents", "property_id")
COLLECTIONS_COLUMNS = ("by", "name", "method", "payments", "amount_cents")
STATEMENT_COLUMNS = (
    "on", "kind", "number", "reference", "charged_cents", "credited_cents", "balance_cents", "document_id", "lease_id",
)  # fmt: skip


class StatementRow(NamedTuple):
    """An entry, or the opening or closing balance, which have no amounts of their own."""

    on: object
    kind: str
    number: int | None
    reference: str
    charged_cents: int | None
    credited_cents: int | None
    balance_cents: int
    document_id: object
    lease_id: object


class CollectionsRow(NamedTuple):
    """One sum; ``by`` names its breakdown: the rows of one breakdown add up, those of two must not be added."""

    by: str
    name: str
    method: str
    payments: int | None
    amount_cents: int


def statement_rows(statement: Statement) -> Iterator[StatementRow]:
    def balance(on: object, kind: str, cents: int) -> StatementRow:
        return StatementRow(on, kind, None, "", None, None, cents, None, None)

    yield balance(statement.from_on, "opening_balance", statement.opening_cents)
    for entry in statement.entries:
        yield StatementRow(*(getattr(entry, name) for name in STATEMENT_COLUMNS))
    yield balance(statement.to_on, "closing_balance", statement.closing_cents)


def collections_rows(collections: Collections) -> Iterator[CollectionsRow]:
    for name in ("received", "pending", "reversed"):
        total = getattr(collections, name)
        yield CollectionsRow("total", name, "", total.payments, total.amount_cents)
    for name in ("unallocated", "refunded", "refund_recovery", "deposits_received", "deposits_refunded"):
        yield CollectionsRow("total", name, "", None, getattr(collections, f"{name}_cents"))
    for channel in collections.by_channel:
        yield CollectionsRow("channel", channel.channel_name, channel.method, channel.payments, channel.amount_cents)
    for each in collections.by_property:
        yield CollectionsRow("property", each.property_name, "", each.payments, each.amount_cents)
    for day in collections.by_day:
        yield CollectionsRow("day", day.on.isoformat(), "", day.payments, day.amount_cents)
    for charge in collections.allocated:
        yield CollectionsRow("charge_type", charge.charge_type, "", None, charge.amount_cents)
