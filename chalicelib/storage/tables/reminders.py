"""Reminders and bulk notices: the policy, exclusions, promises, and which step of which invoice was sent."""

from sqlalchemy import JSON, Boolean, Date, Integer, PrimaryKeyConstraint, String

from chalicelib.storage.tables.base import belongs_to, index, optional, organisation_table, required, shared_table
from chalicelib.storage.types import Cents, Id, Instant

reminder_policies = organisation_table(
    "reminder_policy",  # none: no reminders are sent
    required("enabled", Boolean),
    required("before_days", JSON),  # days before the due day
    required("on_due_day", Boolean),
    required("after_days", JSON),  # days after it; the last is the final step
    required("minimum_cents", Cents),
    required("send_hour", Integer),  # local
    required("skip_weekends", Boolean),
    required("skip_holidays", Boolean),
    required("version", Integer),
    required("changed_at", Instant),
    key=(),
)

reminders = organisation_table(
    "reminder",  # one for each invoice and step, whichever message contains it
    required("invoice_id", Id),
    required("step", String(10)),  # before_3, due, after_5
    required("lease_id", Id),
    required("message_id", Id),
    required("created_at", Instant),
    belongs_to("invoice_id", "invoice"),
    belongs_to("message_id", "message"),
    index("message_id"),
    index("lease_id"),
    key=("invoice_id", "step"),
)

reminder_exclusions = organisation_table(
    "reminder_exclusion",
    required("lease_id", Id),
    required("reason", String(200)),
    optional("ends_on", Date),  # last day, included; none: until it is removed
    optional("created_by", Id),
    required("created_at", Instant),
    belongs_to("lease_id", "lease"),
    key=("lease_id",),
)

promises = organisation_table(
    "promise",
    required("lease_id", Id),
    required("amount_cents", Cents),
    required("promised_on", Date),  # the day by which the tenant promised to pay
    required("status", String(10)),  # open, kept, broken, cancelled
    required("note", String(200)),
    required("version", Integer),
    optional("created_by", Id),
    required("created_at", Instant),
    belongs_to("lease_id", "lease"),
    index("lease_id", "status"),
    index("status", "promised_on"),
)

public_holidays = shared_table(
    "public_holiday",  # Kenya's
    required("holiday_on", Date),
    required("name", String(80)),
    PrimaryKeyConstraint("holiday_on"),
)

holidays = organisation_table(
    "holiday",  # of one organisation, in addition to the public ones
    required("holiday_on", Date),
    required("name", String(80)),
    required("created_at", Instant),
    key=("holiday_on",),
)

notices = organisation_table(
    "notice",  # one text to the tenants of a property, or of all
    required("kind", String(20)),  # notice, legal_notice
    optional("property_id", Id),
    required("text_en", String(1000)),
    required("text_sw", String(1000)),
    required("limit_cents", Cents),  # what the sender was shown and agreed to
    required("status", String(10)),  # queued, sending, sent
    required("recipients", Integer),
    required("left_out", Integer),
    required("price_cents", Cents),
    optional("task_id", Id),
    optional("created_by", Id),
    required("created_at", Instant),
    index("property_id"),
)
