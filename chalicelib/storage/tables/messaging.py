"""Messages to tenants: settings, templates, the outbox, sending attempts, delivery reports, incoming SMS, opt-outs."""

from sqlalchemy import JSON, Boolean, Date, Index, Integer, PrimaryKeyConstraint, String, Text

from chalicelib.storage.tables.base import belongs_to, index, optional, organisation_table, required, shared_table
from chalicelib.storage.types import Cents, Id, Instant, Phone

message_settings = organisation_table(
    "message_setting",  # no row: the defaults apply
    required("sender_name", String(11)),  # the alphanumeric sender; empty: the platform's
    required("gateways", JSON),  # names, the first tried first
    required("quiet_from_hour", Integer),  # local; nothing is sent from this hour ...
    required("quiet_until_hour", Integer),  # ... until this one
    required("tenant_daily_cap", Integer),
    required("daily_cap", Integer),
    required("monthly_limit_cents", Cents),
    required("legal_notices_pass_opt_out", Boolean),
    required("version", Integer),
    required("changed_at", Instant),
    key=(),
)

organisation_grants = organisation_table(
    "organisation_grant",  # what an operator granted; of each kind, the row that is not revoked is in effect
    required("kind", String(12)),  # messaging, sender_name
    required("sender_name", String(11)),  # of a sender_name
    optional("daily_cap", Integer),  # of messaging: the maximum for the organisation's own setting
    optional("tenant_daily_cap", Integer),
    optional("monthly_limit_cents", Cents),
    required("note", String(200)),
    required("granted_by", String(60)),  # the operator's name, unverified
    required("granted_at", Instant),
    required("revoked_by", String(60)),
    optional("revoked_at", Instant),
    index("kind", "revoked_at"),
)

phone_days = shared_table(
    "phone_day",  # SMS sent to a number on a day by all organisations without a messaging grant
    required("phone", Phone),
    required("counted_on", Date),
    required("messages", Integer),
    PrimaryKeyConstraint("phone", "counted_on"),
    Index(None, "counted_on"),
)

message_templates = organisation_table(
    "message_template",  # an organisation's own text
    required("kind", String(20)),
    required("language", String(2)),
    required("text", String(1000)),  # empty: the built-in text; the row stays, so that no version is used twice
    required("version", Integer),
    required("changed_at", Instant),
    key=("kind", "language"),
)

messages = organisation_table(
    "message",  # the outbox, and the record of what was sent
    required("kind", String(20)),
    required("medium", String(5)),  # sms, email
    required("status", String(10)),  # queued, handed, sent, delivered, failed, unknown, cancelled
    optional("tenant_id", Id),
    optional("lease_id", Id),
    optional("property_id", Id),
    optional("notice_id", Id),
    optional("address", String(254)),  # E.164 or an e-mail address; none once purged
    required("language", String(2)),
    required("subject", String(160)),  # of an e-mail
    optional("text", Text(100_000)),  # none until it is rendered at sending, and once purged
    required("input", JSON),  # what its text is rendered from at sending
    required("dedupe_key", String(120)),
    required("send_after_at", Instant),
    optional("expires_at", Instant),
    required("encoding", String(4)),  # gsm7, ucs2; empty for an e-mail, and until the text is rendered
    required("parts", Integer),
    required("price_cents", Cents),  # as computed before sending
    required("attempt", Integer),  # the number of the last attempt; 0 before
    optional("gateway", String(20)),
    optional("provider_reference", String(100)),
    optional("cost_cents", Cents),  # as reported by the gateway
    required("reason", String(200)),  # why it failed or was cancelled
    optional("created_by", Id),
    required("created_at", Instant),
    optional("handed_at", Instant),  # first handed to the queue
    optional("finished_at", Instant),
    index("dedupe_key", unique=True),
    index("tenant_id", "handed_at"),
    index("handed_at"),
    index("notice_id"),
    index("status", "send_after_at"),
    Index(None, "status", "send_after_at"),
    Index(None, "address"),  # a gateway's opt-out, and some reports, name only the number
)

message_attempts = organisation_table(
    "message_attempt",
    required("message_id", Id),
    required("number", Integer),
    required("gateway", String(20)),
    required("outcome", String(10)),  # pending, sent, refused, not_sent, unknown
    required("permanent", Boolean),  # a retry would be refused as well
    optional("provider_reference", String(100)),
    required("parts", Integer),
    optional("cost_cents", Cents),
    required("reason", String(200)),
    required("created_at", Instant),
    optional("queued_at", Instant),  # when it was last put on the queue
    required("queued_times", Integer),
    optional("finished_at", Instant),
    belongs_to("message_id", "message"),
    Index(None, "outcome", "created_at"),
    key=("message_id", "number"),
)

message_days = organisation_table(
    "message_day",  # number and price of one local day's messages
    required("counted_on", Date),
    required("messages", Integer),
    required("price_cents", Cents),
    key=("counted_on",),
)

deliveries = shared_table(
    "delivery",  # a gateway's reference; the report may arrive before the response to our call
    required("gateway", String(20)),
    required("provider_reference", String(100)),
    optional("organisation_id", Id),
    optional("message_id", Id),
    optional("phone", Phone),  # until it is matched to a message
    required("status", String(20)),  # the gateway's own status; empty until it reports
    required("reason", String(100)),
    optional("reported_at", Instant),
    required("created_at", Instant),
    PrimaryKeyConstraint("gateway", "provider_reference"),
    Index(None, "phone"),
    Index(None, "created_at"),
)

incoming_messages = shared_table(
    "incoming_message",  # SMS that we received; for which organisations they were answered is in the next table
    required("gateway", String(20)),
    required("provider_reference", String(100)),
    optional("phone", Phone),  # phone and text: none once purged
    optional("text", String(1000)),
    required("command", String(20)),  # the command that it was parsed as; empty: none that we know
    required("received_at", Instant),
    PrimaryKeyConstraint("gateway", "provider_reference"),
    Index(None, "phone"),
    Index(None, "received_at"),
)

incoming_message_answers = organisation_table(
    "incoming_message_answer",  # written with the answer: who enters the number later sees nothing older
    required("gateway", String(20)),
    required("provider_reference", String(100)),
    required("command", String(20)),
    optional("lease_id", Id),  # if it was about one
    optional("tenant_id", Id),
    required("alone", Boolean),  # for this organisation only, from a confirmed place, as an SMS: it may read the text
    required("received_at", Instant),
    index("received_at", "gateway", "provider_reference", name="ix_incoming_message_answer_received"),
    index("tenant_id"),
    Index(None, "received_at"),  # for the purge of old rows
    key=("gateway", "provider_reference"),
)

opt_outs = organisation_table(
    "opt_out",
    required("phone", Phone),
    required("source", String(10)),  # sms, ussd, gateway, member
    required("created_at", Instant),
    Index(None, "phone"),  # START applies to all organisations
    key=("phone",),
)

phone_stops = shared_table(
    "phone_stop",  # the holder's own STOP, also for organisations that enter the number later
    required("phone", Phone, primary_key=True),
    required("source", String(10)),  # sms, ussd, gateway
    required("at", Instant),
)
