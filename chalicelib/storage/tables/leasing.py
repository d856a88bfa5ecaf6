"""Who rents: tenants, leases with their dated rents and charges, deposits."""

from sqlalchemy import Boolean, Date, Index, Integer, String

from chalicelib.storage.tables.base import BEFORE_ALL, belongs_to, index, optional, organisation_table, required
from chalicelib.storage.types import Blob, Cents, Id, Instant, Phone

tenants = organisation_table(
    "tenant",
    required("given_name", String(60)),
    required("middle_name", String(60)),
    required("family_name", String(60)),
    required("name_key", String(190)),  # the whole name in lower case: sorted and searched
    required("language", String(2)),  # en, sw
    optional("email", String(254)),
    optional("kra_pin", String(11)),
    optional("identity_kind", String(12)),  # national_id, passport, alien_id, military_id
    optional("identity_sealed", Blob),  # under the tenant's own data key
    required("kin_name", String(120)),
    optional("kin_phone", Phone),
    required("kin_relation", String(40)),
    required("note", String(500)),
    optional("erased_at", Instant),
    required("version", Integer),
    required("created_at", Instant),
    index("name_key"),
)

tenant_phones = organisation_table(
    "tenant_phone",
    required("tenant_id", Id),
    required("position", Integer),  # 0 is the first to call
    required("phone", Phone),
    belongs_to("tenant_id", "tenant"),
    index("phone"),
    Index(None, "phone"),
    key=("tenant_id", "position"),
)

leases = organisation_table(
    "lease",
    required("unit_id", Id),
    required("property_id", Id),
    required("tenant_id", Id),  # who pays first
    required("starts_on", Date),
    optional("ends_on", Date),  # last day, included; none while open
    required("due_day", Integer),
    required("grace_days", Integer),
    required("notice_days", Integer),
    optional("terminated_on", Date),  # the day on which the termination was recorded
    optional("terminated_at", Instant),  # when it was entered
    optional("agreed_ends_on", Date),  # what ``ends_on`` was before it; none: the lease was open
    optional("previous_id", Id),  # the lease that this one renews or carries on
    required(
        "billed_from", Date, server_default=BEFORE_ALL
    ),  # first month that the books bill; what was owed before is its opening balance
    required("note", String(500)),
    required("version", Integer),
    required("created_at", Instant),
    belongs_to("unit_id", "unit"),
    belongs_to("tenant_id", "tenant"),
    index("unit_id", "starts_on"),
    index("property_id"),
    index("tenant_id"),
    index("previous_id"),
)

lease_tenants = organisation_table(
    "lease_tenant",
    required("lease_id", Id),
    required("tenant_id", Id),
    required("position", Integer),  # 0 pays first
    belongs_to("lease_id", "lease"),
    belongs_to("tenant_id", "tenant"),
    index("tenant_id"),
    key=("lease_id", "tenant_id"),
)

phone_places = organisation_table(
    "phone_place",  # a number's holder confirmed or denied the lease that it is entered for; no row: not answered
    required("phone", Phone),
    required("lease_id", Id),  # without a constraint: a denial outlives the lease that an undone import deletes
    required("state", String(10)),  # confirmed, denied
    required("source", String(10)),  # sms, ussd
    required("decided_at", Instant),
    index("lease_id"),
    key=("phone", "lease_id"),
)

lease_rents = organisation_table(
    "lease_rent",
    required("lease_id", Id),
    required("starts_on", Date),
    required("rent_cents", Cents),  # a month
    belongs_to("lease_id", "lease"),
    key=("lease_id", "starts_on"),
)

recurring_charges = organisation_table(
    "recurring_charge",
    required("lease_id", Id),
    required("charge_type", String(16)),
    required("description", String(140)),
    required("amount_cents", Cents),  # a month
    required("prorated", Boolean),
    required("starts_on", Date),
    optional("ends_on", Date),
    required("version", Integer),
    required("created_at", Instant),
    belongs_to("lease_id", "lease"),
    index("lease_id"),
)

deposit_terms = organisation_table(
    "deposit_term",
    required("lease_id", Id),
    required("kind", String(16)),  # rent, water, electricity, other
    required("amount_cents", Cents),
    belongs_to("lease_id", "lease"),
    key=("lease_id", "kind"),
)

deposit_entries = organisation_table(
    "deposit_entry",  # append-only; the deposit held is the sum
    required("lease_id", Id),
    required("kind", String(16)),
    required("entry", String(16)),  # opening, received, deducted, refunded, carried_in, carried_out, reversed
    required("amount_cents", Cents),  # + held more, − held less
    required("entered_on", Date),
    required("posted_on", Date, server_default=BEFORE_ALL),  # the day from which it counts: that of its journal
    required("reason", String(200)),
    optional("channel_id", Id),
    required("provider_reference", String(40)),
    optional("reverses_id", Id),
    optional("member_id", Id),
    required("created_at", Instant),
    index("lease_id"),
    index("reverses_id", unique=True),
)
