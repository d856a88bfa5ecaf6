"""The ledger over the Lambda handler: accounts, journals, closing a month."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import pytest

from chalicelib import ledger
from chalicelib.clock import ManualClock
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.runtime.resources import Resources
from tests.api.client import Client
from tests.contexts import context

HOUSE, LEASE, INVOICE = new_id(), new_id(), new_id()
AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def books(owner: Client, resources: Resources, clock: ManualClock) -> Client:
    """An owner whose ledger holds two bills and a payment; it is 20 November 2026."""
    clock.at = AT
    made = owner.post("/v1/channels", {"kind": "cash", "name": "Cash box"}).json
    channel = ledger.channel_code(UUID(made["id"]))
    entries = [
        _bill("bill:10", dt.date(2026, 10, 5), new_id()),
        _bill("bill:11", dt.date(2026, 11, 5), INVOICE),
        Entry(
            "payment", dt.date(2026, 11, 6), "pay:1", "payment", new_id(),
            (Leg(channel, 20_000_50, LEASE), Leg("unallocated", -20_000_50, LEASE)), "Cash",
        ),
    ]  # fmt: skip
    with resources.writing() as db:
        ledger.post(context(db, UUID(owner.organisation_id), now=clock.now()), entries)
    return owner


def _bill(key: str, on: dt.date, source_id: UUID) -> Entry:
    legs = (Leg("receivable", 15_000_00, LEASE, HOUSE), Leg("income.rent", -15_000_00, LEASE, HOUSE, "rent"))
    return Entry("bill", on, key, "invoice", source_id, legs)


def test_the_trial_balance_is_told_with_debits_and_credits(books: Client) -> None:
    told = {each["code"].split(".")[0]: each for each in books.get("/v1/ledger/accounts").json["items"]}
    shown = {code: (each["type"], each["debit"], each["credit"], each["balance"]) for code, each in told.items()}
    assert shown == {
        "channel": ("asset", "20000.50", "0.00", "20000.50"),
        "income": ("income", "0.00", "30000.00", "-30000.00"),
        "receivable": ("asset", "30000.00", "0.00", "30000.00"),
        "unallocated": ("liability", "0.00", "20000.50", "-20000.50"),
    }
    assert told["channel"]["name"] == "Cash box"


def test_a_renamed_channel_s_account_bears_the_new_name(books: Client) -> None:
    channel = books.get("/v1/channels").json["items"][0]["id"]
    books.patch(f"/v1/channels/{channel}", {"name": "Petty cash"})
    assert books.get("/v1/ledger/accounts?limit=1").json["items"][0]["name"] == "Petty cash"


def test_the_trial_balance_stands_as_of_the_end_of_a_day(books: Client) -> None:
    def balances(day: str) -> list[str]:
        return [each["balance"] for each in books.get(f"/v1/ledger/accounts?as_of={day}&type=asset").json["items"]]

    assert balances("2026-10-04") == ["0.00", "0.00"]
    assert balances("2026-10-05") == ["0.00", "15000.00"]
    assert balances("2026-11-05") == ["0.00", "30000.00"]
    assert balances("2026-11-06") == ["20000.50", "30000.00"]


def test_journals_are_found_by_source_kind_and_period(books: Client) -> None:
    def kinds(query: str) -> list[str]:
        listed = books.get(f"/v1/ledger/journals{query}").json["items"]
        return [f"{each['kind']} {each['effective_on']}" for each in listed]

    assert kinds("") == ["payment 2026-11-06", "bill 2026-11-05", "bill 2026-10-05"]
    assert kinds("?sort=effective_on&limit=2") == ["bill 2026-10-05", "bill 2026-11-05"]
    assert kinds(f"?source_id={INVOICE}") == ["bill 2026-11-05"]
    assert kinds("?kind=payment") == ["payment 2026-11-06"]
    assert kinds("?period=2026-10") == ["bill 2026-10-05"]
    assert kinds(f"?source_id={INVOICE}&period=2026-10") == []


def test_a_journal_is_told_with_its_postings(books: Client) -> None:
    listed = books.get("/v1/ledger/journals?period=2026-10").json["items"][0]
    assert "postings" not in listed
    told = books.get(f"/v1/ledger/journals/{listed['id']}").json
    assert [(each["account_code"], each["account_name"], each["amount"]) for each in told["postings"]] == [
        ("receivable", "Owed by tenants", "15000.00"),
        ("income.rent", "Rent", "-15000.00"),
    ]
    assert told["postings"][1]["charge_type"] == "rent"
    assert told["postings"][0]["lease_id"] == str(LEASE)
    assert {name: told[name] for name in listed} == listed
    assert books.get(f"/v1/ledger/journals/{new_id()}").status == 404


def test_months_are_closed_over_http_and_the_problem_names_the_next(books: Client) -> None:
    refused = books.post("/v1/ledger/periods/2026-11/close")
    assert (refused.status, refused.json["next_period"]) == (409, "2026-10")
    closed = books.post("/v1/ledger/periods/2026-10/close")
    assert closed.status == 200, closed.text
    assert closed.json["period"] == "2026-10"
    assert closed.json["closed_at"] == "2026-11-20T09:00:00Z"
    assert closed.json["closed_by"] in {each["id"] for each in books.get("/v1/members").json["items"]}
    assert books.get("/v1/ledger/periods").json["items"] == [closed.json]
    assert books.post("/v1/ledger/periods/2026-10/close").status == 409


@pytest.mark.parametrize("period", ["2026-13", "October", "2026-1"])
def test_what_is_no_month_is_told_by_its_name(books: Client, period: str) -> None:
    answer = books.post(f"/v1/ledger/periods/{period}/close")
    assert answer.status == 422
    assert answer.json["errors"][0]["field"] == "period"


def test_another_organisation_sees_nothing_of_it(books: Client, stranger: Client) -> None:
    journal = books.get("/v1/ledger/journals").json["items"][0]["id"]
    assert stranger.get(f"/v1/ledger/journals/{journal}").status == 404
    assert stranger.get("/v1/ledger/journals").json["items"] == []
    assert stranger.get("/v1/ledger/accounts").json["items"] == []
    assert stranger.get("/v1/ledger/periods").json["items"] == []


@pytest.mark.parametrize(
    ("role", "reads", "closes"),
    [("manager", 200, 403), ("accountant", 200, 200), ("caretaker", 403, 403)],
)
def test_who_may_see_and_who_may_close(
    books: Client, join: Callable[[Client, str], Client], role: str, reads: int, closes: int
) -> None:
    member = join(books, role)
    assert member.get("/v1/ledger/accounts").status == reads
    assert member.get("/v1/ledger/journals").status == reads
    assert member.post("/v1/ledger/periods/2026-10/close").status == closes
