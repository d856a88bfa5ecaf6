"""Queueing messages: once each, in the organisation's hours, and kept where nobody is told."""

import datetime as dt
import multiprocessing
import threading
from collections import Counter

import pytest
from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError

from chalicelib import messaging
from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.organisations import organisations
from tests.contexts import context
from tests.outbox import DAY, NOON, FakeQueues, Outbox, new_phone, notice
from tests.service.messaging import outbox_racers

EVENING = dt.datetime(2026, 12, 7, 17, 30, tzinfo=dt.UTC)  # 20:30 in Nairobi, 18:30 in Lagos


def test_a_message_waits_in_the_outbox_as_it_was_given(outbox: Outbox) -> None:
    new = notice("Maji yatarudi kesho – asante\u2026", language="sw", dedupe_key="n:1", expires_at=NOON + DAY)
    (message_id,) = outbox.queue([new])
    message = outbox.message(message_id)
    assert (message.status, message.reason, message.attempt, message.finished_at) == ("queued", "", 0, None)
    assert (message.kind, message.medium, message.language) == ("notice", "sms", "sw")
    assert message.text == "Maji yatarudi kesho - asante..."
    assert (message.encoding, message.parts, message.price_cents) == ("gsm7", 1, 80)
    assert (message.dedupe_key, message.address) == ("n:1", new.address)
    assert (message.send_after_at, message.expires_at, message.created_at) == (NOON, NOON + DAY, NOON)


def test_one_that_is_made_at_sending_keeps_what_it_is_made_of(outbox: Outbox) -> None:
    (message_id,) = outbox.queue([notice(None, kind="reminder_due", input={"invoices": ["a", "b"]})])
    message = outbox.message(message_id)
    assert (message.text, message.encoding, message.parts, message.price_cents) == (None, "", 0, 0)
    assert message.input == {"invoices": ["a", "b"]}


def test_a_key_makes_one_message_whoever_asks_and_how_often(outbox: Outbox) -> None:
    first = outbox.queue([notice(dedupe_key="a"), notice(dedupe_key="b"), notice("Again.", dedupe_key="a")])
    assert [outbox.message(each).dedupe_key for each in first] == ["a", "b"]
    assert outbox.message(first[0]).text == "The water is off today."
    (third,) = outbox.queue([notice(dedupe_key=key) for key in ("b", "c", "a")])
    assert outbox.message(third).dedupe_key == "c"
    assert outbox.queue([notice(dedupe_key="a")]) == []
    assert outbox.queue([]) == []
    assert len(outbox.messages()) == 3


def test_ids_come_back_in_the_order_of_what_was_given(outbox: Outbox) -> None:
    keys = [f"{number * 7919 % 1201:04d}" for number in range(1201)]  # three sets
    ids = outbox.queue([notice(dedupe_key=key) for key in keys])
    found = outbox.messages()
    assert [found[each].dedupe_key for each in ids] == keys
    assert ids == sorted(ids)


def test_another_organisation_has_keys_of_its_own(outbox: Outbox, sending: Resources) -> None:
    other = Outbox.found(sending)
    assert len(outbox.queue([notice(dedupe_key="a")])) == len(other.queue([notice(dedupe_key="a")])) == 1


def test_who_cannot_be_told_is_kept_with_why(outbox: Outbox) -> None:
    new = [
        notice(address=None, input={"name": "Wanjiru"}),
        notice(address=None, medium="email", kind="statement"),
        notice(address=""),
    ]
    found = [outbox.message(each) for each in outbox.queue(new)]
    assert [each.reason for each in found] == ["no_phone", "no_email", "no_phone"]
    # What has no address is not found again to be cleared, so it says nothing of anybody.
    assert {(each.status, each.finished_at, each.text, str(each.input)) for each in found} == {
        ("cancelled", NOON, None, "{}")
    }


def test_who_opted_out_is_told_only_what_passes_it(outbox: Outbox) -> None:
    silent, other = new_phone(), new_phone()
    with outbox.resources.writing() as db:
        messaging.add_opt_out(context(db, outbox.id, now=NOON), silent, source="sms")
    kinds = ("notice", "legal_notice", "receipt", "reply", "statement")

    def told() -> list[str]:
        return [outbox.message(each).reason for each in outbox.queue([notice(kind=k, address=silent) for k in kinds])]

    assert told() == ["opted_out", "opted_out", "opted_out", "", ""]
    assert outbox.message(outbox.queue([notice(address=other)])[0]).reason == ""
    outbox.settings(legal_notices_pass_opt_out=True)
    assert told() == ["opted_out", "", "opted_out", "", ""]


def test_quiet_hours_put_off_what_could_wake_somebody(outbox: Outbox, clock: ManualClock) -> None:
    clock.at = EVENING
    morning = dt.datetime(2026, 12, 8, 5, tzinfo=dt.UTC)  # 08:00 in Nairobi
    new = [
        notice(),
        notice(kind="receipt"),
        notice(kind="reply"),
        notice(kind="receipt", medium="email", address="a@example.co.ke"),
        notice(send_after_at=EVENING + dt.timedelta(hours=5)),  # 01:30
        notice(send_after_at=morning + dt.timedelta(hours=2)),
        notice(send_after_at=NOON),  # passed
    ]
    found = [outbox.message(each).send_after_at for each in outbox.queue(new)]
    later = morning + dt.timedelta(hours=2)
    assert found == [morning, morning, EVENING, EVENING, morning, later, morning]


def test_quiet_hours_are_the_organisation_s_own(outbox: Outbox, clock: ManualClock) -> None:
    clock.at = EVENING
    with outbox.resources.writing() as db:
        db.execute(update(organisations).where(organisations.c.id == outbox.id).values(time_zone="Africa/Lagos"))
    assert outbox.message(outbox.texts(1)[0]).send_after_at == EVENING
    outbox.settings(quiet_from_hour=18, quiet_until_hour=19)
    assert outbox.message(outbox.texts(1)[0]).send_after_at == EVENING + dt.timedelta(minutes=30)


def test_the_dispatcher_is_woken_by_what_is_due_once_it_is_committed(
    outbox: Outbox, queues: FakeQueues, clock: ManualClock
) -> None:
    with outbox.resources.writing() as db:
        messaging.queue_messages(context(db, outbox.id, now=NOON), [notice(), notice()])
        assert queues.pop("wake") == []
    assert queues.pop("wake") == ['{"worker": "messages"}']
    outbox.queue([notice(address=None), notice(send_after_at=NOON + DAY)])
    clock.at = EVENING
    outbox.texts(1)
    assert queues.pop("wake") == []


def test_a_transaction_that_fails_queues_nothing(outbox: Outbox, queues: FakeQueues) -> None:
    def work(db: Connection) -> None:
        messaging.queue_messages(context(db, outbox.id, now=NOON), [notice()])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outbox.resources.transact(work)
    assert (outbox.messages(), queues.pop("wake")) == ({}, [])


def test_an_error_that_is_about_no_key_is_not_swallowed(outbox: Outbox) -> None:
    with pytest.raises(DBAPIError):
        outbox.queue([notice(dedupe_key="a", language=None)])
    with pytest.raises(KeyError):
        outbox.queue([notice(kind="remindr")])
    assert outbox.messages() == {}


def test_of_two_who_queue_a_key_at_once_the_second_waits_and_makes_none(outbox: Outbox) -> None:
    told: list[int] = []

    def second() -> None:
        told.append(len(outbox.queue([notice(dedupe_key=key) for key in ("b", "a", "c")])))

    thread = threading.Thread(target=second)
    with outbox.resources.writing() as db:
        messaging.queue_messages(context(db, outbox.id, now=NOON), [notice(dedupe_key="a"), notice(dedupe_key="b")])
        thread.start()
        thread.join(0.3)
        assert told == [], "it must wait for the first to be there or not"
    thread.join(20)
    assert told == [1]
    assert sorted(each.dedupe_key for each in outbox.messages().values()) == ["a", "b", "c"]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [2, 3])
def test_processes_that_queue_the_same_keys_make_each_once(outbox: Outbox, processes: int) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(processes), context.Queue()
    url = outbox.resources.writer.url.render_as_string(hide_password=False)
    racers = [
        context.Process(target=outbox_racers.queue_all, args=(url, outbox.id, bool(number % 2), barrier, told))
        for number in range(processes)
    ]
    for racer in racers:
        racer.start()
    queued: Counter[int] = Counter()
    for _ in range(processes * outbox_racers.ROUNDS):
        number, count = told.get(timeout=outbox_racers.WAIT_S)
        queued[number] += count
    for racer in racers:
        racer.join(outbox_racers.WAIT_S)
    assert [racer.exitcode for racer in racers] == [0] * processes
    assert queued == dict.fromkeys(range(outbox_racers.ROUNDS), outbox_racers.KEYS)
    keys = Counter(each.dedupe_key for each in outbox.messages().values())
    assert (len(keys), set(keys.values())) == (outbox_racers.ROUNDS * outbox_racers.KEYS, {1})
