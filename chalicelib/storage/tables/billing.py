"""What is owed: charges, invoices and their lines, credit notes, receipts, the counters of their numbers."""

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, String, text

from chalicelib.storage.tables.base import BEFORE_ALL, belongs_to, index, optional, organisation_table, required
from chalicelib.storage.types import Cents, Id, Instant

charges = organisation_table(
    "charge",  # a one-off sum that waits for the next invoice
    required("lease_id", Id),
    required("charge_type", String(16)),
    required("description", String(140)),
    required("amount_cents", Cents),
    required("charged_on", Date),
    required("status", String(10)),  # pending, invoiced, cancelled (by a person), withdrawn (by the facts)
    optional("invoice_id", Id),
    optional("late_for_id", Id),  # the overdue invoice that this late fee is for
    optional("reason", String(200)),  # why a late fee was changed or withdrawn
    required("version", Integer),
    required("created_at", Instant),
    belongs_to("lease_id", "lease"),
    index("lease_id", "status"),
    index("status"),
    index("invoice_id"),
    index("late_for_id"),
)

invoices = organisation_table(
    "invoice",
    required("number", Integer),
    required("kind", String(10)),  # run, opening, single, final, difference
    required("lease_id", Id),
    required("property_id", Id),
    required("tenant_id", Id),
    required("period", Date),
    optional("run_period", Date),  # the period while this is its monthly invoice; none once void
    required("issued_on", Date),
    required("due_on", Date),
    required("overdue_on", Date),
    required("posted_on", Date, server_default=BEFORE_ALL),  # the day from which it counts: that of its journal
    required("status", String(10)),  # issued, void
    required("total_cents", Cents),
    required("paid_cents", Cents),
    required("credited_cents", Cents),
    optional("voided_on", Date),
    required("version", Integer),
    required("created_at", Instant),
    index("number", unique=True),
    index("lease_id", "run_period", unique=True),
    index("period", "number"),
    index("property_id", "number"),
    index("voided_on"),
)

invoice_lines = organisation_table(
    "invoice_line",
    required("invoice_id", Id),
    required("seq", Integer),
    required("lease_id", Id),
    required("property_id", Id),
    required("charge_type", String(16)),
    required("description", String(140)),
    optional("charge_id", Id),  # the one-off charge or late fee that it bills; none: of the lease's terms, or by hand
    required("amount_cents", Cents),
    required("paid_cents", Cents),
    required("credited_cents", Cents),
    required("open_cents", Cents),  # amount − paid − credited, and 0 once void
    required("issued_on", Date),
    required("due_on", Date),
    required("overdue_on", Date),
    required("posted_on", Date, server_default=BEFORE_ALL),  # its invoice's
    optional("voided_on", Date),
    CheckConstraint("amount_cents > 0 AND paid_cents >= 0 AND credited_cents >= 0 AND open_cents >= 0", name="signs"),
    CheckConstraint(
        "open_cents = amount_cents - paid_cents - credited_cents OR (voided_on IS NOT NULL AND open_cents = 0)",
        name="open",
    ),
    belongs_to("invoice_id", "invoice"),
    index("invoice_id"),
    # Arrears are read from this index alone.
    index("lease_id", "open_cents", "posted_on", "due_on", "overdue_on", name="ix_invoice_line_open"),
    index("open_cents"),
)

excused_months = organisation_table(
    "excused_month",  # a person decided that the lease is not billed for it
    required("lease_id", Id),
    required("period", Date),
    required("reason", String(200)),
    optional("member_id", Id),
    required("created_at", Instant),
    belongs_to("lease_id", "lease"),
    key=("lease_id", "period"),
)

credit_notes = organisation_table(
    "credit_note",
    required("number", Integer),
    # never_owed: what follows from the sum, such as a late fee, goes too; goodwill: it stays; write_off: owed, given up
    required("kind", String(12), server_default="never_owed"),
    required("automatic", Boolean, server_default=text("0")),  # follows from facts; nobody decided it
    required("invoice_id", Id),
    required("lease_id", Id),
    required("reason", String(200)),
    required("issued_on", Date),
    required("total_cents", Cents),
    required("created_at", Instant),
    belongs_to("invoice_id", "invoice"),
    index("number", unique=True),
    index("invoice_id"),
    index("lease_id"),
)

credit_note_lines = organisation_table(
    "credit_note_line",
    required("credit_note_id", Id),
    required("invoice_line_id", Id),
    required("amount_cents", Cents),
    required("issued_on", Date),
    belongs_to("credit_note_id", "credit_note"),
    belongs_to("invoice_line_id", "invoice_line"),
    index("invoice_line_id"),
    key=("credit_note_id", "invoice_line_id"),
)

corrections = organisation_table(
    "correction",  # append-only: what was derived again since a fact came late
    required("lease_id", Id),
    required("property_id", Id),
    required("kind", String(16)),  # late_fee, rent_difference
    required("amount_cents", Cents),  # what the lease owes more, or less below 0
    required("invoice_id", Id),  # whose fee or month it is
    optional("document_id", Id),  # the charge, invoice or credit note that corrects it
    required("reason", String(200)),
    required("corrected_on", Date),
    required("created_at", Instant),
    index("corrected_on"),
    index("lease_id"),
)

receipts = organisation_table(
    "receipt",
    required("number", Integer),
    required("payment_id", Id),
    required("lease_id", Id),
    required("tenant_id", Id),
    required("amount_cents", Cents),
    required("issued_on", Date),
    required("status", String(10)),  # issued, void
    required("created_at", Instant),
    index("number", unique=True),
    index("payment_id"),
    index("lease_id"),
)

counters = organisation_table(
    "counter",
    required("kind", String(16)),  # invoice, credit_note, receipt
    required("next_number", Integer),
    key=("kind",),
)
