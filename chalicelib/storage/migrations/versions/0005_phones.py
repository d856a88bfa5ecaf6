"""Whose a number is, is said by who holds it; what it sent belongs to whom it was answered for."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from chalicelib.storage.tables.base import MYSQL_OPTIONS
from chalicelib.storage.types import Id, Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PLATFORM = UUID("00000000-0000-7000-8000-000000000001")  # as identity.model has it
MONTHLY_LIMIT_CENTS = 50_000_00


def upgrade() -> None:
    _phone_place()
    _phone_guard()
    _phone_session()
    _phone_stop()
    _incoming_message_answer()
    op.create_index("ix_opt_out_phone", "opt_out", ["phone"])
    _platform()


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")


def _table(name: str, *items: SchemaItem) -> None:
    op.create_table(name, *items, **MYSQL_OPTIONS)


def _phone_place() -> None:
    _table(
        "phone_place",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "phone", "lease_id", name="pk_phone_place"),
    )
    op.create_index("ix_phone_place_organisation_id_lease_id", "phone_place", ["organisation_id", "lease_id"])


def _phone_guard() -> None:
    _table(
        "phone_guard",
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("wrong_answers", sa.Integer(), nullable=False),
        sa.Column("wrong_at", Instant(), nullable=True),
        sa.Column("closed_until", Instant(), nullable=True),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("faults_at", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("phone", name="pk_phone_guard"),
    )
    op.create_index("ix_phone_guard_changed_at", "phone_guard", ["changed_at"])


def _phone_session() -> None:
    _table(
        "phone_session",
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("session", sa.String(length=70), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("phone", "session", name="pk_phone_session"),
    )
    op.create_index("ix_phone_session_expires_at", "phone_session", ["expires_at"])


def _phone_stop() -> None:
    _table(
        "phone_stop",
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("phone", name="pk_phone_stop"),
    )


def _incoming_message_answer() -> None:
    _table(
        "incoming_message_answer",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("provider_reference", sa.String(length=100), nullable=False),
        sa.Column("command", sa.String(length=20), nullable=False),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("tenant_id", Id(), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "gateway", "provider_reference", name="pk_incoming_message_answer"),
    )
    op.create_index(
        "ix_incoming_message_answer_received",
        "incoming_message_answer",
        ["organisation_id", "received_at", "gateway", "provider_reference"],
    )
    op.create_index(
        "ix_incoming_message_answer_organisation_id_tenant_id",
        "incoming_message_answer",
        ["organisation_id", "tenant_id"],
    )
    op.create_index("ix_incoming_message_answer_received_at", "incoming_message_answer", ["received_at"])


def _platform() -> None:
    """Make the organisation that has no members: what belongs to no one landlord is said on its account."""
    now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    organisation = sa.table(
        "organisation",
        sa.column("id", Id()),
        *(sa.column(name) for name in ("name", "currency", "time_zone", "due_day", "grace_days", "late_fee_kind")),
        *(sa.column(name) for name in ("late_fee_cents", "late_fee_bps", "late_fee_grace_days", "version")),
        sa.column("allocation_order", sa.JSON()),
        sa.column("bill_by_itself", sa.Boolean()),
        sa.column("created_at", Instant()),
    )
    row = {
        "id": PLATFORM,
        "name": "Plotihub",
        "currency": "KES",
        "time_zone": "Africa/Nairobi",
        "due_day": 5,
        "grace_days": 0,
        "late_fee_kind": "off",
        "late_fee_cents": 0,
        "late_fee_bps": 0,
        "late_fee_grace_days": 0,
        "allocation_order": [],
        "bill_by_itself": False,
        "version": 1,
        "created_at": now,
    }
    op.bulk_insert(organisation, [row])
    setting = sa.table(
        "message_setting",
        sa.column("organisation_id", Id()),
        *(sa.column(name) for name in ("sender_name", "quiet_from_hour", "quiet_until_hour", "tenant_daily_cap")),
        *(sa.column(name) for name in ("daily_cap", "monthly_limit_cents", "version")),
        sa.column("gateways", sa.JSON()),
        sa.column("legal_notices_pass_opt_out", sa.Boolean()),
        sa.column("changed_at", Instant()),
    )
    values = {
        "organisation_id": PLATFORM,
        "sender_name": "",
        "gateways": ["africastalking", "sns"],
        "quiet_from_hour": 20,
        "quiet_until_hour": 8,
        "tenant_daily_cap": 3,
        "daily_cap": 2000,
        "monthly_limit_cents": MONTHLY_LIMIT_CENTS,  # of answers to phones, each asked for at most 20 times a day
        "legal_notices_pass_opt_out": False,
        "version": 1,
        "changed_at": now,
    }
    op.bulk_insert(setting, [values])
