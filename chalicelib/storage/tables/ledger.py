"""The double-entry ledger: accounts, journals, postings, closed periods."""

from sqlalchemy import CheckConstraint, Date, Integer, String

from chalicelib.storage.tables.base import belongs_to, index, optional, organisation_table, required
from chalicelib.storage.types import Cents, Id, Instant

ledger_books = organisation_table(
    "ledger_book",  # one row for each organisation: posting takes a shared lock, closing an exclusive one
    optional("closed_through", Date),  # last day of the last closed period
    key=(),
)

ledger_accounts = organisation_table(
    "ledger_account",
    required("code", String(60)),
    required("name", String(120)),
    required("type", String(10)),  # asset, liability, income, expense, equity
    optional("channel_id", Id),
    index("code", unique=True),
)

journals = organisation_table(
    "journal",  # append-only
    required("kind", String(24)),
    required("effective_on", Date),
    required("created_at", Instant),
    required("idempotency_key", String(80)),
    required("source_kind", String(16)),
    required("source_id", Id),
    optional("reverses_id", Id),
    optional("member_id", Id),
    required("memo", String(200)),
    index("idempotency_key", unique=True),
    index("reverses_id", unique=True),
    index("source_id"),
    index("effective_on"),
)

postings = organisation_table(
    "posting",  # append-only; the postings of a journal add up to nothing
    required("journal_id", Id),
    required("seq", Integer),
    required("ledger_account_id", Id),
    required("amount_cents", Cents),  # + debit, − credit
    optional("lease_id", Id),
    optional("property_id", Id),
    optional("charge_type", String(16)),
    CheckConstraint("amount_cents <> 0", name="moves"),
    belongs_to("journal_id", "journal"),
    belongs_to("ledger_account_id", "ledger_account"),
    key=("journal_id", "seq"),
)

period_closes = organisation_table(
    "period_close",  # append-only
    required("period", Date),  # first day of the month
    optional("member_id", Id),
    required("created_at", Instant),
    key=("period",),
)
