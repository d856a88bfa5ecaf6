"""The first tables, and the triggers that keep the append-only ones so."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from chalicelib.storage import append_only
from chalicelib.storage.tables.base import MYSQL_OPTIONS
from chalicelib.storage.types import Blob, Id, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for make in (
        _audit_event,
        _channel,
        _counter,
        _data_key,
        _deposit_entry,
        _idempotency_key,
        _import,
        _invoice,
        _job_slot,
        _journal,
        _ledger_account,
        _ledger_book,
        _member,
        _organisation,
        _owner,
        _period_close,
        _person,
        _receipt,
        _task,
        _tenant,
        _credit_note,
        _import_item,
        _invoice_line,
        _payment,
        _posting,
        _property,
        _tenant_phone,
        _allocation,
        _credit_note_line,
        _member_property,
        _refund,
        _unit,
        _lease,
        _charge,
        _deposit_term,
        _lease_rent,
        _lease_tenant,
        _recurring_charge,
    ):
        make()
    append_only.create_triggers(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")


def _table(name: str, *items: SchemaItem) -> None:
    op.create_table(name, *items, **MYSQL_OPTIONS)


def _audit_event() -> None:
    _table(
        "audit_event",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("member_id", Id(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_audit_event"),
    )


def _channel() -> None:
    _table(
        "channel",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_channel"),
    )
    op.create_index(
        "ix_channel_organisation_id_kind_number_name",
        "channel",
        ["organisation_id", "kind", "number", "name"],
        unique=True,
    )


def _counter() -> None:
    _table(
        "counter",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "kind", name="pk_counter"),
    )


def _data_key() -> None:
    _table(
        "data_key",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("wrapped", Blob(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_data_key"),
    )


def _deposit_entry() -> None:
    _table(
        "deposit_entry",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("entry", sa.String(length=16), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("channel_id", Id(), nullable=True),
        sa.Column("provider_reference", sa.String(length=40), nullable=False),
        sa.Column("reverses_id", Id(), nullable=True),
        sa.Column("member_id", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_deposit_entry"),
    )
    op.create_index("ix_deposit_entry_organisation_id_lease_id", "deposit_entry", ["organisation_id", "lease_id"])
    op.create_index(
        "ix_deposit_entry_organisation_id_reverses_id", "deposit_entry", ["organisation_id", "reverses_id"], unique=True
    )


def _idempotency_key() -> None:
    _table(
        "idempotency_key",
        sa.Column("scope_id", Id(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(length=4000000), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("scope_id", "key", name="pk_idempotency_key"),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"])


def _import() -> None:
    _table(
        "import",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("property_name", sa.String(length=120), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("content_sealed", Blob(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.Column("problems_sealed", Blob(), nullable=True),
        sa.Column("opening_on", sa.Date(), nullable=True),
        sa.Column("task_id", Id(), nullable=True),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("committed_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_import"),
    )


def _invoice() -> None:
    _table(
        "invoice",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("property_id", Id(), nullable=False),
        sa.Column("tenant_id", Id(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("run_period", sa.Date(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("overdue_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("credited_cents", sa.BigInteger(), nullable=False),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_invoice"),
    )
    op.create_index(
        "ix_invoice_organisation_id_lease_id_run_period",
        "invoice",
        ["organisation_id", "lease_id", "run_period"],
        unique=True,
    )
    op.create_index("ix_invoice_organisation_id_number", "invoice", ["organisation_id", "number"], unique=True)
    op.create_index("ix_invoice_organisation_id_period_number", "invoice", ["organisation_id", "period", "number"])
    op.create_index(
        "ix_invoice_organisation_id_property_id_number", "invoice", ["organisation_id", "property_id", "number"]
    )
    op.create_index("ix_invoice_organisation_id_voided_on", "invoice", ["organisation_id", "voided_on"])


def _job_slot() -> None:
    _table(
        "job_slot",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("scope_id", Id(), nullable=False),
        sa.Column("claimed_at", Instant(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", "scope_id", name="pk_job_slot"),
    )


def _journal() -> None:
    _table(
        "journal",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("source_kind", sa.String(length=16), nullable=False),
        sa.Column("source_id", Id(), nullable=False),
        sa.Column("reverses_id", Id(), nullable=True),
        sa.Column("member_id", Id(), nullable=True),
        sa.Column("memo", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_journal"),
    )
    op.create_index("ix_journal_organisation_id_effective_on", "journal", ["organisation_id", "effective_on"])
    op.create_index(
        "ix_journal_organisation_id_idempotency_key", "journal", ["organisation_id", "idempotency_key"], unique=True
    )
    op.create_index(
        "ix_journal_organisation_id_reverses_id", "journal", ["organisation_id", "reverses_id"], unique=True
    )
    op.create_index("ix_journal_organisation_id_source_id", "journal", ["organisation_id", "source_id"])


def _ledger_account() -> None:
    _table(
        "ledger_account",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=False),
        sa.Column("channel_id", Id(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_ledger_account"),
    )
    op.create_index(
        "ix_ledger_account_organisation_id_code", "ledger_account", ["organisation_id", "code"], unique=True
    )


def _ledger_book() -> None:
    _table(
        "ledger_book",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("closed_through", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_ledger_book"),
    )


def _member() -> None:
    _table(
        "member",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_member"),
    )
    op.create_index("ix_member_organisation_id_phone", "member", ["organisation_id", "phone"], unique=True)
    op.create_index("ix_member_phone", "member", ["phone"])


def _organisation() -> None:
    _table(
        "organisation",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("late_fee_kind", sa.String(length=10), nullable=False),
        sa.Column("late_fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("late_fee_bps", sa.Integer(), nullable=False),
        sa.Column("late_fee_grace_days", sa.Integer(), nullable=False),
        sa.Column("late_fee_cap_cents", sa.BigInteger(), nullable=True),
        sa.Column("allocation_order", sa.JSON(), nullable=False),
        sa.Column("bill_by_itself", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )


def _owner() -> None:
    _table(
        "owner",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("kra_pin", sa.String(length=11), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_owner"),
    )


def _period_close() -> None:
    _table(
        "period_close",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("member_id", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "period", name="pk_period_close"),
    )


def _person() -> None:
    _table(
        "person",
        sa.Column("id", Id(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("phone", name="uq_person_phone"),
    )


def _receipt() -> None:
    _table(
        "receipt",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payment_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("tenant_id", Id(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_receipt"),
    )
    op.create_index("ix_receipt_organisation_id_lease_id", "receipt", ["organisation_id", "lease_id"])
    op.create_index("ix_receipt_organisation_id_number", "receipt", ["organisation_id", "number"], unique=True)
    op.create_index("ix_receipt_organisation_id_payment_id", "receipt", ["organisation_id", "payment_id"])


def _task() -> None:
    _table(
        "task",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("cursor", sa.String(length=80), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("claim", Id(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_task"),
    )
    op.create_index("ix_task_status_claimed_until", "task", ["status", "claimed_until"])


def _tenant() -> None:
    _table(
        "tenant",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("given_name", sa.String(length=60), nullable=False),
        sa.Column("middle_name", sa.String(length=60), nullable=False),
        sa.Column("family_name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=190), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("kra_pin", sa.String(length=11), nullable=True),
        sa.Column("identity_kind", sa.String(length=12), nullable=True),
        sa.Column("identity_sealed", Blob(), nullable=True),
        sa.Column("kin_name", sa.String(length=120), nullable=False),
        sa.Column("kin_phone", sa.String(length=16), nullable=True),
        sa.Column("kin_relation", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_tenant"),
    )
    op.create_index("ix_tenant_organisation_id_name_key", "tenant", ["organisation_id", "name_key"])


def _credit_note() -> None:
    _table(
        "credit_note",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoice.organisation_id", "invoice.id"],
            name="fk_credit_note_invoice_organisation_id_invoice_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_credit_note"),
    )
    op.create_index("ix_credit_note_organisation_id_invoice_id", "credit_note", ["organisation_id", "invoice_id"])
    op.create_index("ix_credit_note_organisation_id_lease_id", "credit_note", ["organisation_id", "lease_id"])
    op.create_index("ix_credit_note_organisation_id_number", "credit_note", ["organisation_id", "number"], unique=True)


def _import_item() -> None:
    _table(
        "import_item",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("import_id", Id(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=20), nullable=False),
        sa.Column("entity_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "import_id"],
            ["import.organisation_id", "import.id"],
            name="fk_import_item_import_organisation_id_import_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "import_id", "seq", name="pk_import_item"),
    )
    op.create_index("ix_import_item_organisation_id_entity_id", "import_item", ["organisation_id", "entity_id"])


def _invoice_line() -> None:
    _table(
        "invoice_line",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("property_id", Id(), nullable=False),
        sa.Column("charge_type", sa.String(length=16), nullable=False),
        sa.Column("description", sa.String(length=140), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("credited_cents", sa.BigInteger(), nullable=False),
        sa.Column("open_cents", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("overdue_on", sa.Date(), nullable=False),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "amount_cents > 0 AND paid_cents >= 0 AND credited_cents >= 0 AND open_cents >= 0",
            name="ck_invoice_line_signs",
        ),
        sa.CheckConstraint(
            "open_cents = amount_cents - paid_cents - credited_cents OR (voided_on IS NOT NULL AND open_cents = 0)",
            name="ck_invoice_line_open",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoice.organisation_id", "invoice.id"],
            name="fk_invoice_line_invoice_organisation_id_invoice_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_invoice_line"),
    )
    op.create_index(
        "ix_invoice_line_open",
        "invoice_line",
        ["organisation_id", "lease_id", "open_cents", "issued_on", "due_on", "overdue_on"],
    )
    op.create_index("ix_invoice_line_organisation_id_invoice_id", "invoice_line", ["organisation_id", "invoice_id"])
    op.create_index("ix_invoice_line_organisation_id_open_cents", "invoice_line", ["organisation_id", "open_cents"])


def _payment() -> None:
    _table(
        "payment",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("channel_id", Id(), nullable=True),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("provider_reference", sa.String(length=40), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("property_id", Id(), nullable=True),
        sa.Column("tenant_id", Id(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=True),
        sa.Column("reference_raw", sa.String(length=80), nullable=False),
        sa.Column("payer_name", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("unallocated_cents", sa.BigInteger(), nullable=False),
        sa.Column("refunded_cents", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", Id(), nullable=True),
        sa.Column("confirmed_by", Id(), nullable=True),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "amount_cents > 0 AND unallocated_cents >= 0 AND refunded_cents >= 0", name="ck_payment_signs"
        ),
        sa.CheckConstraint("unallocated_cents + refunded_cents <= amount_cents", name="ck_payment_whole"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "channel_id"],
            ["channel.organisation_id", "channel.id"],
            name="fk_payment_channel_organisation_id_channel_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_payment"),
    )
    op.create_index(
        "ix_payment_organisation_id_channel_id_provider_reference",
        "payment",
        ["organisation_id", "channel_id", "provider_reference"],
        unique=True,
    )
    op.create_index(
        "ix_payment_organisation_id_lease_id_unallocated_cents",
        "payment",
        ["organisation_id", "lease_id", "unallocated_cents"],
    )
    op.create_index("ix_payment_organisation_id_property_id", "payment", ["organisation_id", "property_id"])
    op.create_index("ix_payment_organisation_id_received_on", "payment", ["organisation_id", "received_on"])
    op.create_index("ix_payment_organisation_id_state", "payment", ["organisation_id", "state"])


def _posting() -> None:
    _table(
        "posting",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("journal_id", Id(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ledger_account_id", Id(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("property_id", Id(), nullable=True),
        sa.Column("charge_type", sa.String(length=16), nullable=True),
        sa.CheckConstraint("amount_cents <> 0", name="ck_posting_moves"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "journal_id"],
            ["journal.organisation_id", "journal.id"],
            name="fk_posting_journal_organisation_id_journal_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ledger_account_id"],
            ["ledger_account.organisation_id", "ledger_account.id"],
            name="fk_posting_ledger_account_organisation_id_ledger_account_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "journal_id", "seq", name="pk_posting"),
    )


def _property() -> None:
    _table(
        "property",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("owner_id", Id(), nullable=True),
        sa.Column("channel_id", Id(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("town", sa.String(length=80), nullable=False),
        sa.Column("water_rate_cents", sa.BigInteger(), nullable=True),
        sa.Column("electricity_rate_cents", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "channel_id"],
            ["channel.organisation_id", "channel.id"],
            name="fk_property_channel_organisation_id_channel_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "owner_id"],
            ["owner.organisation_id", "owner.id"],
            name="fk_property_owner_organisation_id_owner_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_property"),
    )
    op.create_index("ix_property_organisation_id_name_key", "property", ["organisation_id", "name_key"], unique=True)


def _tenant_phone() -> None:
    _table(
        "tenant_phone",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("tenant_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "tenant_id"],
            ["tenant.organisation_id", "tenant.id"],
            name="fk_tenant_phone_tenant_organisation_id_tenant_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "tenant_id", "position", name="pk_tenant_phone"),
    )
    op.create_index("ix_tenant_phone_organisation_id_phone", "tenant_phone", ["organisation_id", "phone"])


def _allocation() -> None:
    _table(
        "allocation",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("source_kind", sa.String(length=8), nullable=False),
        sa.Column("source_id", Id(), nullable=False),
        sa.Column("invoice_line_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("payer_lease_id", Id(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("allocated_on", sa.Date(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("amount_cents <> 0", name="ck_allocation_moves"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_line_id"],
            ["invoice_line.organisation_id", "invoice_line.id"],
            name="fk_allocation_invoice_line_organisation_id_invoice_line_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_allocation"),
    )
    op.create_index(
        "ix_allocation_organisation_id_invoice_line_id", "allocation", ["organisation_id", "invoice_line_id"]
    )
    op.create_index("ix_allocation_organisation_id_lease_id", "allocation", ["organisation_id", "lease_id"])
    op.create_index("ix_allocation_organisation_id_payer_lease_id", "allocation", ["organisation_id", "payer_lease_id"])
    op.create_index("ix_allocation_organisation_id_source_id", "allocation", ["organisation_id", "source_id"])


def _credit_note_line() -> None:
    _table(
        "credit_note_line",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("credit_note_id", Id(), nullable=False),
        sa.Column("invoice_line_id", Id(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "credit_note_id"],
            ["credit_note.organisation_id", "credit_note.id"],
            name="fk_credit_note_line_credit_note_organisation_id_credit_note_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_line_id"],
            ["invoice_line.organisation_id", "invoice_line.id"],
            name="fk_credit_note_line_invoice_line_organisation_id_invoice_line_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "credit_note_id", "invoice_line_id", name="pk_credit_note_line"),
    )
    op.create_index(
        "ix_credit_note_line_organisation_id_invoice_line_id",
        "credit_note_line",
        ["organisation_id", "invoice_line_id"],
    )


def _member_property() -> None:
    _table(
        "member_property",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("property_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name="fk_member_property_member_organisation_id_member_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "property_id"],
            ["property.organisation_id", "property.id"],
            name="fk_member_property_property_organisation_id_property_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", "property_id", name="pk_member_property"),
    )


def _refund() -> None:
    _table(
        "refund",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("payment_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", Id(), nullable=False),
        sa.Column("provider_reference", sa.String(length=40), nullable=False),
        sa.Column("refunded_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "payment_id"],
            ["payment.organisation_id", "payment.id"],
            name="fk_refund_payment_organisation_id_payment_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_refund"),
    )
    op.create_index("ix_refund_organisation_id_lease_id", "refund", ["organisation_id", "lease_id"])
    op.create_index("ix_refund_organisation_id_payment_id", "refund", ["organisation_id", "payment_id"])


def _unit() -> None:
    _table(
        "unit",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("property_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_key", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("bedrooms", sa.Integer(), nullable=False),
        sa.Column("size_sqm", sa.Integer(), nullable=True),
        sa.Column("rent_cents", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "property_id"],
            ["property.organisation_id", "property.id"],
            name="fk_unit_property_organisation_id_property_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_unit"),
    )
    op.create_index("ix_unit_organisation_id_name_key", "unit", ["organisation_id", "name_key"])
    op.create_index(
        "ix_unit_organisation_id_property_id_name_key",
        "unit",
        ["organisation_id", "property_id", "name_key"],
        unique=True,
    )
    op.create_index("ix_unit_organisation_id_rent_cents", "unit", ["organisation_id", "rent_cents"])


def _lease() -> None:
    _table(
        "lease",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("unit_id", Id(), nullable=False),
        sa.Column("property_id", Id(), nullable=False),
        sa.Column("tenant_id", Id(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("previous_id", Id(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "tenant_id"],
            ["tenant.organisation_id", "tenant.id"],
            name="fk_lease_tenant_organisation_id_tenant_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "unit_id"],
            ["unit.organisation_id", "unit.id"],
            name="fk_lease_unit_organisation_id_unit_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_lease"),
    )
    op.create_index("ix_lease_organisation_id_property_id", "lease", ["organisation_id", "property_id"])
    op.create_index("ix_lease_organisation_id_tenant_id", "lease", ["organisation_id", "tenant_id"])
    op.create_index("ix_lease_organisation_id_unit_id_starts_on", "lease", ["organisation_id", "unit_id", "starts_on"])


def _charge() -> None:
    _table(
        "charge",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("charge_type", sa.String(length=16), nullable=False),
        sa.Column("description", sa.String(length=140), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("charged_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("invoice_id", Id(), nullable=True),
        sa.Column("late_for_id", Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "lease_id"],
            ["lease.organisation_id", "lease.id"],
            name="fk_charge_lease_organisation_id_lease_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_charge"),
    )
    op.create_index("ix_charge_organisation_id_invoice_id", "charge", ["organisation_id", "invoice_id"])
    op.create_index("ix_charge_organisation_id_late_for_id", "charge", ["organisation_id", "late_for_id"])
    op.create_index("ix_charge_organisation_id_lease_id_status", "charge", ["organisation_id", "lease_id", "status"])
    op.create_index("ix_charge_organisation_id_status", "charge", ["organisation_id", "status"])


def _deposit_term() -> None:
    _table(
        "deposit_term",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "lease_id"],
            ["lease.organisation_id", "lease.id"],
            name="fk_deposit_term_lease_organisation_id_lease_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "lease_id", "kind", name="pk_deposit_term"),
    )


def _lease_rent() -> None:
    _table(
        "lease_rent",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("rent_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "lease_id"],
            ["lease.organisation_id", "lease.id"],
            name="fk_lease_rent_lease_organisation_id_lease_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "lease_id", "starts_on", name="pk_lease_rent"),
    )


def _lease_tenant() -> None:
    _table(
        "lease_tenant",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("tenant_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "lease_id"],
            ["lease.organisation_id", "lease.id"],
            name="fk_lease_tenant_lease_organisation_id_lease_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "tenant_id"],
            ["tenant.organisation_id", "tenant.id"],
            name="fk_lease_tenant_tenant_organisation_id_tenant_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "lease_id", "tenant_id", name="pk_lease_tenant"),
    )
    op.create_index("ix_lease_tenant_organisation_id_tenant_id", "lease_tenant", ["organisation_id", "tenant_id"])


def _recurring_charge() -> None:
    _table(
        "recurring_charge",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("charge_type", sa.String(length=16), nullable=False),
        sa.Column("description", sa.String(length=140), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("prorated", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "lease_id"],
            ["lease.organisation_id", "lease.id"],
            name="fk_recurring_charge_lease_organisation_id_lease_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_recurring_charge"),
    )
    op.create_index("ix_recurring_charge_organisation_id_lease_id", "recurring_charge", ["organisation_id", "lease_id"])
