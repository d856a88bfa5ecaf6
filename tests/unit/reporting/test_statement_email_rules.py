"""A statement as a letter: nothing left out, and columns that stay under each other."""

import datetime as dt
from uuid import UUID

import pytest

from chalicelib.api.schemas.statements import ENTRY_KINDS
from chalicelib.messaging.model import MAX_SUBJECT
from chalicelib.reporting.model import Statement, StatementEntry
from chalicelib.reporting.statement_email_rules import (
    StatementAddressee,
    render_statement_email,
    trim_statement,
)

TO = StatementAddressee("Otieno", "en", "Mwangaza Homes", "KES")
SOME = UUID(int=1)
DAYS = [dt.date(2026, 6, day) for day in (1, 1, 10)]


def entry(on: dt.date, kind: str, number: int | None, charged: int, credited: int, balance: int) -> StatementEntry:
    return StatementEntry(on, kind, SOME, SOME, number, "FT1" if kind == "payment" else "", charged, credited, balance)


ENTRIES = [
    entry(DAYS[0], "invoice", 20, 44_500_00, 0, 44_500_00),
    entry(DAYS[1], "payment", 1, 0, 40_000_50, 4_499_50),
    entry(DAYS[2], "invoice", 21, 500_00, 0, 4_999_50),
]
STATEMENT = Statement(None, dt.date(2026, 6, 30), 0, ENTRIES, 4_999_50)


def test_a_letter_tells_every_entry_and_what_it_comes_to() -> None:
    subject, text = render_statement_email(TO, STATEMENT)
    assert subject == "Statement of Mwangaza Homes until 30/06/2026"
    assert text.splitlines() == [
        "Dear Otieno,",
        "",
        "this is your account with Mwangaza Homes until 30/06/2026, in KES.",
        "",
        "Day         What                                         Amount          Balance",
        "01/06/2026  Invoice 20                                44,500.00        44,500.00",
        "01/06/2026  Payment, receipt 1 (FT1)                 -40,000.50         4,499.50",
        "10/06/2026  Invoice 21                                   500.00         4,999.50",
        "",
        "To pay on 30/06/2026: KES 4,999.50",
        "",
        "Is something not right? Please tell Mwangaza Homes.",
    ]


def test_a_later_beginning_adds_up_what_came_before() -> None:
    later = trim_statement(STATEMENT, dt.date(2026, 6, 2))
    assert (later.opening_cents, later.entries, later.closing_cents) == (4_499_50, ENTRIES[2:], 4_999_50)
    _, text = render_statement_email(TO, later)
    assert "02/06/2026  Balance before 02/06/2026                                   4,499.50" in text
    assert trim_statement(STATEMENT, DAYS[0]) == STATEMENT._replace(from_on=DAYS[0])
    assert trim_statement(STATEMENT, dt.date(2026, 6, 30)).opening_cents == 4_999_50


def test_what_is_paid_ahead_is_the_tenants() -> None:
    _, text = render_statement_email(TO._replace(language="sw"), STATEMENT._replace(closing_cents=-300_00))
    assert "Ziada yako tarehe 30/06/2026: KES 300" in text


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("kind", ENTRY_KINDS)
def test_every_kind_of_entry_has_a_name(kind: str, language: str) -> None:
    lone = STATEMENT._replace(entries=[entry(DAYS[0], kind, None, 1, 0, 1)])
    _, text = render_statement_email(TO._replace(language=language), lone)
    named = text.split("\n")[5][12:46].strip()
    assert named
    assert "_" not in named
    assert "None" not in text


def test_a_subject_is_one_line() -> None:
    subject, _ = render_statement_email(TO._replace(organisation="A\r\nBcc: b@example.co.ke" + "x" * 200), STATEMENT)
    assert len(subject) == MAX_SUBJECT
    assert not {"\r", "\n"} & set(subject)
