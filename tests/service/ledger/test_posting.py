"""Posting and reversing, on both databases."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from chalicelib import ledger, organisations, portfolio
from chalicelib.clock import ManualClock
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.portfolio.model import NewChannel
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.ledger import journals, ledger_accounts, ledger_books, postings
from tests.contexts import context
from tests.queries import counted
from tests.service.ledger.books import HOUSE, LEASE, NOVEMBER, rent, sums


def test_an_entry_becomes_a_journal_with_its_postings(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    member_id, entry = new_id(), rent()
    with resources.writing() as db:
        (journal_id,) = ledger.post(context(db, organisation_id, now=clock.now(), member_id=member_id), [entry])
    with resources.reading() as db:
        journal = db.execute(select(journals).where(journals.c.id == journal_id)).one()
        legs = list(db.execute(select(postings).where(postings.c.journal_id == journal_id).order_by(postings.c.seq)))
    assert (journal.organisation_id, journal.kind, journal.effective_on) == (organisation_id, "bill", NOVEMBER)
    assert (journal.source_kind, journal.source_id, journal.member_id) == ("invoice", entry.source_id, member_id)
    assert (journal.memo, journal.reverses_id, journal.created_at) == ("November", None, clock.now())
    assert [(leg.seq, leg.amount_cents, leg.charge_type) for leg in legs] == [
        (0, 25_000_00, None),
        (1, -23_500_00, "rent"),
        (2, -1_500_00, "water"),
    ]
    assert {(leg.lease_id, leg.property_id) for leg in legs} == {(LEASE, HOUSE)}
    assert legs[0].ledger_account_id == ledger.account_id(organisation_id, "receivable")


@pytest.mark.parametrize(
    "legs",
    [
        (),
        (Leg("receivable", 100), Leg("income.rent", -99)),
        (Leg("receivable", 100), Leg("income.rent", -100), Leg("income.water", 0)),
        (Leg("receivable", 1.5), Leg("income.rent", -1.5)),  # type: ignore[arg-type]
    ],
    ids=["empty", "unbalanced", "moves nothing", "not whole cents"],
)
def test_what_is_no_double_entry_is_refused_with_all_beside_it(
    resources: Resources, organisation_id: UUID, clock: ManualClock, legs: tuple[Leg, ...]
) -> None:
    wrong = Entry("bill", NOVEMBER, "bill:2", "invoice", new_id(), legs)
    with resources.writing() as db, pytest.raises(ValueError):
        ledger.post(context(db, organisation_id, now=clock.now()), [rent(), wrong])
    assert sums(resources, organisation_id) == {}


def test_a_key_is_posted_once_and_the_second_posts_nothing_of_its_set(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    with resources.writing() as db:
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("a")])
    with resources.writing() as db, pytest.raises(Conflict):
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("b"), rent("a")])
    assert sums(resources, organisation_id)["receivable"] == 25_000_00


def test_an_unknown_account_is_a_fault_and_anothers_channel_is_not_found(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    with resources.writing() as db:
        stranger = organisations.found_organisation(db, "+254711000002", name="B", person_name="B", now=clock.now()).id
        cash = portfolio.add_channel(context(db, stranger, now=clock.now()), NewChannel("cash", "Cash box"))
    for code, error in (("income.gold", ValueError), (ledger.channel_code(cash.id), NotFound)):
        entry = Entry("x", NOVEMBER, "x", "x", new_id(), (Leg("receivable", 1), Leg(code, -1)))
        with pytest.raises(error), resources.writing() as db:
            ledger.post(context(db, organisation_id, now=clock.now()), [entry])


def test_a_channel_has_an_account_of_its_own(resources: Resources, organisation_id: UUID, clock: ManualClock) -> None:
    with resources.writing() as db:
        channel = portfolio.add_channel(
            context(db, organisation_id, now=clock.now()), NewChannel("paybill", "Paybill", "400200")
        )
        legs = (Leg(ledger.channel_code(channel.id), 500), Leg("unallocated", -500))
        ledger.post(
            context(db, organisation_id, now=clock.now()), [Entry("payment", NOVEMBER, "p", "payment", new_id(), legs)]
        )
    with resources.reading() as db:
        row = db.execute(select(ledger_accounts).where(ledger_accounts.c.channel_id == channel.id)).one()
    assert (row.name, row.type, row.code) == ("Paybill", "asset", f"channel.{channel.id}")


def test_a_reversal_mirrors_once_and_names_what_it_undoes(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    source_id, on = new_id(), dt.date(2026, 11, 20)
    with resources.writing() as db:
        posted = ledger.post(
            context(db, organisation_id, now=clock.now()),
            [rent("a", source_id=source_id), rent("b", source_id=source_id), rent("c")],
        )
    for expected in (2, 0):
        with resources.writing() as db:
            done = ledger.reverse(context(db, organisation_id, now=clock.now()), ("invoice", source_id), on=on)
        assert done == expected
    query = select(journals.c.reverses_id, journals.c.effective_on, journals.c.kind).where(
        journals.c.organisation_id == organisation_id, journals.c.reverses_id.is_not(None)
    )
    with resources.reading() as db:
        mirrored = {tuple(row) for row in db.execute(query)}
    assert mirrored == {(posted[0], on, "reversal"), (posted[1], on, "reversal")}
    assert sums(resources, organisation_id) == {
        "receivable": 25_000_00,
        "income.rent": -23_500_00,
        "income.water": -1_500_00,
    }


def test_a_reversal_may_be_held_to_kinds_and_never_takes_effect_before_its_journal(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    source = ("invoice", new_id())
    with resources.writing() as db:
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("a", source_id=source[1])])
        early = NOVEMBER - dt.timedelta(days=30)
        assert ledger.reverse(context(db, organisation_id, now=clock.now()), source, on=early, kinds={"credit"}) == 0
        assert ledger.reverse(context(db, organisation_id, now=clock.now()), source, on=early, kinds={"bill"}) == 1
        assert ledger.reverse(context(db, uuid4(), now=clock.now()), source, on=early) == 0
    query = select(journals.c.effective_on).where(
        journals.c.organisation_id == organisation_id, journals.c.kind == "reversal"
    )
    with resources.reading() as db:
        assert list(db.scalars(query)) == [NOVEMBER]


def test_what_falls_in_a_closed_month_counts_from_the_first_open_day(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    today, first_open = dt.date(2026, 12, 9), dt.date(2026, 12, 1)
    source_id = new_id()
    with resources.writing() as db:
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("a", source_id=source_id)])
        db.execute(
            ledger_books.update()
            .where(ledger_books.c.organisation_id == organisation_id)
            .values(closed_through=dt.date(2026, 11, 30))
        )
    with counted(resources.reader) as statements, resources.reading() as db:
        ctx = context(db, organisation_id, today=today)
        days = [NOVEMBER, dt.date(2026, 11, 30), first_open, today]
        assert ledger.posting_days(ctx, days) == dict(zip(days, [first_open] * 3 + [today], strict=True))
        assert len(statements) == 1
        assert ledger.posting_day(ctx, first_open) == first_open
        assert len(statements) == 1  # the running month cannot be closed
    with pytest.raises(Conflict, match="just been closed"), resources.writing() as db:
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("late")])
    with pytest.raises(Conflict, match="just been closed"), resources.writing() as db:
        ledger.reverse(context(db, organisation_id, now=clock.now()), ("invoice", source_id), on=NOVEMBER)
    with resources.reading() as db:
        assert db.scalar(select(func.count()).where(journals.c.organisation_id == organisation_id)) == 1


@pytest.mark.slow
def test_a_thousand_entries_are_posted_in_one_go(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    entries = [rent(f"bill:{number}") for number in range(1000)]
    with counted(resources.writer) as statements, resources.writing() as db:
        ids = ledger.post(context(db, organisation_id, now=clock.now()), entries)
    assert len(set(ids)) == 1000
    assert sums(resources, organisation_id)["receivable"] == 25_000_00 * 1000
    assert len(statements) < 30
