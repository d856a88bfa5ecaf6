"""Late fee policies by day, what is derived again, the month that a lease is billed from, the charge of a line."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from chalicelib.storage import append_only
from chalicelib.storage.tables.base import MYSQL_OPTIONS
from chalicelib.storage.types import Id, Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_fee_policy",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("rate_bps", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("cap_cents", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "starts_on", name="pk_late_fee_policy"),
        **MYSQL_OPTIONS,
    )
    op.create_table(
        "excused_month",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("member_id", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "lease_id", "period", name="pk_excused_month"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "lease_id"],
            ["lease.organisation_id", "lease.id"],
            name="fk_excused_month_lease_organisation_id_lease_id",
        ),
        **MYSQL_OPTIONS,
    )
    op.create_table(
        "correction",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("property_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("document_id", Id(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("corrected_on", sa.Date(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_correction"),
        **MYSQL_OPTIONS,
    )
    for column in ("corrected_on", "lease_id"):
        op.create_index(f"ix_correction_organisation_id_{column}", "correction", ["organisation_id", column])
    append_only.create_triggers(op.get_bind())
    op.add_column("charge", sa.Column("reason", sa.String(length=200), nullable=True))
    op.add_column("credit_note", sa.Column("kind", sa.String(length=12), nullable=False, server_default="never_owed"))
    op.add_column("credit_note", sa.Column("automatic", sa.Boolean(), nullable=False, server_default=sa.text("0")))
    op.add_column("invoice_line", sa.Column("charge_id", Id(), nullable=True))
    op.add_column("payment", sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_lease_organisation_id_previous_id", "lease", ["organisation_id", "previous_id"])
    op.add_column("lease", sa.Column("terminated_at", Instant(), nullable=True))
    op.add_column("lease", sa.Column("agreed_ends_on", sa.Date(), nullable=True))
    op.add_column("lease", sa.Column("billed_from", sa.Date(), nullable=False, server_default=sa.text("'2000-01-01'")))
    _date_policies()
    _date_leases()
    _name_charges()


def _date_policies() -> None:
    """Date each policy by the organisation's founding: nobody knows when it was set, and it applied to all since."""
    organisation = _table("organisation", "id", *_POLICY.values(), created_at=Instant())
    policy = _table("late_fee_policy", "organisation_id", *_POLICY, starts_on=sa.Date())
    query = sa.select(
        organisation.c.id, organisation.c.created_at, *(organisation.c[name] for name in _POLICY.values())
    )
    found = op.get_bind().execute(query.where(organisation.c.late_fee_kind != "off"))
    rows = [
        dict(zip(_POLICY, values, strict=True), organisation_id=organisation_id, starts_on=created_at.date())
        for organisation_id, created_at, *values in found
    ]
    if rows:
        op.bulk_insert(policy, rows)


_POLICY = {
    "kind": "late_fee_kind",
    "amount_cents": "late_fee_cents",
    "rate_bps": "late_fee_bps",
    "grace_days": "late_fee_grace_days",
    "cap_cents": "late_fee_cap_cents",
}


def _date_leases() -> None:
    """Bill each lease from the month of its opening balance, that in which it was entered, or an earlier billed one."""
    lease = _table("lease", "organisation_id", "id", starts_on=sa.Date(), billed_from=sa.Date(), created_at=Instant())
    invoice = _table("invoice", "organisation_id", "lease_id", "kind", "status", period=sa.Date(), run_period=sa.Date())
    bind = op.get_bind()
    opened: dict[tuple[UUID, UUID], dt.date] = {}
    billed: dict[tuple[UUID, UUID], dt.date] = {}
    names = ("organisation_id", "lease_id", "kind", "period", "run_period")
    query = sa.select(*(invoice.c[name] for name in names))
    for organisation_id, lease_id, kind, period, run_period in bind.execute(query.where(invoice.c.status == "issued")):
        key = (organisation_id, lease_id)
        if kind == "opening":
            opened[key] = period
        if run_period is not None:
            billed[key] = min(run_period, billed.get(key, run_period))
    for organisation_id, lease_id, starts_on, created_at in bind.execute(
        sa.select(lease.c.organisation_id, lease.c.id, lease.c.starts_on, lease.c.created_at)
    ):
        key = (organisation_id, lease_id)
        entered = max(starts_on, created_at.date()).replace(day=1)
        first = min(opened.get(key, entered), billed.get(key, entered))
        mine = sa.and_(lease.c.organisation_id == organisation_id, lease.c.id == lease_id)
        bind.execute(sa.update(lease).where(mine).values(billed_from=first))


def _name_charges() -> None:
    """Name the charge of each line that bills one: they are the last lines of their type and amount."""
    charge = _table("charge", "organisation_id", "id", "invoice_id", "charge_type", "amount_cents", "status")
    columns = ("organisation_id", "id", "invoice_id", "charge_type", "amount_cents", "seq", "charge_id")
    line = _table("invoice_line", *columns)
    bind = op.get_bind()
    keys = ("organisation_id", "invoice_id", "charge_type", "amount_cents")
    waiting: dict[tuple[Any, ...], list[UUID]] = {}
    charges = sa.select(*(charge.c[name] for name in keys), charge.c.id).where(charge.c.status == "invoiced")
    for *key, charge_id in bind.execute(charges.order_by(charge.c.id)):
        waiting.setdefault(tuple(key), []).append(charge_id)
    invoice_ids = {key[1] for key in waiting}
    lines = sa.select(*(line.c[name] for name in keys), line.c.id).order_by(line.c.seq.desc())
    for *key, line_id in list(bind.execute(lines)) if invoice_ids else []:
        left = waiting.get(tuple(key))
        if left:
            mine = sa.and_(line.c.organisation_id == key[0], line.c.id == line_id)
            bind.execute(sa.update(line).where(mine).values(charge_id=left.pop()))


def _table(name: str, *columns: str, **typed: Any) -> sa.TableClause:
    """Return the table as it is now, ids as what they are."""
    ids = [sa.column(each, Id()) if each == "id" or each.endswith("_id") else sa.column(each) for each in columns]
    return sa.table(name, *ids, *(sa.column(each, kind) for each, kind in typed.items()))


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
