"""What a lease owes, straight from its words: slow, obvious, and sharing no code with the application.

Money is whole cents. The documents' days are facts (what was issued on which day, and due when); what they add up to,
what is fined and what is in credit is computed here from the terms, the decisions and the money received.
"""

import calendar
import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction

DAY = dt.timedelta(days=1)
NEVER_FINED = ("late_fee", "opening_balance", "refund_recovery")


@dataclass
class Terms:
    starts_on: dt.date
    ends_on: dt.date | None
    rents: list[tuple[dt.date, int]]  # first day and cents a month
    charges: list[tuple[str, int, bool, dt.date, dt.date | None]]  # type, cents a month, by days?, first and last day


@dataclass
class Policy:
    starts_on: dt.date
    kind: str  # off, fixed, percent
    cents: int = 0
    percent: int = 0
    grace_days: int = 0


@dataclass
class Line:
    charge_type: str
    cents: int
    never_owed: int = 0
    given_up: list[tuple[dt.date, int]] = field(default_factory=list)  # goodwill and write-offs, from their day
    from_rate: bool = False  # bills the terms of the month, and no one-off charge


@dataclass
class Document:
    name: int
    kind: str
    period: dt.date
    issued_on: dt.date
    due_on: dt.date
    grace_ends_on: dt.date  # the lease's
    void: bool
    claims: bool  # it is the month's own invoice
    lines: list[Line]
    waived: bool = False  # a person decided about its fee
    fee_wanted: bool = True  # nobody is fined for what was over when the fine was thought of


@dataclass
class Money:
    received_on: dt.date
    cents: int


def month_cents(terms: Terms, period: dt.date, cents_on: dict[dt.date, int]) -> int:
    """Return what a month owes by its days: a whole month at one rate is that rate, else whole shillings, half up."""
    days = calendar.monthrange(period.year, period.month)[1]
    held = [period + DAY * n for n in range(days) if _holds(terms, period + DAY * n) and period + DAY * n in cents_on]
    if not held:
        return 0
    if len(held) == days and len({cents_on[day] for day in held}) == 1:
        return cents_on[held[0]]
    shillings = sum((Fraction(cents_on[day], days * 100) for day in held), Fraction(0))
    return int(shillings + Fraction(1, 2)) * 100


def rent_of(terms: Terms, period: dt.date) -> int:
    days = calendar.monthrange(period.year, period.month)[1]
    every = [period + DAY * n for n in range(days)]
    return month_cents(terms, period, {day: _rent_on(terms, day) for day in every})


def charged_by_terms(terms: Terms, period: dt.date) -> dict[str, int]:
    """Return by type what the month owes by the terms."""
    owed = {"rent": rent_of(terms, period)}
    days = calendar.monthrange(period.year, period.month)[1]
    for charge_type, cents, by_days, first, last in terms.charges:
        held = [
            day
            for day in (period + DAY * n for n in range(days))
            if _holds(terms, day) and first <= day and (last is None or day <= last)
        ]
        due = month_cents(terms, period, dict.fromkeys(held, cents)) if by_days else cents if held else 0
        owed[charge_type] = owed.get(charge_type, 0) + due
    return {charge_type: cents for charge_type, cents in owed.items() if cents}


def due_day(terms: Terms, document: Document, day: int) -> dt.date:
    """Return when a month's invoice is due: on its day, but not before the lease begins nor before it is issued."""
    return max(document.period.replace(day=day), terms.starts_on, document.issued_on)


def fee_of(document: Document, documents: list[Document], money: list[Money], policies: list[Policy], order: list[str],
           today: dt.date) -> int | None:  # fmt: skip
    """Return the late fee of a document; None where a person decided about it."""
    if document.waived:
        return None
    policy = policies[0]
    for each in policies:
        if each.starts_on <= _late_on(document, each):
            policy = each
    late_on = _late_on(document, policy)
    if late_on > today or policy.kind == "off" or not document.fee_wanted:
        return 0
    open_then = open_on(late_on - DAY, documents, money, order)
    base = sum(
        open_then[document.name, place]
        for place, line in enumerate(document.lines)
        if line.charge_type not in NEVER_FINED
    )
    if base == 0:
        return 0
    if policy.kind == "fixed":
        return policy.cents
    return int(Fraction(base * policy.percent, 100 * 100) + Fraction(1, 2)) * 100


def open_on(
    day: dt.date, documents: list[Document], money: list[Money], order: list[str]
) -> dict[tuple[int, int], int]:
    """Return what was open of each line when the day ended: the oldest due is paid first, shilling by shilling."""
    left = {}
    for document in documents:
        for place, line in enumerate(document.lines):
            cents = 0 if document.void else line.cents - line.never_owed
            cents -= 0 if document.void else sum(part for on, part in line.given_up if on <= day)
            left[document.name, place] = max(cents, 0)
    purse = sum(each.cents for each in money if each.received_on <= day)
    queue = sorted(
        (document.due_on, order.index(line.charge_type), place, document.name)
        for document in documents
        for place, line in enumerate(document.lines)
    )
    for _, _, place, name in queue:
        paid = min(purse, left[name, place])
        left[name, place] -= paid
        purse -= paid
    return left


def balance(documents: list[Document], money: list[Money]) -> int:
    """Return what is owed less what is in credit."""
    owed = sum(
        line.cents - line.never_owed - sum(part for _, part in line.given_up)
        for document in documents
        if not document.void
        for line in document.lines
    )
    return owed - sum(each.cents for each in money)


def _late_on(document: Document, policy: Policy) -> dt.date:
    return max(document.grace_ends_on, document.due_on + DAY * policy.grace_days) + DAY


def _holds(terms: Terms, day: dt.date) -> bool:
    return terms.starts_on <= day and (terms.ends_on is None or day <= terms.ends_on)


def _rent_on(terms: Terms, day: dt.date) -> int:
    cents = terms.rents[0][1]
    for first, rent in terms.rents:
        if first <= day:
            cents = rent
    return cents
