"""Render a statement as a plain-text e-mail, with columns that stay aligned in any mail client."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from chalicelib.money import format_amount
from chalicelib.reporting.model import Statement, StatementEntry

MAX_CHARACTERS = 90_000  # a queue message may have 200 kB, and a character may take two bytes
MAX_SUBJECT = 160
NAME_WIDTH, AMOUNT_WIDTH = 34, 16  # characters of the columns

# Names of entries: with a number, and without one.
_ENTRY_NAMES: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "invoice": ("Invoice {number}", "Invoice"),
        "void": ("Invoice {number} is void", "Invoice is void"),
        "credit_note": ("Credit note {number}", "Credit note"),
        "payment": ("Payment, receipt {number}", "Payment"),
        "reversal": ("Payment reversed, receipt {number}", "Payment reversed"),
        "credit_carried": ("Credit carried {number}", "Credit carried"),
        "deposit_deduction": ("Taken from the deposit {number}", "Taken from the deposit"),
        "refund": ("Credit given back {number}", "Credit given back"),
    },
    "sw": {
        "invoice": ("Ankara {number}", "Ankara"),
        "void": ("Ankara {number} imebatilishwa", "Ankara imebatilishwa"),
        "credit_note": ("Hati ya punguzo {number}", "Hati ya punguzo"),
        "payment": ("Malipo, risiti {number}", "Malipo"),
        "reversal": ("Malipo yamebatilishwa, risiti {number}", "Malipo yamebatilishwa"),
        "credit_carried": ("Ziada imehamishwa {number}", "Ziada imehamishwa"),
        "deposit_deduction": ("Imetolewa kwenye amana {number}", "Imetolewa kwenye amana"),
        "refund": ("Ziada imerudishwa {number}", "Ziada imerudishwa"),
    },
}
_STATEMENT_TEXTS = {
    "en": {
        "subject": "Statement of {organisation} until {to}",
        "greeting": "Dear {tenant},",
        "about": "this is your account with {organisation} until {to}, in {currency}.",
        "head": ("Day", "What", "Amount", "Balance"),
        "opening": "Balance before {since}",
        "owed": "To pay on {to}: {balance}",
        "credit": "In your favour on {to}: {balance}",
        "close": "Is something not right? Please tell {organisation}.",
    },
    "sw": {
        "subject": "Taarifa ya {organisation} hadi {to}",
        "greeting": "Mpendwa {tenant},",
        "about": "hii ni akaunti yako kwa {organisation} hadi {to}, kwa {currency}.",
        "head": ("Tarehe", "Maelezo", "Kiasi", "Salio"),
        "opening": "Salio kabla ya {since}",
        "owed": "Ya kulipa tarehe {to}: {balance}",
        "credit": "Ziada yako tarehe {to}: {balance}",
        "close": "Kuna kosa? Tafadhali ijulishe {organisation}.",
    },
}


class StatementAddressee(NamedTuple):
    """The recipient of the e-mail, and the account that it states."""

    tenant: str
    language: str
    organisation: str
    currency: str


def trim_statement(statement: Statement, from_on: dt.date) -> Statement:
    """Return the part of the statement from ``from_on``, with earlier entries summed into the opening balance."""
    before = [entry for entry in statement.entries if entry.on < from_on]
    opening_cents = before[-1].balance_cents if before else statement.opening_cents
    return statement._replace(from_on=from_on, opening_cents=opening_cents, entries=statement.entries[len(before) :])


def redact_references(statement: Statement, told: Callable[[Mapping[str, str], str], Mapping[str, str]]) -> Statement:
    """Return the statement with its references passed through ``told``."""

    def redact(entry: StatementEntry) -> StatementEntry:
        return entry._replace(reference=told({"reference": entry.reference}, "en")["reference"])

    return statement._replace(entries=[redact(each) if each.reference else each for each in statement.entries])


def render_statement_email(to: StatementAddressee, statement: Statement) -> tuple[str, str]:
    """Return the subject and text of the e-mail; amounts in ``to.currency``, charges above 0, credits below."""
    words = _STATEMENT_TEXTS[to.language]
    template_values = {
        "tenant": to.tenant,
        "organisation": to.organisation,
        "currency": to.currency,
        "to": _format_day(statement.to_on),
        "since": _format_day(statement.from_on) if statement.from_on else "",
        "balance": format_amount(abs(statement.closing_cents), to.currency),
    }

    def render(name: str) -> str:
        return str(words[name]).format_map(template_values)

    closing = "owed" if statement.closing_cents >= 0 else "credit"
    lines = [render("greeting"), "", render("about"), "", *render_table(to.language, render("opening"), statement), ""]
    text = "\n".join([*lines, render(closing), "", render("close"), ""])
    return " ".join(render("subject").split())[:MAX_SUBJECT], text


def render_table(language: str, opening: str, statement: Statement) -> Iterator[str]:
    """Yield the header and the lines of the entries, preceded by the opening balance if there is one."""
    yield _format_row(*_STATEMENT_TEXTS[language]["head"])
    if statement.from_on is not None:
        yield _format_row(_format_day(statement.from_on), opening, "", _format_cents(statement.opening_cents))
    for entry in statement.entries:
        amount_cents = entry.charged_cents - entry.credited_cents
        yield _format_row(
            _format_day(entry.on),
            _entry_name(language, entry),
            _format_cents(amount_cents),
            _format_cents(entry.balance_cents),
        )


def _format_row(day: str, what: str, amount: str, balance: str) -> str:
    return f"{day:<10}  {what:<{NAME_WIDTH}} {amount:>{AMOUNT_WIDTH}} {balance:>{AMOUNT_WIDTH}}".rstrip()


def _entry_name(language: str, entry: StatementEntry) -> str:
    numbered, plain = _ENTRY_NAMES[language][entry.kind]
    name = plain if entry.number is None else numbered.format(number=entry.number)
    return f"{name} ({entry.reference})" if entry.reference else name


def _format_cents(cents: int) -> str:
    whole, fraction = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{fraction:02d}"


def _format_day(on: dt.date) -> str:
    return on.strftime("%d/%m/%Y")
