"""Maintenance requests."""

from sqlalchemy import Integer, String

from chalicelib.storage.tables.base import index, optional, organisation_table, required
from chalicelib.storage.types import Id, Instant

maintenance_requests = organisation_table(
    "maintenance_request",
    required("number", Integer),
    required("property_id", Id),
    required("unit_id", Id),
    optional("lease_id", Id),
    optional("tenant_id", Id),
    required("text", String(500)),
    required("source", String(10)),  # sms, ussd, member
    required("status", String(10)),  # open, done
    required("dedupe_key", String(120)),  # a message that comes twice is one request
    optional("created_by", Id),
    required("version", Integer),
    required("created_at", Instant),
    optional("done_at", Instant),
    index("number", unique=True),
    index("dedupe_key", unique=True),
    index("property_id", "number"),
    index("status", "number"),
    index("tenant_id"),
)
