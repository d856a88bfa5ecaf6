"""A schedule's slot is claimed once."""

import datetime as dt
import threading
from uuid import uuid4

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import slots

HOUR, DAY, MICROSECOND = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(microseconds=1)


def test_a_slot_is_the_event_s_time_rounded_down_in_utc() -> None:
    nairobi = dt.timezone(dt.timedelta(hours=3))
    at = dt.datetime(2026, 11, 21, 2, 59, 59, 999_999, tzinfo=nairobi)
    keys = [slots.slot_key(slots.slot_start(*event)) for event in ((at, HOUR), (at, DAY), (at + MICROSECOND, DAY))]
    assert keys == ["2026-11-20T23:00:00Z", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"]


def test_a_slot_is_claimed_once_for_each_scope_and_again_when_the_work_failed(
    resources: Resources, clock: ManualClock
) -> None:
    one, other = uuid4(), uuid4()
    slot = slots.slot_key(slots.slot_start(clock.now(), DAY))
    with resources.writing() as db:
        assert slots.claim_for_scope(db, "bill_due", slot, one, clock.now())
        assert not slots.claim_for_scope(db, "bill_due", slot, one, clock.now())
        assert slots.claim_for_scope(db, "other_job", slot, one, clock.now())
        db.rollback()
    with resources.writing() as db:
        assert slots.claim_for_scope(db, "bill_due", slot, one, clock.now())
        assert slots.claim_for_scope(db, "bill_due", slot, other, clock.now())
    with resources.writing() as db:
        assert not slots.claim_for_scope(db, "bill_due", slot, one, clock.now())


def test_of_two_who_claim_at_once_the_second_waits_and_is_told_no(resources: Resources, clock: ManualClock) -> None:
    scope, told, claimed = uuid4(), [], threading.Event()

    def second() -> None:
        claimed.wait(5)
        with resources.writing() as db:
            told.append(slots.claim_for_scope(db, "bill_due", "now", scope, clock.now()))

    thread = threading.Thread(target=second)
    thread.start()
    with resources.writing() as db:
        assert slots.claim_for_scope(db, "bill_due", "now", scope, clock.now())
        claimed.set()
        thread.join(0.3)
        assert told == [], "it must wait for the first to commit or fail"
    thread.join(10)
    assert told == [False]
