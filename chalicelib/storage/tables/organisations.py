"""Who signs in, where they work and what they did."""

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

from chalicelib.storage.tables.base import (
    belongs_to,
    index,
    optional,
    organisation_table,
    required,
    shared_table,
)
from chalicelib.storage.types import Blob, Cents, Id, Instant, Phone

organisations = shared_table(
    "organisation",
    required("id", Id, primary_key=True),
    required("name", String(120)),
    required("currency", String(3)),
    required("time_zone", String(40)),
    required("due_day", Integer),  # default of a new lease
    required("grace_days", Integer),
    required("late_fee_kind", String(10)),  # off, fixed, percent
    required("late_fee_cents", Cents),
    required("late_fee_bps", Integer),
    required("late_fee_grace_days", Integer),
    optional("late_fee_cap_cents", Cents),
    required("allocation_order", JSON),  # charge types, first paid first
    required("bill_by_itself", Boolean),  # the schedule bills this organisation
    optional("founder_phone", Phone),  # verified at the sign-up; shown in its texts until it has a messaging grant
    required("version", Integer),
    required("created_at", Instant),
    Index(None, "founder_phone", "created_at"),
)

late_fee_policies = organisation_table(
    "late_fee_policy",  # from its first day on; the first of an organisation also applies before that day
    required("starts_on", Date),
    required("kind", String(10)),  # off, fixed, percent
    required("amount_cents", Cents),
    required("rate_bps", Integer),
    required("grace_days", Integer),
    optional("cap_cents", Cents),
    key=("starts_on",),
)

people = shared_table(
    "person",
    required("id", Id, primary_key=True),
    required("phone", Phone),
    required("name", String(120)),
    required("created_at", Instant),
    UniqueConstraint("phone"),
)

members = organisation_table(
    "member",
    required("phone", Phone),
    required("name", String(120)),
    required("role", String(12)),  # owner, manager, accountant, caretaker
    required("status", String(10)),  # invited, active, removed
    required("version", Integer),
    required("created_at", Instant),
    optional("invited_at", Instant),  # the last time; none: the founder
    index("phone", unique=True),
    Index(None, "phone"),
)

member_properties = organisation_table(
    "member_property",
    required("member_id", Id),
    required("property_id", Id),
    belongs_to("member_id", "member"),
    belongs_to("property_id", "property"),
    key=("member_id", "property_id"),
)

audit_events = organisation_table(
    "audit_event",
    required("at", Instant),
    optional("member_id", Id),
    required("action", String(40)),
    required("subject", String(160)),  # the path that was written to
    required("fields", JSON),  # names of the fields, never their values
    required("request_id", String(64)),
)

idempotency_keys = shared_table(
    "idempotency_key",
    required("scope_id", Id),  # the member, or the person if not a member
    optional("organisation_id", Id),  # that the response belongs to; none if there is none yet
    required("key", String(255)),
    required("request_hash", String(64)),
    required("status_code", Integer),  # 0: the answer was erased
    required("headers", JSON),
    required("body", Text(4_000_000)),
    required("created_at", Instant),
    PrimaryKeyConstraint("scope_id", "key"),
    Index(None, "created_at"),
    Index(None, "organisation_id"),
)

data_keys = organisation_table(
    "data_key",  # one for each person with encrypted data; destroying it anonymises them
    required("wrapped", Blob),
    required("created_at", Instant),
)
