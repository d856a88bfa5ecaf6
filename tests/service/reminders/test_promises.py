"""Leases that are left out of reminders, and promises to pay: kept, broken, cancelled."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.reminders import promises as service
from chalicelib.reminders.model import NewExclusion, NewPromise, Promise
from tests.money import ALL
from tests.service.reminders.estate import Estate

DUE = dt.date(2026, 12, 5)
DAY = dt.timedelta(days=1)


def promise(estate: Estate, lease_id: UUID, cents: int = 15_000_00, on: dt.date = DUE + DAY) -> Promise:
    values = NewPromise(lease_id, cents, on, "by phone")
    return estate.do(service.add_promise, values, **estate.at())


def settled(estate: Estate, on: dt.date) -> dict[UUID, str]:
    """Settle as of that day, and return how all promises stand."""
    estate.at_day(on)
    estate.do(service.resolve_promises, today=on)
    return {each.id: each.status for each in estate.do(service.list_promises, ALL).items}


def test_a_promise_is_open_through_its_day_and_broken_the_day_after(estate: Estate) -> None:
    made = promise(estate, estate.owing(DUE)[0])
    assert settled(estate, made.promised_on) == {made.id: "open"}
    assert settled(estate, made.promised_on + DAY) == {made.id: "broken"}
    assert settled(estate, made.promised_on + 2 * DAY) == {made.id: "broken"}


def test_a_promise_is_kept_where_as_much_was_paid_since_or_nothing_is_owed(estate: Estate) -> None:
    paid_part, paid_less, paid_before = (estate.owing(DUE)[0] for _ in range(3))
    estate.pay(paid_before, 5_000_00)  # before it was promised: that was not it
    made = [
        promise(estate, paid_part, 6_000_00),
        promise(estate, paid_less, 6_000_00),
        promise(estate, paid_before, 5_000_00),
    ]
    estate.pay(paid_part, 6_000_00)
    estate.pay(paid_less, 5_999_99)
    assert settled(estate, DUE + 2 * DAY) == dict(
        zip((each.id for each in made), ("kept", "broken", "broken"), strict=True)
    )
    owes_little, _ = estate.owing(DUE, 400_00)
    other = promise(estate, owes_little, 5_000_00, on=estate.today)
    estate.owe(owes_little, DUE + 30 * DAY, issued_on=estate.today)  # due later than was promised
    estate.pay(owes_little, 400_00)
    assert settled(estate, estate.today + DAY)[other.id] == "kept"


def test_a_reversed_payment_does_not_keep_a_promise(estate: Estate) -> None:
    lease_id, _ = estate.owing(DUE)
    made = promise(estate, lease_id)
    estate.reverse(estate.pay(lease_id, 15_000_00).id)
    assert settled(estate, DUE + 2 * DAY) == {made.id: "broken"}


def test_a_lease_has_one_open_promise_at_a_time(estate: Estate) -> None:
    lease_id, _ = estate.owing(DUE)
    first = promise(estate, lease_id)
    with pytest.raises(Conflict):
        promise(estate, lease_id)
    assert estate.do(service.cancel_promise, first.id).status == "cancelled"
    with pytest.raises(Conflict):
        estate.do(service.cancel_promise, first.id)
    second = promise(estate, lease_id)
    assert [each.id for each in estate.do(service.list_promises, ALL, lease_id=lease_id, status="open").items] == [
        second.id
    ]


@pytest.mark.parametrize("days", [-1, service.MAX_PROMISED_DAYS + 1])
def test_a_promise_is_for_a_day_that_is_near(estate: Estate, days: int) -> None:
    lease_id, _ = estate.owing(DUE)
    with pytest.raises(Invalid):
        promise(estate, lease_id, on=estate.today + days * DAY)


def test_another_organisation_s_lease_and_promise_are_not_there(estate: Estate) -> None:
    theirs, _ = estate.owing(DUE)
    made = promise(estate, theirs)
    other = Estate.found(estate.resources, estate.today)
    assert isinstance(other, Estate)
    for lease_id in (theirs, uuid4()):
        with pytest.raises(Invalid):
            promise(other, lease_id)
        with pytest.raises(Invalid):
            other.do(service.put_exclusion, NewExclusion(lease_id, "x"), **other.at())
        with pytest.raises(NotFound):
            other.do(service.remove_exclusion, lease_id)
    with pytest.raises(NotFound):
        other.do(service.cancel_promise, made.id)
    assert other.do(service.list_promises, ALL).items == []
    assert other.do(service.list_paused, {theirs}) == {}
    assert settled(other, DUE + 9 * DAY) == {}
    assert estate.do(service.get_promise, made.id).status == "open"


def test_an_exclusion_replaces_the_one_before_and_ends_after_its_last_day(estate: Estate) -> None:
    lease_id, _ = estate.owing(DUE)
    estate.do(service.put_exclusion, NewExclusion(lease_id, "in court"), **estate.at())
    put = NewExclusion(lease_id, "pays by bank", DUE)
    estate.do(service.put_exclusion, put, **estate.at())
    (listed,) = estate.do(service.list_exclusions, ALL).items
    assert (listed.lease_id, listed.reason, listed.ends_on) == (lease_id, "pays by bank", DUE)
    assert estate.do(service.list_paused, {lease_id}, today=DUE) == {lease_id: "excluded"}
    assert estate.do(service.list_paused, {lease_id}, today=DUE + DAY) == {}
    estate.do(service.remove_exclusion, lease_id)
    assert estate.do(service.list_paused, {lease_id}, today=DUE) == {}
    with pytest.raises(NotFound):
        estate.do(service.remove_exclusion, lease_id)
    with pytest.raises(Invalid):
        estate.do(service.put_exclusion, put._replace(ends_on=estate.today - DAY), **estate.at())
