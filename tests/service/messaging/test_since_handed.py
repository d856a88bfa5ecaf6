"""What comes in between after a message was handed over: a reversal, an opt-out, a dearer gateway."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from chalicelib import leasing, messaging
from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner, recovery_runner, result_runner, tracking
from chalicelib.delivery.queue_payloads import AttemptOutcome, VendorCallback, serialize_callback
from chalicelib.leasing.tenant_model import NewTenant
from chalicelib.runtime.ports import SendOutcome
from chalicelib.runtime.resources import Resources
from tests.contexts import context
from tests.outbox import NOON, FakeQueues, Outbox, new_phone, notice, opted_out

MINUTE = dt.timedelta(minutes=1)
NOT_SENT = SendOutcome("not_sent", reason="not_reached")
UNKNOWN = SendOutcome("unknown", reason="sender_gone")
NEVER = SendOutcome("refused", permanent=True, reason="invalid_number")


def told(outbox: Outbox, message_id: UUID, outcome: SendOutcome, number: int = 1) -> None:
    come = [AttemptOutcome(outbox.id, message_id, number, outcome)]
    now = outbox.resources.clock.now()
    assert outbox.resources.transact(lambda db: tracking.apply_outcomes(db, outbox.id, come, now=now)) == 1


def dispatched(outbox: Outbox) -> int:
    now = outbox.resources.clock.now()
    return outbox.resources.transact(lambda db: dispatch_runner.decide_next_set(db, outbox.id, now=now)).dispatched


@pytest.mark.parametrize("before", [(), (UNKNOWN,)])
def test_what_was_withdrawn_on_its_way_is_not_tried_again(
    outbox: Outbox, clock: ManualClock, before: tuple[SendOutcome, ...]
) -> None:
    (message_id,) = outbox.queue([notice(kind="receipt", dedupe_key="receipt:1")])
    dispatched(outbox)
    for outcome in before:
        told(outbox, message_id, outcome)
    withdraw = messaging.cancel_messages
    may_be_told = outbox.resources.transact(
        lambda db: withdraw(context(db, outbox.id, now=clock.now()), ["receipt:1"], reason="reversed")
    )
    assert may_be_told == {"receipt:1"}
    told(outbox, message_id, NOT_SENT)
    clock.at += 2 * MINUTE
    assert dispatched(outbox) == 0
    assert (outbox.message(message_id).status, outbox.message(message_id).reason) == ("cancelled", "expired")


def test_what_was_withdrawn_after_it_was_sent_stays_so(outbox: Outbox, clock: ManualClock) -> None:
    (message_id,) = outbox.queue([notice(kind="receipt", dedupe_key="receipt:1")])
    dispatched(outbox)
    outbox.resources.transact(
        lambda db: messaging.cancel_messages(context(db, outbox.id, now=clock.now()), ["receipt:1"], reason="reversed")
    )
    told(outbox, message_id, SendOutcome("sent", provider_reference="ATX-withdrawn"))
    assert outbox.message(message_id).status == "sent"


def test_who_opts_out_is_not_put_on_the_queue_again(
    sending: Resources, outbox: Outbox, queues: FakeQueues, clock: ManualClock
) -> None:
    silent, other = new_phone(), new_phone()
    outbox.queue([notice(address=silent), notice(address=other), notice(kind="reply", address=silent)])
    assert dispatched(outbox) == 3  # and the dispatcher is killed before the queue has them
    outbox.resources.transact(
        lambda db: messaging.add_opt_out(context(db, outbox.id, now=clock.now()), silent, source="sms")
    )
    clock.at += 3 * MINUTE
    recovery_runner.requeue_lost_attempts(sending)
    assert sorted(text["to"] for text in queues.texts(outbox.id)) == sorted([silent, other]), "the reply goes"


def test_a_notice_never_costs_more_than_was_agreed_to(outbox: Outbox, clock: ManualClock) -> None:
    (message_id,) = outbox.queue([notice("x" * 200, notice_id=uuid4())])
    for number in (1, 2, 3):
        assert dispatched(outbox) == 1
        handed = outbox.message(message_id)
        assert (handed.gateway, handed.price_cents) == ("africastalking", 1_60), "SNS would cost 78.00"
        told(outbox, message_id, NOT_SENT, number)
        clock.at += 21 * MINUTE


def test_a_notice_whose_gateway_became_dearer_since_is_not_sent(outbox: Outbox) -> None:
    (message_id,) = outbox.queue([notice(notice_id=uuid4())])
    outbox.settings(gateways=["sns"])
    assert dispatched(outbox) == 0
    assert (outbox.message(message_id).status, outbox.message(message_id).reason) == ("cancelled", "price_limit")


def test_what_nobody_took_is_not_told_as_spent(outbox: Outbox) -> None:
    refused, failed, sent = outbox.texts(3)
    dispatched(outbox)
    told(outbox, refused, NEVER)
    for place, message_id in enumerate((failed, sent)):
        told(outbox, message_id, SendOutcome("sent", provider_reference=f"ATX-{outbox.id}-{place}", cost_cents=80))
    outbox.change([failed], status="failed")  # by its delivery report
    with outbox.resources.reading() as db:
        spend = messaging.get_spend(context(db, outbox.id), dt.date(2026, 12, 1))
    assert (spend.messages, spend.price_cents, spend.cost_cents) == (2, 1_60, 1_60)
    assert outbox.day() == (2, 1_60)


def test_a_vendors_opt_out_holds_where_the_number_is_a_tenants(sending: Resources, outbox: Outbox) -> None:
    phone, resources = new_phone(), sending
    with resources.writing() as db:
        new = NewTenant("Wanjiru", phones=[phone])
        leasing.add_tenant(context(db, outbox.id, now=NOON), new, keys=resources.keys)
    posted = VendorCallback("opt_out", "africastalking", {"phoneNumber": phone}, NOON)
    assert result_runner.handle_result(sending, serialize_callback(posted)) == 0  # they rent nothing
    with resources.reading() as db:
        assert opted_out(db, outbox.id, [phone]) == {phone}


def test_an_sms_from_a_name_instead_of_a_number_is_let_go(sending: Resources) -> None:
    """A bank's advertisement, or our own sender name come back: nobody to answer, and nothing for people to look at."""
    form = {"id": uuid4().hex, "from": "ZEBRA-BANK", "text": "STOP"}
    assert (
        result_runner.handle_result(
            sending, serialize_callback(VendorCallback("incoming", "africastalking", form, NOON))
        )
        == 0
    )
