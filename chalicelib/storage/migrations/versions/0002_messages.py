"""Messages, reminders and what is asked to be mended; the runs of jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from chalicelib.storage.tables.base import MYSQL_OPTIONS
from chalicelib.storage.types import Id, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for make in (
        _delivery,
        _holiday,
        _incoming_message,
        _job_run,
        _maintenance_request,
        _message,
        _message_day,
        _message_setting,
        _message_template,
        _notice,
        _opt_out,
        _public_holiday,
        _reminder_policy,
        _message_attempt,
        _reminder,
        _promise,
        _reminder_exclusion,
    ):
        make()
    op.create_index("ix_tenant_phone_phone", "tenant_phone", ["phone"])
    op.create_index("ix_task_status_finished_at", "task", ["status", "finished_at"])
    op.create_index("ix_job_slot_scope_id_job_slot", "job_slot", ["scope_id", "job", "slot"])


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")


def _table(name: str, *items: SchemaItem) -> None:
    op.create_table(name, *items, **MYSQL_OPTIONS)


def _delivery() -> None:
    _table(
        "delivery",
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("provider_reference", sa.String(length=100), nullable=False),
        sa.Column("organisation_id", Id(), nullable=True),
        sa.Column("message_id", Id(), nullable=True),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("reported_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "provider_reference", name="pk_delivery"),
    )
    op.create_index("ix_delivery_created_at", "delivery", ["created_at"])
    op.create_index("ix_delivery_phone", "delivery", ["phone"])


def _holiday() -> None:
    _table(
        "holiday",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("holiday_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "holiday_on", name="pk_holiday"),
    )


def _incoming_message() -> None:
    _table(
        "incoming_message",
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("provider_reference", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=True),
        sa.Column("command", sa.String(length=20), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "provider_reference", name="pk_incoming_message"),
    )
    op.create_index("ix_incoming_message_phone", "incoming_message", ["phone"])
    op.create_index("ix_incoming_message_received_at", "incoming_message", ["received_at"])


def _job_run() -> None:
    _table(
        "job_run",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("claim", Id(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name="pk_job_run"),
    )


def _maintenance_request() -> None:
    _table(
        "maintenance_request",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("property_id", Id(), nullable=False),
        sa.Column("unit_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("tenant_id", Id(), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_maintenance_request"),
    )
    op.create_index(
        "ix_maintenance_request_organisation_id_dedupe_key",
        "maintenance_request",
        ["organisation_id", "dedupe_key"],
        unique=True,
    )
    op.create_index(
        "ix_maintenance_request_organisation_id_number",
        "maintenance_request",
        ["organisation_id", "number"],
        unique=True,
    )
    op.create_index(
        "ix_maintenance_request_organisation_id_property_id_number",
        "maintenance_request",
        ["organisation_id", "property_id", "number"],
    )
    op.create_index(
        "ix_maintenance_request_organisation_id_status_number",
        "maintenance_request",
        ["organisation_id", "status", "number"],
    )
    op.create_index(
        "ix_maintenance_request_organisation_id_tenant_id", "maintenance_request", ["organisation_id", "tenant_id"]
    )


def _message() -> None:
    _table(
        "message",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("medium", sa.String(length=5), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("tenant_id", Id(), nullable=True),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("property_id", Id(), nullable=True),
        sa.Column("notice_id", Id(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("text", sa.Text(length=100000), nullable=True),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("send_after_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("encoding", sa.String(length=4), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=True),
        sa.Column("provider_reference", sa.String(length=100), nullable=True),
        sa.Column("cost_cents", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("handed_at", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_message"),
    )
    op.create_index("ix_message_address", "message", ["address"])
    op.create_index("ix_message_organisation_id_dedupe_key", "message", ["organisation_id", "dedupe_key"], unique=True)
    op.create_index("ix_message_organisation_id_handed_at", "message", ["organisation_id", "handed_at"])
    op.create_index("ix_message_organisation_id_notice_id", "message", ["organisation_id", "notice_id"])
    op.create_index(
        "ix_message_organisation_id_status_send_after_at", "message", ["organisation_id", "status", "send_after_at"]
    )
    op.create_index(
        "ix_message_organisation_id_tenant_id_handed_at", "message", ["organisation_id", "tenant_id", "handed_at"]
    )
    op.create_index("ix_message_status_send_after_at", "message", ["status", "send_after_at"])


def _message_day() -> None:
    _table(
        "message_day",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "counted_on", name="pk_message_day"),
    )


def _message_setting() -> None:
    _table(
        "message_setting",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("sender_name", sa.String(length=11), nullable=False),
        sa.Column("gateways", sa.JSON(), nullable=False),
        sa.Column("quiet_from_hour", sa.Integer(), nullable=False),
        sa.Column("quiet_until_hour", sa.Integer(), nullable=False),
        sa.Column("tenant_daily_cap", sa.Integer(), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=False),
        sa.Column("monthly_limit_cents", sa.BigInteger(), nullable=False),
        sa.Column("legal_notices_pass_opt_out", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_message_setting"),
    )


def _message_template() -> None:
    _table(
        "message_template",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "kind", "language", name="pk_message_template"),
    )


def _notice() -> None:
    _table(
        "notice",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("property_id", Id(), nullable=True),
        sa.Column("text_en", sa.String(length=1000), nullable=False),
        sa.Column("text_sw", sa.String(length=1000), nullable=False),
        sa.Column("limit_cents", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("task_id", Id(), nullable=True),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_notice"),
    )
    op.create_index("ix_notice_organisation_id_property_id", "notice", ["organisation_id", "property_id"])


def _opt_out() -> None:
    _table(
        "opt_out",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "phone", name="pk_opt_out"),
    )


def _public_holiday() -> None:
    _table(
        "public_holiday",
        sa.Column("holiday_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("holiday_on", name="pk_public_holiday"),
    )


def _reminder_policy() -> None:
    _table(
        "reminder_policy",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("before_days", sa.JSON(), nullable=False),
        sa.Column("on_due_day", sa.Boolean(), nullable=False),
        sa.Column("after_days", sa.JSON(), nullable=False),
        sa.Column("minimum_cents", sa.BigInteger(), nullable=False),
        sa.Column("send_hour", sa.Integer(), nullable=False),
        sa.Column("skip_weekends", sa.Boolean(), nullable=False),
        sa.Column("skip_holidays", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_reminder_policy"),
    )


def _message_attempt() -> None:
    _table(
        "message_attempt",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("message_id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("provider_reference", sa.String(length=100), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("cost_cents", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("queued_at", Instant(), nullable=True),
        sa.Column("queued_times", sa.Integer(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["message.organisation_id", "message.id"],
            name="fk_message_attempt_message_organisation_id_message_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "message_id", "number", name="pk_message_attempt"),
    )
    op.create_index("ix_message_attempt_outcome_created_at", "message_attempt", ["outcome", "created_at"])


def _reminder() -> None:
    _table(
        "reminder",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("message_id", Id(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoice.organisation_id", "invoice.id"],
            name="fk_reminder_invoice_organisation_id_invoice_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["message.organisation_id", "message.id"],
            name="fk_reminder_message_organisation_id_message_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "invoice_id", "step", name="pk_reminder"),
    )
    op.create_index("ix_reminder_organisation_id_lease_id", "reminder", ["organisation_id", "lease_id"])
    op.create_index("ix_reminder_organisation_id_message_id", "reminder", ["organisation_id", "message_id"])


def _promise() -> None:
    _table(
        "promise",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "lease_id"],
            ["lease.organisation_id", "lease.id"],
            name="fk_promise_lease_organisation_id_lease_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_promise"),
    )
    op.create_index("ix_promise_organisation_id_lease_id_status", "promise", ["organisation_id", "lease_id", "status"])
    op.create_index(
        "ix_promise_organisation_id_status_promised_on", "promise", ["organisation_id", "status", "promised_on"]
    )


def _reminder_exclusion() -> None:
    _table(
        "reminder_exclusion",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "lease_id"],
            ["lease.organisation_id", "lease.id"],
            name="fk_reminder_exclusion_lease_organisation_id_lease_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "lease_id", name="pk_reminder_exclusion"),
    )
