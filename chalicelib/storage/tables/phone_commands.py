"""What is remembered of a phone that texts or dials, whichever organisations claim its number; for hours, no longer."""

from sqlalchemy import JSON, Index, Integer, PrimaryKeyConstraint, String

from chalicelib.storage.tables.base import optional, required, shared_table
from chalicelib.storage.types import Instant, Phone

phone_guards = shared_table(
    "phone_guard",  # one row a phone, which is locked while it is answered
    required("phone", Phone, primary_key=True),
    required("wrong_answers", Integer),
    optional("wrong_at", Instant),  # the first of them
    optional("closed_until", Instant),
    required("faults", Integer),
    optional("faults_at", Instant),  # the first of them
    required("changed_at", Instant),
    Index(None, "changed_at"),
)

phone_sessions = shared_table(
    "phone_session",
    required("phone", Phone),
    required("session", String(70)),  # "sms", or the name of a USSD session
    required("state", JSON),  # what was offered, and what waits for the answer
    required("expires_at", Instant),
    PrimaryKeyConstraint("phone", "session"),
    Index(None, "expires_at"),
)
