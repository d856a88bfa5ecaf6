"""Render a statement as a plain-text e-mail, with columns that stay aligned in any mail client."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from chalicelib.messaging.model import MAX_SUBJECT
from chalicelib.money import format_amount
from chalicelib.reporting.model import Statement, StatementEntry
from chalicelib.translations.statement_emails import ENTRY_NAMES, STATEMENT_TEXTS

MAX_CHARACTERS = 90_000  # a queue message may have 200 kB, and a character may take two bytes
NAME_WIDTH, AMOUNT_WIDTH = 34, 16  # characters of the columns


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
    words = STATEMENT_TEXTS[to.language]
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
    yield _format_row(*STATEMENT_TEXTS[language]["head"])
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
    numbered, plain = ENTRY_NAMES[language][entry.kind]
    name = plain if entry.number is None else numbered.format(number=entry.number)
    return f"{name} ({entry.reference})" if entry.reference else name


def _format_cents(cents: int) -> str:
    whole, fraction = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{fraction:02d}"


def _format_day(on: dt.date) -> str:
    return on.strftime("%d/%m/%Y")
