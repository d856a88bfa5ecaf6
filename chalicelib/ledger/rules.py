"""The chart of accounts and double-entry calculations.

Amounts are whole cents (100 cents = KES 1), a debit above 0 and a credit below.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from chalicelib.periods import last_day


class Account(NamedTuple):
    """One account of an organisation's ledger; ``code`` is unique within it."""

    code: str
    name: str
    type: str  # "asset", "liability", "equity", "income" or "expense"


class Posting(NamedTuple):
    """One signed amount on one account, with the dimensions that reports group by."""

    ledger_account_id: UUID
    amount_cents: int
    lease_id: UUID | None = None
    property_id: UUID | None = None
    charge_type: str | None = None


INCOME_NAMES = {
    "rent": "Rent",
    "water": "Water",
    "electricity": "Electricity",
    "service": "Service charge",
    "garbage": "Garbage",
    "security": "Security",
    "damage": "Damage charged to tenants",
    "late_fee": "Late fees",
    "other": "Other income",
}

# No income: one was earned before the books began, one remains the tenant's, one was paid out and is to be returned.
NOT_INCOME = ("opening_balance", "deposit", "refund_recovery")

CHARGE_TYPES = (*INCOME_NAMES, *NOT_INCOME)

RECEIVABLE = Account("receivable", "Owed by tenants", "asset")
DEPOSITS = Account("deposits", "Deposits held for tenants", "liability")
UNALLOCATED = Account("unallocated", "Money received and not yet allocated", "liability")
WRITTEN_OFF = Account("written_off", "Debts of tenants written off", "expense")
OPENING = Account("opening", "Balances from before the books began", "equity")


def income_code(charge_type: str) -> str:
    """Return the code of the income account for a charge of this type.

    Raises:
        ValueError: charges of this type are not income, or there is no such type.
    """
    if charge_type not in INCOME_NAMES:
        raise ValueError(f"Charges of the type {charge_type!r} have no income account.")
    return f"income.{charge_type}"


# Accounts of every organisation from the start; each channel adds one of its own.
CHART: tuple[Account, ...] = (
    RECEIVABLE,
    DEPOSITS,
    UNALLOCATED,
    OPENING,
    WRITTEN_OFF,
    *(Account(income_code(charge_type), name, "income") for charge_type, name in INCOME_NAMES.items()),
)


def channel_account(channel_id: UUID, name: str) -> Account:
    """Return the account of the money in one channel."""
    return Account(f"channel.{channel_id}", name, "asset")


def balanced(amounts: Iterable[int]) -> bool:
    """Return whether signed cents add up to 0, as every journal's postings must."""
    return sum(amounts) == 0


def reversed_postings(postings: Iterable[Posting]) -> list[Posting]:
    """Return the postings that reverse these: the same accounts in the same order, signs inverted."""
    return [posting._replace(amount_cents=-posting.amount_cents) for posting in postings]


def effective_day(effective_on: dt.date, closed_through: dt.date | None) -> dt.date:
    """Return the day on which what happened on a day takes effect: that day, or the first that is not closed.

    Args:
        closed_through: Last day of the closed periods; None when none was closed.

    Raises:
        ValueError: the calendar ends with the closed periods.
    """
    if closed_through is None or effective_on > closed_through:
        return effective_on
    return dt.date.fromordinal(closed_through.toordinal() + 1)


def next_period(day: dt.date, *, closed: bool) -> dt.date:
    """Return the first day of the month to close next: the month of ``day``, or the one after if ``day`` is closed."""
    return last_day(day) + dt.timedelta(days=1) if closed else day.replace(day=1)
