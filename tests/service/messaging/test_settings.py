"""How an organisation's messages are sent: the usual ways until it says otherwise, and no change is lost."""

import datetime as dt
import threading
from typing import Any, cast

import pytest

from chalicelib import messaging
from chalicelib.errors import PreconditionFailed
from chalicelib.messaging.model import MessageSettings, MessageSettingsChange
from tests.contexts import context
from tests.outbox import NOON, Outbox


def change(outbox: Outbox, version: int | None, **values: Any) -> MessageSettings:
    return outbox.resources.transact(
        lambda db: messaging.change_settings(
            context(db, outbox.id, now=outbox.resources.clock.now()), version, cast(MessageSettingsChange, values)
        )
    )


def now_of(outbox: Outbox) -> MessageSettings:
    with outbox.resources.reading() as db:
        return messaging.get_settings(context(db, outbox.id))


def test_the_usual_ways_hold_until_one_is_changed(outbox: Outbox) -> None:
    usual = now_of(outbox)
    assert usual == MessageSettings(
        sender_name="",
        gateways=("africastalking", "sns"),
        quiet_from_hour=20,
        quiet_until_hour=8,
        tenant_daily_cap=3,
        daily_cap=2000,
        monthly_limit_cents=5_000_00,
        legal_notices_pass_opt_out=False,
        version=0,
        changed_at=None,
    )
    changed = change(outbox, usual.version, daily_cap=10, gateways=["sns"])
    assert changed == usual._replace(daily_cap=10, gateways=("sns",), version=1, changed_at=NOON) == now_of(outbox)
    assert change(outbox, 1, quiet_from_hour=21) == changed._replace(quiet_from_hour=21, version=2)
    assert change(outbox, None, daily_cap=11).version == 3


def test_who_has_read_an_older_version_changes_nothing(outbox: Outbox) -> None:
    for stale in (1, 7):
        with pytest.raises(PreconditionFailed):
            change(outbox, stale, daily_cap=10)
    change(outbox, 0, daily_cap=10)
    for stale in (0, 2):
        with pytest.raises(PreconditionFailed):
            change(outbox, stale, daily_cap=20)
    assert now_of(outbox).daily_cap == 10


def test_of_two_first_changes_at_once_one_is_made(outbox: Outbox) -> None:
    told: list[object] = []

    def second() -> None:
        try:
            told.append(change(outbox, 0, daily_cap=20))
        except PreconditionFailed as error:
            told.append(error)

    thread = threading.Thread(target=second)
    with outbox.resources.writing() as db:
        messaging.change_settings(context(db, outbox.id, now=NOON), 0, MessageSettingsChange(daily_cap=10))
        thread.start()
        thread.join(0.3)
        assert told == []
    thread.join(20)
    assert [type(each) for each in told] == [PreconditionFailed]
    assert (now_of(outbox).daily_cap, now_of(outbox).version) == (10, 1)


def test_another_organisation_keeps_its_ways(outbox: Outbox) -> None:
    other = Outbox.found(outbox.resources)
    change(outbox, 0, daily_cap=10)
    assert now_of(other) == MessageSettings()


def test_what_is_queued_is_reckoned_at_the_price_of_the_gateway_tried_first(outbox: Outbox) -> None:
    assert outbox.message(outbox.texts(1)[0]).price_cents == 80
    change(outbox, 0, gateways=["sns", "africastalking"])
    (message_id,) = outbox.texts(1, text="a" * 161)
    message = outbox.message(message_id)
    assert (message.parts, message.price_cents) == (2, 2 * 39_00)
    assert message.send_after_at - NOON == dt.timedelta()
