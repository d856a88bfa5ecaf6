"""What comes of messages: results and reports, each more than once and in any order; what nobody tells, is swept."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner, recovery_runner, result_runner, sending_runner, tracking
from chalicelib.delivery.queue_payloads import (
    AttemptOutcome,
    InvalidPayload,
    VendorCallback,
    serialize_callback,
    serialize_outcomes,
)
from chalicelib.delivery.tracking import IncomingSms
from chalicelib.errors import Unavailable
from chalicelib.runtime.ports import OutgoingText, SendOutcome
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.messaging import deliveries, incoming_messages
from tests.outbox import (
    DAY,
    NOON,
    FakePhones,
    FakeQueues,
    Outbox,
    make_outbound_resources,
    new_phone,
    notice,
    opted_out,
)

MINUTE = dt.timedelta(minutes=1)
SENT = SendOutcome("sent", provider_reference="ATX", parts=1, cost_cents=95)
REFUSED = SendOutcome("refused", reason="InsufficientBalance")
NEVER = SendOutcome("refused", permanent=True, reason="InvalidPhoneNumber")
NOT_SENT = SendOutcome("not_sent", reason="not_reached")
UNKNOWN = SendOutcome("unknown", reason="no_answer")


class Results:
    """One message that was handed, and what is told of it."""

    def __init__(self, resources: Resources, outbox: Outbox, **values: Any) -> None:
        self.resources, self.outbox = resources, outbox
        (self.id,) = outbox.queue([notice(**values)])
        dispatch_runner.dispatch(resources)
        assert self.now.status == "handed"
        self.reference = f"ATX{self.id}"

    @property
    def now(self) -> Any:
        return self.outbox.message(self.id)

    def told(self, outcome: SendOutcome, number: int = 1) -> int:
        if outcome.provider_reference:
            outcome = outcome._replace(provider_reference=self.reference)
        body = serialize_outcomes("africastalking", [AttemptOutcome(self.outbox.id, self.id, number, outcome)])
        return result_runner.handle_result(self.resources, body)

    def reported(self, word: str, at: dt.datetime | None = None, **form: str) -> int:
        fields = {"id": self.reference, "status": word, "phoneNumber": self.now.address, **form}
        posted = VendorCallback("report", "africastalking", fields, at or self.resources.clock.now())
        return result_runner.handle_result(self.resources, serialize_callback(posted))


@pytest.fixture
def results(sending: Resources, outbox: Outbox) -> Results:
    return Results(sending, outbox)


def test_sent_then_delivered_and_the_day_is_put_right_by_the_real_cost(results: Results) -> None:
    assert results.told(SENT) == 1
    sent = results.now
    assert (sent.status, sent.provider_reference, sent.cost_cents) == ("sent", results.reference, 95)
    assert results.outbox.day() == (1, 95)
    assert results.told(SENT) == 0
    assert results.outbox.day() == (1, 95), "a repeat costs nothing"
    assert results.reported("Success")
    assert (results.now.status, results.now.finished_at) == ("delivered", NOON)
    assert not results.reported("Success")
    assert not results.reported("Sent")
    assert results.now.status == "delivered"


def test_a_report_that_comes_before_our_own_answer_waits_for_it(results: Results) -> None:
    assert results.reported("Success")
    assert results.now.status == "handed"
    results.told(SENT)
    assert results.now.status == "delivered"


@pytest.mark.parametrize("word", ["Failed", "Rejected", "AbsentSubscriber", "Expired"])
def test_a_failure_says_why(results: Results, word: str) -> None:
    results.told(SENT)
    results.reported(word, failureReason="DeliveryFailure")
    assert (results.now.status, results.now.reason) == ("failed", "DeliveryFailure")
    results.reported("Success")
    assert results.now.status == ("delivered" if word in ("AbsentSubscriber", "Expired") else "failed")


@pytest.mark.parametrize("words", [("AbsentSubscriber", "Success"), ("Success", "AbsentSubscriber")])
def test_a_phone_that_was_off_and_then_reached_has_got_it(results: Results, words: tuple[str, str]) -> None:
    results.told(SENT)
    for word in words:
        results.reported(word)
    assert (results.now.status, results.now.reason) == ("delivered", "")


def test_words_on_the_way_and_words_that_nobody_knows_are_kept_as_told(results: Results) -> None:
    results.told(SENT)
    for place, word in enumerate(("Submitted", "Buffered", "TeleportedByPigeonsOverTheRiver")):
        assert results.reported(word, NOON + place * MINUTE)
    assert results.now.status == "sent"
    with results.resources.reading() as db:
        query = select(deliveries.c.status).where(deliveries.c.provider_reference == results.reference)
        assert db.scalar(query) == "TeleportedByPigeonsO"
    assert results.reported("Success", NOON)
    assert results.now.status == "delivered"


def test_a_refusal_for_good_fails_and_gives_the_money_back(results: Results) -> None:
    results.told(NEVER)
    failed = results.now
    assert (failed.status, failed.reason, failed.finished_at) == ("failed", "InvalidPhoneNumber", NOON)
    assert results.outbox.day() == (0, 0)


def test_a_passing_refusal_is_tried_by_the_next_gateway_four_times_in_all(
    results: Results, clock: ManualClock, queues: FakeQueues
) -> None:
    gateways, waits = ["africastalking"], []
    for number, outcome in enumerate((REFUSED, NOT_SENT, REFUSED), start=1):
        results.told(outcome, number)
        waiting = results.now
        assert (waiting.status, waiting.reason) == ("queued", outcome.reason)
        assert results.outbox.day() == (0, 0)
        waits.append((waiting.send_after_at - clock.at) // MINUTE)
        clock.at = waiting.send_after_at
        dispatch_runner.dispatch(results.resources)
        gateways.append(results.now.gateway)
        assert results.now.attempt == number + 1
    results.told(NOT_SENT, 4)
    assert (results.now.status, results.now.reason) == ("failed", "not_reached")
    assert waits == [1, 5, 20]
    assert gateways == ["africastalking", "sns", "africastalking", "sns"]
    keys = {text["key"] for text in queues.texts(results.outbox.id)}
    assert len(keys) == 4


def test_unknown_is_never_tried_again_and_a_report_settles_it(results: Results, clock: ManualClock) -> None:
    results.told(UNKNOWN)
    assert (results.now.status, results.now.reason) == ("unknown", "no_answer")
    assert results.outbox.day() == (1, 80), "it may have been sent, so it may cost"
    results.reported("Success")
    assert results.now.status == "unknown", "its reference is not known to be this message's"
    recovery_runner.match_reports_by_phone(results.resources)
    assert results.now.status == "unknown", "its sender may still tell"
    clock.at += 11 * MINUTE
    recovery_runner.match_reports_by_phone(results.resources)
    settled = results.now
    assert (settled.status, settled.provider_reference) == ("delivered", results.reference)
    dispatch_runner.dispatch(results.resources)
    assert results.now.attempt == 1


def test_what_a_sender_knows_after_all_counts_for_more_than_unknown(results: Results) -> None:
    results.told(UNKNOWN)
    results.told(SENT)
    assert results.now.status == "sent"
    assert results.told(UNKNOWN) == 0
    assert results.now.status == "sent"


def test_a_report_is_given_to_nobody_where_several_could_be_meant(
    sending: Resources, outbox: Outbox, clock: ManualClock
) -> None:
    phone = new_phone()
    one, two = Results(sending, outbox, address=phone), Results(sending, outbox, address=phone)
    one.told(UNKNOWN)
    one.reported("Success")
    clock.at += 11 * MINUTE
    recovery_runner.match_reports_by_phone(sending)
    assert one.now.status == "unknown", "the other is still on its way: it may be about that"
    two.told(UNKNOWN)
    recovery_runner.match_reports_by_phone(sending)
    assert {one.now.status, two.now.status} == {"unknown"}
    two.told(SENT)
    recovery_runner.match_reports_by_phone(sending)
    assert (one.now.status, two.now.status) == ("delivered", "sent")


def test_a_report_by_number_settles_nothing_where_two_organisations_wrote_to_it(
    sending: Resources, outbox: Outbox, clock: ManualClock
) -> None:
    phone = new_phone()
    one, two = (Results(sending, each, address=phone) for each in (outbox, Outbox.found(sending)))
    for each in (one, two):
        each.told(UNKNOWN)
    one.reported("Success")
    clock.at += 11 * MINUTE
    recovery_runner.match_reports_by_phone(sending)
    assert {one.now.status, two.now.status} == {"unknown"}


def test_a_report_of_before_a_message_is_not_about_it(sending: Resources, outbox: Outbox, clock: ManualClock) -> None:
    results = Results(sending, outbox)
    results.reported("Success", NOON - DAY)
    results.told(UNKNOWN)
    clock.at += 11 * MINUTE
    recovery_runner.match_reports_by_phone(sending)
    assert results.now.status == "unknown"


def test_an_attempt_that_nobody_marked_is_put_on_the_queue_again_under_its_key(
    sending: Resources, outbox: Outbox, queues: FakeQueues, clock: ManualClock
) -> None:
    (message_id,) = outbox.texts(1)
    queues.silent = True
    with pytest.raises(Unavailable):
        dispatch_runner.dispatch(sending)
    queues.silent = False
    recovery_runner.requeue_lost_attempts(sending)
    assert queues.texts(outbox.id) == [], "a dispatcher may still be at it"
    clock.at += 2 * MINUTE + dt.timedelta(seconds=1)
    recovery_runner.requeue_lost_attempts(sending)
    recovery_runner.requeue_lost_attempts(sending)
    (text,) = queues.texts(outbox.id)
    assert text["key"] == f"{outbox.id}:{outbox.message(message_id).dedupe_key}:1"
    assert text["not_after"] == (NOON + dt.timedelta(hours=2)).isoformat(), "it is as old as it is"
    clock.at += 31 * MINUTE
    recovery_runner.requeue_lost_attempts(sending)
    assert [text["number"] for text in queues.texts(outbox.id)] == [1, 1]
    (attempt,) = outbox.attempts()
    assert attempt.queued_times == 2


def test_what_nothing_is_heard_of_for_a_day_is_unknown_and_its_late_result_still_counts(
    results: Results, clock: ManualClock
) -> None:
    clock.at += DAY
    expire_unanswered_attempts(results.resources)
    assert results.now.status == "handed"
    clock.at += MINUTE
    expire_unanswered_attempts(results.resources)
    assert (results.now.status, results.now.reason) == ("unknown", "nothing_heard")
    results.told(SENT)
    assert results.now.status == "sent"
    assert results.outbox.day() == (1, 95)


def expire_unanswered_attempts(resources: Resources) -> None:
    while resources.transact(lambda db: recovery_runner.expire_unanswered_attempts(db, resources.clock.now())):
        pass


def test_old_references_are_forgotten_and_those_of_nobody_sooner(results: Results, clock: ManualClock) -> None:
    results.told(SENT)
    stray = Results(results.resources, results.outbox)
    stray.reported("Success")

    def known() -> set[str]:
        with results.resources.reading() as db:
            return set(db.scalars(select(deliveries.c.provider_reference)))

    def forget() -> None:
        while results.resources.transact(lambda db: recovery_runner.purge_deliveries(db, clock.at)):
            pass

    clock.at += 7 * DAY
    forget()
    assert {results.reference, stray.reference} <= known()
    clock.at += MINUTE
    forget()
    assert stray.reference not in known()
    assert results.reference in known()
    clock.at += 90 * DAY
    forget()
    assert results.reference not in known()


def test_a_result_of_what_nobody_knows_harms_nothing(sending: Resources, outbox: Outbox) -> None:
    stranger = AttemptOutcome(outbox.id, UUID(int=5), 1, SENT)
    assert result_runner.handle_result(sending, serialize_outcomes("sns", [stranger])) == 0


def test_another_organisations_result_changes_nothing(results: Results) -> None:
    other = Outbox.found(results.resources)
    body = serialize_outcomes("africastalking", [AttemptOutcome(other.id, results.id, 1, NEVER)])
    assert result_runner.handle_result(results.resources, body) == 0
    assert results.now.status == "handed"


def test_results_of_several_organisations_in_one_message(sending: Resources, outbox: Outbox) -> None:
    other = Outbox.found(sending)
    one, two = Results(sending, outbox), Results(sending, other)
    listed = [
        AttemptOutcome(each.outbox.id, each.id, 1, SENT._replace(provider_reference=each.reference))
        for each in (one, two, one)
    ]
    assert result_runner.handle_result(sending, serialize_outcomes("africastalking", listed)) == 2
    assert (one.now.status, two.now.status) == ("sent", "sent")


def test_an_email_costs_no_message_of_the_day(sending: Resources, outbox: Outbox) -> None:
    results = Results(
        sending, outbox, kind="statement", medium="email", address="imani@example.com", subject="Statement"
    )
    results.told(SendOutcome("sent", provider_reference="SES1"))
    assert results.now.status == "sent"
    assert outbox.day() == (0, 0)


def test_a_vendors_opt_out_holds_in_every_organisation_that_writes_to_the_number(
    sending: Resources, outbox: Outbox
) -> None:
    other, stranger, phone = Outbox.found(sending), Outbox.found(sending), new_phone()
    for each in (outbox, other):
        each.queue([notice(address=phone)])
    posted = VendorCallback("opt_out", "africastalking", {"phoneNumber": phone.removeprefix("+")}, NOON)
    for _ in range(2):
        assert result_runner.handle_result(sending, serialize_callback(posted)) == 0  # it is no tenant's
    with sending.reading() as db:
        silent = [each.id for each in (outbox, other, stranger) if opted_out(db, each.id, {phone})]
    assert silent == [outbox.id, other.id, stranger.id]  # who has not written to it yet, too
    dispatch_runner.dispatch(sending)
    assert outbox.statuses() == other.statuses() == {"cancelled": 1}


class Taken:
    """Takes incoming SMS that begin with a word of this test."""

    def __init__(self) -> None:
        self.seen: list[IncomingSms] = []
        self.raises: Exception | None = None

    def __call__(self, db: Connection, incoming: IncomingSms) -> str:
        if not incoming.text.startswith("zebra"):
            return ""
        if self.raises:
            raise self.raises
        self.seen.append(incoming)
        return "zebra"


@pytest.fixture
def taken() -> Iterator[Taken]:
    taker = Taken()
    tracking.INCOMING_SMS_HANDLERS.append(taker)
    yield taker
    tracking.INCOMING_SMS_HANDLERS.remove(taker)


def incoming(reference: str, text: str, sender: str = "+254711111111") -> str:
    form = {"id": reference, "from": sender, "text": text, "to": "12345"}
    return serialize_callback(VendorCallback("incoming", "africastalking", form, NOON))


def commands(resources: Resources, reference: str) -> list[str]:
    with resources.reading() as db:
        query = select(incoming_messages.c.command).where(incoming_messages.c.provider_reference == reference)
        return list(db.scalars(query))


def test_what_a_phone_sends_is_kept_and_answered_once(sending: Resources, outbox: Outbox, taken: Taken) -> None:
    reference = f"in-{outbox.id}"
    for _ in range(3):
        result_runner.handle_result(sending, incoming(reference, "zebra 1", "254711111111"))
    assert [(each.phone, each.text) for each in taken.seen] == [("+254711111111", "zebra 1")]
    assert commands(sending, reference) == ["zebra"]
    result_runner.handle_result(sending, incoming(f"{reference}-2", "what is this?"))
    assert commands(sending, f"{reference}-2") == [""]


def test_an_answer_that_fails_is_as_if_the_sms_had_not_come(sending: Resources, outbox: Outbox, taken: Taken) -> None:
    reference = f"in-{outbox.id}"
    taken.raises = Unavailable("busy")
    with pytest.raises(Unavailable):
        result_runner.handle_result(sending, incoming(reference, "zebra"))
    assert commands(sending, reference) == []
    taken.raises = None
    assert result_runner.handle_result(sending, incoming(reference, "zebra")) == 1
    assert commands(sending, reference) == ["zebra"]


@pytest.mark.parametrize(
    "body",
    [
        "", "nothing", "[]", '{"kind": "pigeon"}', '{"kind": "outcomes", "gateway": "sns", "outcomes": [{}]}',
        '{"kind": "report", "gateway": "sns", "form": {"id": 7}, "at": "2026-12-07T09:00:00+00:00"}',
        '{"kind": "report", "gateway": "sns", "form": {}, "at": "2026-12-07T09:00:00"}',
        json.dumps({"kind": "report", "gateway": "sns", "form": {"id": "x"}, "at": NOON.isoformat()}),
        incoming("", "ZEBRA"), incoming("x", "ZEBRA", sender=" "),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_says_nothing_of_what_it_holds(resources: Resources, body: str) -> None:
    with pytest.raises(InvalidPayload) as raised:
        result_runner.handle_result(resources, body)
    assert "ZEBRA" not in str(raised.value)


def test_the_whole_way_with_a_provider_that_times_out_after_sending(
    sending: Resources, outbox: Outbox, queues: FakeQueues, clock: ManualClock, tmp_path: Path
) -> None:
    """One SMS at the phone; its status is unknown until the vendor's report tells; the queue brings it three times."""

    def answers(text: OutgoingText) -> SendOutcome:
        return UNKNOWN

    phones = FakePhones(answers)
    outside = make_outbound_resources(tmp_path, clock, queues, africastalking=phones)
    (message_id,) = outbox.texts(1)
    dispatch_runner.dispatch(sending)
    mine = [body for body in queues.pop("send") if outbox.id.hex in body]
    for body in mine * 3:
        assert sending_runner.send_texts(outside, body)
    for body in queues.pop("results"):
        result_runner.handle_result(sending, body)
    message = outbox.message(message_id)
    assert message.status == "unknown"
    assert phones.came == {(message.address, message.text): 1}
    form = {"id": f"late-{message_id}", "status": "Success", "phoneNumber": str(message.address)}
    result_runner.handle_result(sending, serialize_callback(VendorCallback("report", "africastalking", form, clock.at)))
    clock.at += 11 * MINUTE
    recovery_runner.match_reports_by_phone(sending)
    dispatch_runner.dispatch(sending)
    assert outbox.message(message_id).status == "delivered"
    assert list(phones.came.values()) == [1]


def test_what_messages_come_to_is_told_to_cloudwatch_once_each(
    sending: Resources, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("METRICS_ENVIRONMENT", "plotihub-test")
    for told, reported in ((SENT, "Success"), (UNKNOWN, ""), (NEVER, "")):
        results = Results(sending, outbox)
        assert [results.told(told), results.told(told)] == [1, 0]
        assert not reported or [results.reported(reported), results.reported(reported)] == [1, 0]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = [{name: line[name] for name in line if name.startswith("Messages")} for line in lines]
    assert counted == [{"MessagesSent": 1}, {"MessagesDelivered": 1}, {"MessagesUnknown": 1}, {"MessagesFailed": 1}]
