"""Maintenance requests: numbered once, done and opened again, forgotten with the tenant."""

import datetime as dt
import multiprocessing
from uuid import UUID

import pytest

from chalicelib import leasing, maintenance
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.maintenance.model import MaintenanceRequest, NewRequest
from chalicelib.paging import PageRequest
from tests.money import FIRST, Money
from tests.queries import counted
from tests.service.maintenance import racers

_spawn = multiprocessing.get_context("spawn")


def ask(books: Money, unit_id: UUID, key: str, text: str = "The tap drips") -> MaintenanceRequest:
    new = NewRequest(books.property_id, unit_id, text, "sms", key)
    return books.do(maintenance.add_request, new, now=books.now)


def log(books: Money, unit_id: UUID, **who: object) -> MaintenanceRequest:
    return books.do(
        maintenance.record_request, unit_id, "The tap drips", **books.at(), **{"member_id": new_id(), **who}
    )


def numbers(books: Money, **filters: object) -> list[int]:
    return [each.number for each in books.do(maintenance.list_requests, PageRequest(limit=200), **filters).items]


def test_a_request_has_the_next_number_and_a_message_that_comes_twice_is_one(books: Money) -> None:
    unit_id = books.unit()
    first, second = ask(books, unit_id, "a"), ask(books, unit_id, "b")
    assert (first.number, second.number) == (1, 2)
    assert ask(books, unit_id, "a", "said otherwise") == first
    assert numbers(books) == [2, 1]
    assert ask(books, unit_id, "c").number == 3


def test_each_organisation_counts_its_own(books: Money) -> None:
    other = Money.found(books.resources)
    assert [ask(each, each.unit(), "a").number for each in (books, other)] == [1, 1]


def test_another_organisations_unit_and_request_are_not_there(books: Money) -> None:
    other = Money.found(books.resources)
    theirs = ask(other, other.unit(), "a")
    with pytest.raises(NotFound):
        ask(books, theirs.unit_id, "a")
    for use_case in (maintenance.get_request, maintenance.reopen_request):
        with pytest.raises(NotFound):
            books.do(use_case, theirs.id)
    with pytest.raises(NotFound):
        books.do(maintenance.mark_done, theirs.id, now=books.now)
    assert numbers(books) == []


def test_what_a_member_logs_is_asked_by_who_rents_the_unit_today(books: Money) -> None:
    lease_id = books.let()
    lease = books.do(leasing.get_lease, lease_id, today=books.today)
    logged = log(books, lease.unit_id)
    assert (logged.lease_id, logged.tenant_id) == (lease_id, lease.tenant_id)
    assert logged.tenant_name == lease.tenants[0].name
    assert (logged.property_name, logged.unit_name) == (lease.property_name, lease.unit_name)
    assert (logged.source, logged.status) == ("member", "open")
    empty = log(books, books.unit())
    assert (empty.lease_id, empty.tenant_id, empty.tenant_name) == (None, None, "")


def test_who_may_touch_other_properties_only_finds_no_unit_and_no_request(books: Money) -> None:
    unit_id, within = books.unit(), frozenset({new_id()})
    with pytest.raises(Invalid) as told:
        log(books, unit_id, within=within)
    assert told.value.facts["errors"][0]["field"] == "unit_id"
    request = ask(books, unit_id, "a")
    with pytest.raises(NotFound):
        books.do(maintenance.mark_done, request.id, now=books.now, within=within)
    with pytest.raises(NotFound):
        books.do(maintenance.get_request, request.id, within=within)
    assert numbers(books, within=within) == []
    assert numbers(books, within=frozenset({books.property_id})) == [1]


def test_a_request_is_done_once_and_may_be_opened_again(books: Money) -> None:
    request = ask(books, books.unit(), "a")
    done = books.do(maintenance.mark_done, request.id, now=books.now)
    assert (done.status, done.version) == ("done", 2)
    assert done.done_at is not None
    with pytest.raises(Conflict):
        books.do(maintenance.mark_done, request.id, now=books.now)
    assert numbers(books, status="open") == []
    opened = books.do(maintenance.reopen_request, request.id)
    assert (opened.status, opened.done_at, opened.version) == ("open", None, 3)
    with pytest.raises(Conflict):
        books.do(maintenance.reopen_request, request.id)
    assert numbers(books, status="open") == [1]


def test_a_list_is_paged_by_number_and_filtered_in_one_query(books: Money) -> None:
    lease = books.do(leasing.get_lease, books.let(), today=books.today)
    for place in range(5):
        ask(books, books.unit(), str(place))
    log(books, lease.unit_id)
    first = books.do(maintenance.list_requests, PageRequest(limit=4))
    rest = books.do(maintenance.list_requests, PageRequest(first.next_cursor, 4))
    assert [each.number for each in (*first.items, *rest.items)] == [6, 5, 4, 3, 2, 1]
    assert numbers(books, tenant_id=lease.tenant_id) == [6]
    assert numbers(books, property_id=new_id()) == []
    with counted(books.resources.writer) as statements:
        numbers(books)
    assert len(statements) == 1


def test_an_erased_tenants_words_are_gone_and_the_request_stays(books: Money) -> None:
    lease = books.do(leasing.get_lease, books.let(), today=books.today)
    theirs, others = log(books, lease.unit_id), log(books, books.unit())
    books.do(maintenance.anonymise_requests_of_tenant, lease.tenant_id)
    kept = books.do(maintenance.get_request, theirs.id)
    assert (kept.text, kept.number, kept.unit_id) == ("", theirs.number, theirs.unit_id)
    assert books.do(maintenance.get_request, others.id).text == "The tap drips"


@pytest.mark.slow
def test_processes_that_ask_at_once_get_numbers_without_gap_or_repeat(books: Money, database: str) -> None:
    unit_id, start = books.unit(), _spawn.Barrier(4)
    processes = [
        _spawn.Process(
            target=racers.ask_often,
            args=(database, books.organisation_id, books.property_id, unit_id, own, start),
        )
        for own in "abcd"
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(2 * racers.TIMEOUT_S)
    assert [process.exitcode for process in processes] == [0] * 4
    assert numbers(books) == list(range(50, 0, -1))


def test_a_lease_that_has_not_begun_asks_for_nothing(books: Money) -> None:
    lease_id = books.let(starts_on=FIRST + dt.timedelta(days=40))
    unit_id = books.do(leasing.get_lease, lease_id, today=books.today).unit_id
    assert log(books, unit_id).lease_id is None
    books.today = FIRST + dt.timedelta(days=40)
    assert log(books, unit_id).lease_id == lease_id
