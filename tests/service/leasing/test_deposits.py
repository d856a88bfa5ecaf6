"""Deposits are held by kind, and the ledger holds the same."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from chalicelib import leasing, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.leasing.model import DepositEntry, DepositRefund, Lease, NewDeposit
from chalicelib.ledger import account_id
from chalicelib.storage.tables.ledger import postings
from tests.contexts import context
from tests.service.leasing.conftest import TODAY, Home


def received(home: Home, lease: Lease, cents: int, today: dt.date | None = None, **values: Any) -> DepositEntry:
    usual = {"kind": "rent", "channel_id": home.channel_id, "entered_on": TODAY, "reason": ""}
    with home.resources.writing() as db:
        new = NewDeposit(amount_cents=cents, **{**usual, **values})
        return leasing.record_deposit(context(db, home.organisation_id, now=home.now, today=today), lease.id, new)


def held(home: Home, lease_id: UUID) -> dict[str, int]:
    with home.resources.reading() as db:
        return leasing.get_held_deposits(context(db, home.organisation_id), lease_id)


def in_ledger(home: Home, code: str, lease_id: UUID | None = None) -> int:
    """Return debit − credit of the account, in cents, for one lease or for all."""
    query = select(func.coalesce(func.sum(postings.c.amount_cents), 0)).where(
        postings.c.organisation_id == home.organisation_id,
        postings.c.ledger_account_id == account_id(home.organisation_id, code),
    )
    if lease_id is not None:
        query = query.where(postings.c.lease_id == lease_id)
    with home.resources.reading() as db:
        return int(db.execute(query).scalar_one())


def test_a_deposit_received_is_held_and_posted(home: Home) -> None:
    lease = home.let()
    entry = received(home, lease, 60_000_00, provider_reference="CHQ 1")
    received(home, lease, 2_500_00, kind="water")
    assert (entry.entry, entry.amount_cents, entry.provider_reference) == ("received", 60_000_00, "CHQ 1")
    assert held(home, lease.id) == {"rent": 60_000_00, "water": 2_500_00}
    assert in_ledger(home, "deposits", lease.id) == -62_500_00
    assert in_ledger(home, f"channel.{home.channel_id}") == 62_500_00


def test_one_held_before_the_books_began_comes_out_of_the_opening_account(home: Home) -> None:
    lease = home.let()
    assert received(home, lease, 89_000_00, channel_id=None).entry == "opening"
    assert (in_ledger(home, "deposits"), in_ledger(home, "opening")) == (-89_000_00, 89_000_00)


def test_a_deduction_takes_the_kinds_in_their_order_and_posts_nothing(home: Home) -> None:
    lease = home.let()
    received(home, lease, 2_500_00, kind="water")
    received(home, lease, 10_000_00)
    with home.resources.writing() as db:
        taken = leasing.withdraw_deposit(
            context(db, home.organisation_id, now=home.now, member_id=None),
            lease.id,
            kind=None,
            amount_cents=11_000_00,
            reason="Broken window",
            on=TODAY,
        )
    assert [(each.kind, each.amount_cents) for each in taken] == [("rent", -10_000_00), ("water", -1_000_00)]
    assert held(home, lease.id) == {"water": 1_500_00}
    assert in_ledger(home, "deposits") == -12_500_00


@pytest.mark.parametrize("kind", [None, "rent", "water"])
def test_more_than_is_held_is_not_deducted(home: Home, kind: str | None) -> None:
    lease = home.let()
    received(home, lease, 10_000_00)
    with home.resources.writing() as db, pytest.raises(Conflict):
        leasing.withdraw_deposit(
            context(db, home.organisation_id, now=home.now, member_id=None),
            lease.id,
            kind=kind,
            amount_cents=10_000_01,
            reason="",
            on=TODAY,
        )
    assert held(home, lease.id) == {"rent": 10_000_00}


def refund(
    home: Home, lease_id: UUID, cents: int, channel_id: UUID | None = None, entered_on: dt.date = TODAY
) -> DepositEntry:
    with home.resources.writing() as db:
        return leasing.refund_deposit(
            context(db, home.organisation_id, now=home.now, member_id=None),
            lease_id,
            DepositRefund("rent", cents, entered_on, channel_id or home.channel_id, "Moved out"),
        )


def test_a_refund_leaves_by_its_channel_and_never_exceeds_what_is_held(home: Home) -> None:
    lease = home.let()
    received(home, lease, 10_000_00)
    assert refund(home, lease.id, 4_000_00).amount_cents == -4_000_00
    with pytest.raises(Conflict):
        refund(home, lease.id, 6_000_01)
    assert held(home, lease.id) == {"rent": 6_000_00}
    assert in_ledger(home, f"channel.{home.channel_id}") == 6_000_00
    assert in_ledger(home, "deposits") == -6_000_00


def test_what_came_in_later_was_not_given_back_before(home: Home) -> None:
    lease, before = home.let(), TODAY - dt.timedelta(days=10)
    received(home, lease, 1_000_00, entered_on=before)
    received(home, lease, 9_000_00)
    with pytest.raises(Conflict):
        refund(home, lease.id, 1_000_01, entered_on=before)
    refund(home, lease.id, 9_500_00)
    with pytest.raises(Conflict):  # today's refund has spent it since
        refund(home, lease.id, 500_01, entered_on=before)
    refund(home, lease.id, 500_00, entered_on=before)
    assert held(home, lease.id) == {}


def reverse(home: Home, entry_id: UUID, **options: bool) -> DepositEntry:
    with home.resources.writing() as db:
        return leasing.reverse_deposit_entry(
            context(db, home.organisation_id, now=home.now, member_id=None),
            entry_id,
            reason="Typed twice",
            on=TODAY,
            **options,
        )


def test_an_entry_is_reversed_once_and_its_journal_with_it(home: Home) -> None:
    lease = home.let()
    entry = received(home, lease, 10_000_00)
    mirror = reverse(home, entry.id)
    assert (mirror.entry, mirror.amount_cents, mirror.reverses_id) == ("reversed", -10_000_00, entry.id)
    assert held(home, lease.id) == {}
    assert in_ledger(home, "deposits") == 0
    with pytest.raises(Conflict):
        reverse(home, entry.id)
    with pytest.raises(Conflict):
        reverse(home, mirror.id)


def test_what_was_given_back_since_can_no_longer_be_reversed(home: Home) -> None:
    lease = home.let()
    entry = received(home, lease, 10_000_00)
    back = refund(home, lease.id, 1_00)
    with pytest.raises(Conflict):
        reverse(home, entry.id)
    reverse(home, back.id)
    reverse(home, entry.id)
    assert held(home, lease.id) == {}
    assert in_ledger(home, "deposits") == 0


def test_a_deduction_is_reversed_only_by_who_releases_the_lines_it_paid(home: Home) -> None:
    lease = home.let()
    received(home, lease, 10_000_00)
    with home.resources.writing() as db:
        (taken,) = leasing.withdraw_deposit(
            context(db, home.organisation_id, now=home.now, member_id=None),
            lease.id,
            kind="rent",
            amount_cents=1_00,
            reason="",
            on=TODAY,
        )
    with pytest.raises(Conflict):
        reverse(home, taken.id)
    reverse(home, taken.id, releasing=True)
    assert held(home, lease.id) == {"rent": 10_000_00}


@pytest.mark.parametrize("cents", [0, -1])
def test_nothing_and_less_are_no_deposit(home: Home, cents: int) -> None:
    lease = home.let()
    with pytest.raises(Invalid):
        received(home, lease, cents)


def test_the_future_a_closed_channel_and_a_foreign_one_are_refused(home: Home, elsewhere: Home) -> None:
    lease = home.let()
    with pytest.raises(Invalid, match="not valid") as future:
        received(home, lease, 1_00, entered_on=TODAY + dt.timedelta(days=1), today=TODAY)
    assert future.value.facts["errors"][0]["field"] == "entered_on"
    for channel_id in (elsewhere.channel_id, uuid4()):
        with pytest.raises(Invalid):
            received(home, lease, 1_00, channel_id=channel_id)
        with pytest.raises(Invalid):
            refund(home, lease.id, 1_00, channel_id)
    with home.resources.writing() as db:
        portfolio.change_channel(context(db, home.organisation_id), home.channel_id, None, {"active": False})
    with pytest.raises(Invalid):
        received(home, lease, 1_00)
    assert held(home, lease.id) == {}


def test_another_organisation_s_lease_and_entry_are_not_found(home: Home, elsewhere: Home) -> None:
    lease = home.let()
    entry = received(home, lease, 5_00)
    with pytest.raises(NotFound):
        received(elsewhere, lease, 1_00)
    with pytest.raises(NotFound):
        reverse(elsewhere, entry.id)
    assert held(elsewhere, lease.id) == {}
