"""Who wants no messages."""

import datetime as dt
import threading

import pytest

from chalicelib.errors import NotFound
from chalicelib.messaging import service
from chalicelib.messaging.model import OptOut
from chalicelib.pages import Asked
from tests.outbox import NOON, Outbox, new_phone

LATER = NOON + dt.timedelta(hours=1)


def opt_out(outbox: Outbox, phone: str, source: str = "sms", now: dt.datetime = NOON) -> OptOut:
    return outbox.parts.transact(lambda db: service.opt_out(db, outbox.id, phone, source=source, now=now))


def silent(outbox: Outbox, *phones: str) -> set[str]:
    with outbox.parts.reading() as db:
        return service.opted_out(db, outbox.id, phones)


def test_a_number_is_silent_for_one_organisation_until_it_says_otherwise(outbox: Outbox) -> None:
    other, phone, another = Outbox.found(outbox.parts), new_phone(), new_phone()
    assert opt_out(outbox, phone) == OptOut(phone, "sms", NOON)
    assert opt_out(outbox, phone, "member", LATER) == OptOut(phone, "sms", NOON)  # a second time changes nothing
    assert (silent(outbox, phone, another), silent(other, phone), silent(outbox)) == ({phone}, set(), set())
    with outbox.parts.writing() as db:
        assert service.opt_in(db, outbox.id, phone)
        assert not service.opt_in(db, outbox.id, phone)
    assert silent(outbox, phone) == set()
    with pytest.raises(NotFound), outbox.parts.writing() as db:
        service.remove_opt_out(db, outbox.id, phone)


def test_who_is_silent_is_listed_by_number_page_by_page(outbox: Outbox) -> None:
    phones = sorted(new_phone() for _ in range(5))
    for phone in reversed(phones):
        opt_out(outbox, phone)
    opt_out(Outbox.found(outbox.parts), new_phone())
    found: list[str] = []
    cursor = None
    while cursor or not found:
        with outbox.parts.reading() as db:
            page = service.list_opt_outs(db, outbox.id, Asked(cursor, 2))
        found += [each.phone for each in page.items]
        cursor = page.next_cursor
    assert found == phones


def test_a_number_that_says_so_twice_at_once_is_kept_once(outbox: Outbox) -> None:
    phone, told = new_phone(), list[OptOut]()
    thread = threading.Thread(target=lambda: told.append(opt_out(outbox, phone, "ussd", LATER)))
    with outbox.parts.writing() as db:
        service.opt_out(db, outbox.id, phone, source="sms", now=NOON)
        thread.start()
        thread.join(0.3)
        assert told == []
    thread.join(20)
    assert told == [OptOut(phone, "sms", NOON)]
