"""What somebody with one sign-in code can send in the first hour, in numbers."""

import datetime as dt
from typing import Any, cast

import pytest

from chalicelib import messaging, organisations
from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner
from chalicelib.errors import GrantNeeded, Invalid, TooManyRequests
from chalicelib.messaging.model import MessageSettingsChange, NewMessage
from chalicelib.runtime.resources import Resources
from tests.contexts import context
from tests.outbox import NOON, FakeQueues, Outbox, new_phone

WISHES: tuple[dict[str, Any], ...] = ({"daily_cap": 1000}, {"sender_name": "MPESA"}, {"monthly_limit_cents": 10**9})


def test_a_newcomer_in_the_first_hour(
    sending: Resources, queues: FakeQueues, clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """One code, thirty organisations wanted, 900 texts to 300 numbers: what leaves, in numbers."""
    phone = new_phone()
    founded, refused = [], 0
    for place in range(30):
        name = ("MPESA", "Safaricom", "Acme Homes")[place % 3]
        try:
            with sending.writing() as db:
                made = organisations.found_organisation(db, phone, name=name, person_name="A", now=NOON)
            founded.append(Outbox(sending, made.id, confirmed=False))
        except (Invalid, TooManyRequests):
            refused += 1
    victims = [new_phone() for _ in range(300)]
    for place, each in enumerate(founded):
        new = [
            NewMessage("receipt", f"r:{place}:{victim}:{turn}", address=victim, text="You won! bit.ly/x PIN 123456")
            for victim in victims
            for turn in range(3)
        ]
        each.queue(new)
        for wish in WISHES:
            with pytest.raises((GrantNeeded, Invalid)), sending.writing() as db:
                messaging.change_settings(context(db, each.id, now=NOON), None, cast(MessageSettingsChange, wish))
    for minutes in range(0, 60, 5):
        clock.at = NOON + dt.timedelta(minutes=minutes)
        dispatch_runner.dispatch(sending)
    texts = [text for each in founded for text in queues.texts(each.id)]
    per_number = [sum(text["to"] == victim for text in texts) for victim in victims]
    told = {
        "founded of 30": len(founded),
        "refused": refused,
        "texts queued": 900 * len(founded),
        "texts sent": len(texts),
        "most to a number": max(per_number),
        "under another sender": sum(bool(text["sender_name"]) for text in texts),
        "without the founder's number": sum(phone not in text["text"] for text in texts),
        "with a link or six digits": sum("bit.ly" in text["text"] or "123456" in text["text"] for text in texts),
    }
    with capsys.disabled():
        print(f"\na newcomer in the first hour: {told}")
    assert told == {
        "founded of 30": 3,
        "refused": 27,
        "texts queued": 2700,
        "texts sent": 300,
        "most to a number": 2,
        "under another sender": 0,
        "without the founder's number": 0,
        "with a link or six digits": 0,
    }
