"""Who wants no messages."""

import datetime as dt
import threading

import pytest

from chalicelib import messaging
from chalicelib.errors import Conflict, NotFound
from chalicelib.messaging.model import OptOut
from chalicelib.paging import PageRequest
from tests.contexts import context
from tests.outbox import NOON, Outbox, new_phone, opted_out

LATER = NOON + dt.timedelta(hours=1)


def add_opt_out(outbox: Outbox, phone: str, source: str = "sms", now: dt.datetime = NOON) -> OptOut:
    return outbox.resources.transact(
        lambda db: messaging.add_opt_out(context(db, outbox.id, now=now), phone, source=source)
    )


def silent(outbox: Outbox, *phones: str) -> set[str]:
    with outbox.resources.reading() as db:
        return opted_out(db, outbox.id, phones)


def test_a_number_is_silent_for_one_organisation_until_it_says_otherwise(outbox: Outbox) -> None:
    other, phone, another = Outbox.found(outbox.resources), new_phone(), new_phone()
    assert add_opt_out(outbox, phone) == OptOut(phone, "sms", NOON)
    assert add_opt_out(outbox, phone, "member", LATER) == OptOut(phone, "sms", NOON)  # a second time changes nothing
    assert (silent(outbox, phone, another), silent(other, phone), silent(outbox)) == ({phone}, set(), set())
    outbox.resources.transact(lambda db: messaging.start_messages(db, phone))
    assert silent(outbox, phone) == set()
    with pytest.raises(NotFound), outbox.resources.writing() as db:
        messaging.remove_opt_out(context(db, outbox.id), phone)


def test_who_is_silent_is_listed_by_number_page_by_page(outbox: Outbox) -> None:
    phones = sorted(new_phone() for _ in range(5))
    for phone in reversed(phones):
        add_opt_out(outbox, phone)
    add_opt_out(Outbox.found(outbox.resources), new_phone())
    found: list[str] = []
    cursor = None
    while cursor or not found:
        with outbox.resources.reading() as db:
            page = messaging.list_opt_outs(context(db, outbox.id), PageRequest(cursor, 2))
        found += [each.phone for each in page.items]
        cursor = page.next_cursor
    assert found == phones


def test_a_number_that_says_so_twice_at_once_is_kept_once(outbox: Outbox) -> None:
    phone, told = new_phone(), list[OptOut]()
    thread = threading.Thread(target=lambda: told.append(add_opt_out(outbox, phone, "ussd", LATER)))
    with outbox.resources.writing() as db:
        messaging.add_opt_out(context(db, outbox.id, now=NOON), phone, source="sms")
        thread.start()
        thread.join(0.3)
        assert told == []
    thread.join(20)
    assert told == [OptOut(phone, "sms", NOON)]


def test_a_member_takes_back_what_a_member_entered_and_not_what_the_holder_said(outbox: Outbox) -> None:
    mine, theirs = new_phone(), new_phone()
    for phone in (mine, theirs):
        add_opt_out(outbox, phone, "member")
    assert add_opt_out(outbox, theirs, "gateway", LATER) == OptOut(theirs, "gateway", LATER)  # the holder's word counts
    with outbox.resources.writing() as db:
        messaging.remove_opt_out(context(db, outbox.id), mine)
    with pytest.raises(Conflict, match="START"), outbox.resources.writing() as db:
        messaging.remove_opt_out(context(db, outbox.id), theirs)
    assert silent(outbox, mine, theirs) == {theirs}


def test_a_stop_holds_for_who_enters_the_number_later_until_it_is_started(outbox: Outbox) -> None:
    phone, later = new_phone(), Outbox.found(outbox.resources)
    for at in (NOON, LATER):  # said twice
        outbox.resources.transact(lambda db, at=at: messaging.stop_messages(db, phone, source="sms", now=at))  # type: ignore[misc]
    assert silent(later, phone) == silent(outbox, phone) == {phone}
    with outbox.resources.reading() as db:
        assert messaging.list_opt_outs(context(db, later.id), PageRequest()).items == []  # of no tenant of theirs
    outbox.resources.transact(lambda db: messaging.start_messages(db, phone))
    assert silent(later, phone) == set()
