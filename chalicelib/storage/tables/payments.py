"""Money received, what of it was set against which line, and what was given back."""

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, String, text

from chalicelib.storage.tables.base import BEFORE_ALL, belongs_to, index, optional, organisation_table, required
from chalicelib.storage.types import Cents, Id, Instant

payments = organisation_table(
    "payment",
    optional("channel_id", Id),  # none for an opening credit, which came in before the books began
    required("method", String(10)),  # cash, bank, cheque, mpesa, opening
    optional("provider_reference", String(40)),  # theirs: an M-Pesa code, a cheque's number
    optional("reference_key", String(80)),  # what only one live payment may have (payments.rules.reference_key)
    required("amount_cents", Cents),
    required("received_on", Date),
    optional("lease_id", Id),
    optional("property_id", Id),
    optional("tenant_id", Id),
    required("state", String(10)),  # pending, rejected, unmatched, matched, reversed
    optional("purpose", String(16)),  # the charge type that the payer named
    required("reference_raw", String(80)),  # what the payer typed
    required("payer_name", String(120)),
    required("note", String(200)),
    required("unallocated_cents", Cents),  # neither allocated nor refunded: the credit
    required("refunded_cents", Cents),
    required("by_hand", Boolean, server_default=text("0")),  # a person allocated it, and it is never allocated again
    optional("recorded_by", Id),
    optional("confirmed_by", Id),
    optional("posted_on", Date),  # the day from which it counts: that of its journal; none while pending or rejected
    optional("matched_on", Date),  # the day from which it counts for its lease
    optional("reversed_on", Date),
    optional("reason", String(200)),  # why it was rejected or reversed
    optional("moved_from_id", Id),  # the payment of another lease that this one replaces
    optional("recovery_invoice_id", Id),  # that bills what was refunded of it before it was reversed
    optional("invoice_id", Id),  # the invoice that the payer named
    optional("spread", Boolean),  # true: for a tenant, so that no lease is paid before another
    required("version", Integer),
    required("created_at", Instant),
    CheckConstraint("amount_cents > 0 AND unallocated_cents >= 0 AND refunded_cents >= 0", name="signs"),
    CheckConstraint("unallocated_cents + refunded_cents <= amount_cents", name="whole"),
    belongs_to("channel_id", "channel"),
    index("reference_key", unique=True),
    index("channel_id"),
    index("provider_reference"),
    index("moved_from_id", unique=True),
    index("recovery_invoice_id"),
    # The credit of leases is read from this index alone, as it is and as it was.
    index("lease_id", "unallocated_cents", "matched_on", "reversed_on", "amount_cents", name="ix_payment_credit"),
    index("property_id"),
    index("state"),
    index("received_on"),
    index("posted_on"),
    index("reversed_on"),
)

allocations = organisation_table(
    "allocation",  # append-only; a release is a negative row
    required("source_kind", String(8)),  # payment, deposit
    required("source_id", Id),
    required("invoice_line_id", Id),
    required("lease_id", Id),
    optional("payer_lease_id", Id),  # whose payment it is, where that is a lease which this one carries on
    required("amount_cents", Cents),
    required("allocated_on", Date),
    required("created_at", Instant),
    CheckConstraint("amount_cents <> 0", name="moves"),
    belongs_to("invoice_line_id", "invoice_line"),
    index("source_id"),
    index("invoice_line_id"),
    index("lease_id"),
    index("payer_lease_id"),
)

refunds = organisation_table(
    "refund",  # append-only: credit given back to the tenant; below 0: such a refund reversed
    required("payment_id", Id),
    required("lease_id", Id),
    required("amount_cents", Cents),
    required("channel_id", Id),
    required("provider_reference", String(40)),
    required("refunded_on", Date),
    required("posted_on", Date, server_default=BEFORE_ALL),  # the day from which it counts: that of its journal
    required("reason", String(200)),
    required("created_at", Instant),
    optional("reverses_id", Id),
    belongs_to("payment_id", "payment"),
    index("payment_id"),
    index("reverses_id", unique=True),
    index("lease_id"),
)
