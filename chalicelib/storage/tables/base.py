"""What every table has in common.

The key of every table of an organisation's data begins with ``organisation_id``, so that one
organisation's rows are adjacent and none is found without naming the organisation. The few tables
that belong to no organisation, or span them, are listed in ``SHARED_TABLES``; a house test compares.
"""

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Index, MetaData, PrimaryKeyConstraint, Table, text
from sqlalchemy.schema import SchemaItem

from chalicelib.storage.types import Id

SHARED_TABLES = {
    "organisation",
    "person",
    "idempotency_key",
    "job_slot",
    "job_run",
    "delivery",
    "incoming_message",
    "phone_guard",
    "phone_session",
    "phone_stop",
    "public_holiday",
    "phone_day",
}

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# Options of a MySQL table; texts compare by their bytes, as on SQLite. Migrations pass them:
# on a Table they would load the whole dialect at every cold start.
MYSQL_OPTIONS: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}

# What a column that dates rows has for a moment: of rows from before it, until their migration has dated them.
BEFORE_ALL = text("'2000-01-01'")


def shared_table(name: str, *items: SchemaItem) -> Table:
    """Return a table that belongs to no single organisation; its name is in ``SHARED_TABLES``."""
    return Table(name, metadata, *items)


def organisation_table(name: str, *items: SchemaItem, key: tuple[str, ...] = ("id",)) -> Table:
    """Return a table whose key is ``organisation_id`` and then ``key``; an "id" column is added automatically."""
    columns: list[SchemaItem] = [Column("organisation_id", Id, nullable=False)]
    if "id" in key:
        columns.append(Column("id", Id, nullable=False))
    return shared_table(name, *columns, *items, PrimaryKeyConstraint("organisation_id", *key))


def belongs_to(column: str, table: str) -> ForeignKeyConstraint:
    """Return the constraint that ``column`` names a row of ``table`` in the same organisation. It never cascades.

    Documents (invoices, payments, deposit entries, postings) name their lease without such a
    constraint: they are kept for ever, also when the import that created the lease is undone.
    """
    return ForeignKeyConstraint(["organisation_id", column], [f"{table}.organisation_id", f"{table}.id"])


def index(*columns: str, unique: bool = False, name: str | None = None) -> Index:
    """Return an index that begins with the organisation; ``name`` if the generated one exceeds 64 characters."""
    return Index(name, "organisation_id", *columns, unique=unique)


def required(name: str, kind: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **options)


def optional(name: str, kind: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, nullable=True, **options)
