"""What is due goes to the queue once, in the organisation's ways; what may not go waits or is cancelled, with why."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from chalicelib import messaging
from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner
from chalicelib.errors import Unavailable
from chalicelib.messaging import RENDERERS
from chalicelib.messaging.model import Message, NewMessage, RenderedText
from chalicelib.runtime.resources import Resources
from tests.contexts import context
from tests.outbox import DAY, NOON, FakeQueues, Outbox, ScriptedRenderer, new_phone, notice

script = ScriptedRenderer()
KIND = "reminder_due"


@pytest.fixture(autouse=True)
def scripted() -> Iterator[None]:
    """Make the texts of reminders as the test says, whoever makes them otherwise."""
    before = RENDERERS.get(KIND)
    script.__init__()  # type: ignore[misc]  # made anew in place
    RENDERERS[KIND] = script
    yield
    del RENDERERS[KIND]
    if before is not None:
        RENDERERS[KIND] = before


def reminder(**values: Any) -> NewMessage:
    return notice(text=None, **{"kind": KIND, "input": {"amount": "KES 15,000"}, **values})


def test_what_is_due_is_handed_put_on_the_queue_and_marked(
    sending: Resources, outbox: Outbox, queues: FakeQueues
) -> None:
    (now_id,) = outbox.queue([notice(dedupe_key="n:1")])
    (later_id,) = outbox.queue([notice(send_after_at=NOON + dt.timedelta(hours=1))])
    assert dispatch_runner.dispatch(sending) >= 1
    message = outbox.message(now_id)
    assert (message.status, message.attempt, message.gateway) == ("handed", 1, "africastalking")
    assert (message.parts, message.price_cents, message.handed_at) == (1, 80, NOON)
    assert outbox.message(later_id).status == "queued"
    (attempt,) = outbox.attempts()
    assert (attempt.number, attempt.outcome, attempt.queued_at, attempt.queued_times) == (1, "pending", NOON, 1)
    assert queues.texts(outbox.id) == [
        {
            "key": f"{outbox.id}:n:1:1",
            "organisation_id": outbox.id.hex,
            "message_id": now_id.hex,
            "number": 1,
            "to": message.address,
            "text": "The water is off today.",
            "subject": "",
            "sender_name": "",
            "not_after": (NOON + dt.timedelta(hours=2)).isoformat(),
            "gateway": "africastalking",
        }
    ]
    assert outbox.day() == (1, 80)
    dispatch_runner.dispatch(sending)
    assert len(queues.texts(outbox.id)) == 1


def test_a_text_is_made_at_sending_and_nothing_left_to_say_cancels(
    sending: Resources, outbox: Outbox, queues: FakeQueues
) -> None:
    script.says = lambda message: (
        RenderedText(None, "paid") if message.input["paid"] else RenderedText("Pay KES 15,000.", "no_unit")
    )
    paid, open_ = outbox.queue([reminder(input={"paid": True}), reminder(input={"paid": False})])
    dispatch_runner.dispatch(sending)
    assert (outbox.message(paid).status, outbox.message(paid).reason) == ("cancelled", "paid")
    assert outbox.message(paid).finished_at == NOON
    told = outbox.message(open_)
    assert (told.status, told.text, told.reason, told.encoding) == ("handed", "Pay KES 15,000.", "no_unit", "gsm7")
    assert [text["text"] for text in queues.texts(outbox.id)] == ["Pay KES 15,000."]


def test_one_text_that_cannot_be_made_fails_alone_and_names_nobody(
    sending: Resources, outbox: Outbox, queues: FakeQueues, caplog: pytest.LogCaptureFixture
) -> None:
    def says(message: Message) -> RenderedText:
        if message.input["amount"] == "bad":
            raise ValueError("Wanjiru of A12 owes nothing that we know")
        return RenderedText("Pay.")

    script.says = says
    good, bad, other = outbox.queue([reminder(), reminder(input={"amount": "bad"}), reminder()])
    dispatch_runner.dispatch(sending)
    assert (outbox.message(bad).status, outbox.message(bad).reason) == ("failed", "no_text")
    assert {outbox.message(each).status for each in (good, other)} == {"handed"}
    assert len(queues.texts(outbox.id)) == 2
    assert "Wanjiru" not in caplog.text


def test_who_opted_out_since_is_not_told_and_legal_notices_pass_where_the_organisation_says(
    sending: Resources, outbox: Outbox
) -> None:
    phone = new_phone()
    kinds = ("notice", "legal_notice", "reply")
    ids = dict(zip(kinds, outbox.queue([notice(kind=kind, address=phone) for kind in kinds]), strict=True))
    sending.transact(lambda db: messaging.add_opt_out(context(db, outbox.id, now=NOON), phone, source="sms"))
    outbox.settings(legal_notices_pass_opt_out=True)
    dispatch_runner.dispatch(sending)
    assert outbox.message(ids["notice"]).reason == "opted_out"
    assert outbox.message(ids["notice"]).status == "cancelled"
    assert outbox.message(ids["legal_notice"]).status == "handed"
    assert outbox.message(ids["reply"]).status == "handed"


def test_what_is_past_its_time_or_has_no_address_any_more_is_cancelled(sending: Resources, outbox: Outbox) -> None:
    old, forgotten = outbox.queue([notice(expires_at=NOON), notice()])
    outbox.change([forgotten], address=None)
    dispatch_runner.dispatch(sending)
    assert {outbox.message(each).reason for each in (old, forgotten)} == {"expired", "no_phone"}


def test_a_dispatcher_that_comes_in_the_night_leaves_all_but_replies_for_the_morning(
    sending: Resources, outbox: Outbox, clock: ManualClock, queues: FakeQueues
) -> None:
    evening, reply, mail = outbox.queue(
        [
            notice(),
            notice(kind="reply"),
            notice(kind="statement", medium="email", address="imani@example.com", subject="Your statement"),
        ]
    )
    clock.at = NOON + dt.timedelta(hours=9)  # 21:00 in Nairobi
    dispatch_runner.dispatch(sending)
    waits = outbox.message(evening)
    assert (waits.status, waits.send_after_at) == ("queued", dt.datetime(2026, 12, 8, 5, tzinfo=dt.UTC))
    assert outbox.message(reply).status == outbox.message(mail).status == "handed"
    assert (outbox.message(mail).gateway, outbox.message(mail).price_cents) == ("email", 0)
    assert outbox.day() == (1, 80), "an e-mail counts for nothing"
    told = {text["message_id"]: text for text in queues.texts(outbox.id)}
    assert told[mail.hex]["subject"] == "Your statement"


def test_what_is_handed_in_the_evening_may_not_be_sent_in_the_night(
    sending: Resources, outbox: Outbox, clock: ManualClock, queues: FakeQueues
) -> None:
    clock.at = NOON + dt.timedelta(hours=7, minutes=59)  # 19:59
    outbox.queue([notice(), notice(kind="reply"), notice(expires_at=clock.at + dt.timedelta(seconds=30))])
    dispatch_runner.dispatch(sending)
    closing = NOON + dt.timedelta(hours=8)
    ends = [dt.datetime.fromisoformat(text["not_after"]) for text in queues.texts(outbox.id)]
    assert sorted(ends) == [clock.at + dt.timedelta(seconds=30), closing, clock.at + dt.timedelta(hours=2)]


def test_a_tenants_cap_holds_within_one_set_and_over_the_day_and_receipts_pass_it(
    sending: Resources, outbox: Outbox, clock: ManualClock
) -> None:
    tenant, phone = uuid4(), new_phone()
    of_tenant: dict[str, Any] = {"tenant_id": tenant, "address": phone}
    first = outbox.queue([notice(**of_tenant) for _ in range(5)])
    (receipt,) = outbox.queue([notice(kind="receipt", **of_tenant)])
    dispatch_runner.dispatch(sending)
    handed = [each for each in first if outbox.message(each).status == "handed"]
    assert handed == first[:3]
    waits = {outbox.message(each).send_after_at for each in first[3:]}
    assert waits == {dt.datetime(2026, 12, 8, 5, tzinfo=dt.UTC)}
    assert outbox.message(receipt).status == "handed"

    (more,) = outbox.queue([notice(**of_tenant)])
    dispatch_runner.dispatch(sending)
    assert outbox.message(more).status == "queued"
    clock.at = NOON + DAY
    dispatch_runner.dispatch(sending)
    assert {outbox.message(each).status for each in (*first, more)} == {"handed"}


def test_the_organisations_daily_cap_holds_back_and_the_texts_are_made_anew_tomorrow(
    sending: Resources, outbox: Outbox, clock: ManualClock
) -> None:
    outbox.settings(daily_cap=3)
    ids = outbox.queue([reminder() for _ in range(5)])
    dispatch_runner.dispatch(sending)
    assert [outbox.message(each).status for each in ids] == ["handed"] * 3 + ["queued"] * 2
    assert [outbox.message(each).text for each in ids[3:]] == [None, None]
    script.batch_sizes.clear()
    (late,) = outbox.queue([reminder()])
    dispatch_runner.dispatch(sending)
    assert outbox.message(late).status == "queued"
    assert script.batch_sizes == [], "no text is made on a day that is full"
    clock.at = NOON + DAY
    dispatch_runner.dispatch(sending)
    assert outbox.statuses() == {"handed": 6}


def test_the_months_limit_is_reached_in_the_middle_of_a_set(
    sending: Resources, outbox: Outbox, clock: ManualClock
) -> None:
    outbox.settings(monthly_limit_cents=400)
    long = outbox.queue([notice(text="a" * 161)])
    ids = [*long, *outbox.texts(5)]
    dispatch_runner.dispatch(sending)
    assert [outbox.message(each).status for each in ids] == ["handed"] * 4 + ["cancelled"] * 2
    assert {outbox.message(each).reason for each in ids[4:]} == {"spend_limit"}
    assert outbox.day() == (4, 400)
    (also,) = outbox.texts(1)
    clock.at = NOON + 2 * DAY
    dispatch_runner.dispatch(sending)
    assert outbox.message(also).reason == "spend_limit"
    clock.at = dt.datetime(2026, 12, 31, 22, tzinfo=dt.UTC)  # 01:00 on the first of January in Nairobi
    (january,) = outbox.queue([notice(kind="reply")])
    dispatch_runner.dispatch(sending)
    assert outbox.message(january).status == "handed"


def test_organisations_take_turns(sending: Resources, outbox: Outbox, queues: FakeQueues) -> None:
    outbox.settings(daily_cap=10_000, monthly_limit_cents=10**9)
    other = Outbox.found(sending)
    outbox.texts(dispatch_runner.SET_SIZE * 2 + 1)
    other.texts(3)
    worked = [whose for whose, _ in dispatch_runner.dispatch_sets(sending) if whose in (outbox.id, other.id)]
    assert worked.count(outbox.id) == 3
    assert worked.index(other.id) <= 1, "it waits for one set of the other at most"
    assert outbox.statuses() == {"handed": 1001}
    assert len({text["key"] for text in queues.texts(outbox.id)}) == 1001


def test_it_ends_when_time_is_up_and_goes_on_where_it_ended(sending: Resources, outbox: Outbox) -> None:
    outbox.settings(daily_cap=10_000, monthly_limit_cents=10**9)
    dispatch_runner.dispatch(sending)  # what other tests left
    outbox.texts(dispatch_runner.SET_SIZE + 1)
    assert dispatch_runner.dispatch(sending, lambda: False) == 0
    answers = iter((True, False))
    assert dispatch_runner.dispatch(sending, lambda: next(answers)) == dispatch_runner.SET_SIZE
    assert dispatch_runner.dispatch(sending) == 1


def test_without_a_queue_nothing_is_handed(outbox: Outbox, sending: Resources) -> None:
    outbox.texts(1)
    assert dispatch_runner.dispatch(replace(sending, queues=None)) == 0
    assert outbox.statuses() == {"queued": 1}


def test_a_queue_that_is_silent_stops_the_dispatcher_after_one_set(
    sending: Resources, outbox: Outbox, queues: FakeQueues
) -> None:
    outbox.settings(daily_cap=10_000, monthly_limit_cents=10**9)
    dispatch_runner.dispatch(sending)
    outbox.texts(dispatch_runner.SET_SIZE + 1)
    queues.silent = True
    with pytest.raises(Unavailable):
        dispatch_runner.dispatch(sending)
    assert outbox.statuses() == {"handed": dispatch_runner.SET_SIZE, "queued": 1}
    assert {each.queued_at for each in outbox.attempts()} == {None}


def test_one_organisations_fault_does_not_stop_the_others(
    sending: Resources, outbox: Outbox, queues: FakeQueues
) -> None:
    outbox.texts(1)
    other = Outbox.found(sending)
    other.texts(1)
    outbox.settings(gateways=[])  # as no use case leaves it
    dispatch_runner.dispatch(sending)
    assert outbox.statuses() == {"queued": 1}
    assert other.statuses() == {"handed": 1}
    outbox.change(outbox.messages(), status="cancelled")


def ids_of(texts: list[dict[str, Any]]) -> list[UUID]:
    return [UUID(text["message_id"]) for text in texts]


def test_a_message_tried_anew_goes_by_the_next_gateway_under_another_key(
    sending: Resources, outbox: Outbox, queues: FakeQueues
) -> None:
    (message_id,) = outbox.texts(1)
    dispatch_runner.dispatch(sending)
    outbox.change([message_id], status="queued")
    queues.pop("send")
    dispatch_runner.dispatch(sending)
    message = outbox.message(message_id)
    assert (message.attempt, message.gateway, message.price_cents) == (2, "sns", 3900)
    (text,) = queues.texts(outbox.id)
    assert text["key"].endswith(":2")
    assert ids_of([text]) == [message_id]


def test_a_text_that_no_queue_could_carry_fails_alone(sending: Resources, outbox: Outbox) -> None:
    mail = {"kind": "statement", "medium": "email", "address": "imani@example.com"}
    long, short = outbox.queue([notice("\U0001f600" * 30_000, **mail), notice("a" * 90_000, **mail)])
    dispatch_runner.dispatch(sending)
    assert (outbox.message(long).status, outbox.message(long).reason) == ("failed", "too_long")
    assert outbox.message(short).status == "handed"
