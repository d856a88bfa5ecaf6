"""What is let: owners, the channels that rent comes in by, properties and their units."""

from sqlalchemy import Boolean, Integer, String

from chalicelib.storage.tables.base import belongs_to, index, optional, organisation_table, required
from chalicelib.storage.types import Cents, Id, Instant, Phone

owners = organisation_table(
    "owner",
    required("name", String(120)),
    optional("phone", Phone),
    optional("email", String(254)),
    optional("kra_pin", String(11)),
    required("version", Integer),
    required("created_at", Instant),
)

channels = organisation_table(
    "channel",
    required("kind", String(10)),  # paybill, till, bank, cash
    required("name", String(80)),
    required("number", String(30)),  # shortcode or account number; empty for a cash box
    required("active", Boolean),
    required("version", Integer),
    required("created_at", Instant),
    index("kind", "number", "name", unique=True),
)

properties = organisation_table(
    "property",
    optional("owner_id", Id),
    optional("channel_id", Id),
    required("name", String(120)),
    required("name_key", String(120)),  # lower case, one space: what is compared
    required("address", String(200)),
    required("town", String(80)),
    optional("water_rate_cents", Cents),  # for a cubic metre
    optional("electricity_rate_cents", Cents),  # for a kilowatt hour
    required("version", Integer),
    required("created_at", Instant),
    belongs_to("owner_id", "owner"),
    belongs_to("channel_id", "channel"),
    index("name_key", unique=True),
)

units = organisation_table(
    "unit",
    required("property_id", Id),
    required("name", String(40)),
    required("name_key", String(40)),
    required("type", String(20)),
    required("bedrooms", Integer),
    optional("size_sqm", Integer),
    required("rent_cents", Cents),  # the asking rent
    required("note", String(500)),
    required("version", Integer),
    required("created_at", Instant),
    belongs_to("property_id", "property"),
    index("property_id", "name_key", unique=True),
    index("name_key"),  # lists are sorted by either
    index("rent_cents"),
)
