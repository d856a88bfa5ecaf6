"""What happens between a reminder's selection and its sending: paid, paused, tried anew, held until another day."""

import datetime as dt

import pytest

from chalicelib import leasing
from chalicelib.delivery import dispatch_runner, tracking
from chalicelib.delivery.queue_payloads import AttemptOutcome, QueuedText
from chalicelib.reminders import policies
from chalicelib.runtime.ports import NOT_SENT, SendOutcome
from tests.service.reminders.estate import Estate

DUE = dt.date(2026, 12, 4)  # a Friday
DAY = dt.timedelta(days=1)
NOT_REACHED = SendOutcome(NOT_SENT, reason="not_reached")


def dispatched(estate: Estate) -> list[QueuedText]:
    """Hand over what of the estate is due now, and return it."""
    texts = estate.do(dispatch_runner.decide_next_set, now=estate.resources.clock.now()).texts
    return [text for each in texts.values() for text in each]


def told(estate: Estate, text: QueuedText, outcome: SendOutcome) -> None:
    come = [AttemptOutcome(estate.organisation_id, text.message_id, text.number, outcome)]
    assert estate.do(tracking.apply_outcomes, come, now=estate.resources.clock.now()) == 1


def states(estate: Estate) -> list[tuple[str, str]]:
    return [(message.status, message.reason) for message in estate.messages()]


def test_a_payment_between_two_attempts_cancels_the_second(estate: Estate) -> None:
    lease_id, _ = estate.owing(DUE)
    estate.at_day(DUE)
    estate.remind()
    (text,) = dispatched(estate)
    told(estate, text, NOT_REACHED)
    estate.pay(lease_id, 15_000_00)
    estate.at_day(DUE, 11)
    assert dispatched(estate) == []
    assert states(estate) == [("cancelled", "nothing_owed")]


def test_an_attempt_of_the_next_morning_says_what_is_true_by_then(estate: Estate) -> None:
    estate.owing(DUE)
    estate.at_day(DUE)
    estate.remind()
    (text,) = dispatched(estate)
    assert "is due today" in text.text
    told(estate, text, SendOutcome(NOT_SENT, reason="too_late"))
    estate.at_day(DUE + DAY, 9)
    (text,) = dispatched(estate)
    assert "is overdue since 4 Dec 2026" in text.text


def test_who_ends_reminding_ends_those_that_wait(estate: Estate) -> None:
    estate.owing(DUE)
    estate.at_day(DUE)
    estate.remind()
    estate.policy(enabled=False)
    assert dispatched(estate) == []
    assert states(estate) == [("cancelled", "reminders_off")]


@pytest.mark.parametrize(("day_off", "goes_on"), [(None, DUE + 3 * DAY), (DUE + 3 * DAY, DUE + 4 * DAY)])
def test_what_waits_for_the_morning_does_not_come_on_a_day_off(
    estate: Estate, day_off: dt.date | None, goes_on: dt.date
) -> None:
    estate.policy(skip_weekends=True, send_hour=21)
    if day_off is not None:
        estate.do(policies.add_holiday, day_off, "Mourning", now=estate.now)
    estate.owing(DUE)
    estate.at_day(DUE, 21)  # a Friday evening, in the quiet hours
    estate.remind()
    sent_on = []
    for days in range(1, 6):
        estate.at_day(DUE + days * DAY, 9)
        sent_on += [estate.today] * len(dispatched(estate))
    assert sent_on == [goes_on]


def test_a_day_to_come_is_prepared_and_not_told_before(estate: Estate) -> None:
    estate.owing(DUE)
    estate.at_day(DUE - 2 * DAY)
    estate.remind(DUE)
    assert dispatched(estate) == []
    estate.at_day(DUE, 8)
    assert dispatched(estate) == [], "not before the hour of the policy"
    estate.at_day(DUE, 10)
    (text,) = dispatched(estate)
    assert "is due today" in text.text


def test_a_tenant_has_one_reminder_a_day_whatever_waited(estate: Estate) -> None:
    estate.policy(after_days=(1, 2, 5))
    estate.owing(DUE)
    estate.at_day(DUE + DAY, 21)
    estate.remind()  # nothing ran at nine; it waits for the morning
    estate.at_day(DUE + 2 * DAY, 9)
    assert len(dispatched(estate)) == 1
    estate.at_day(DUE + 2 * DAY, 10)
    estate.remind()
    assert dispatched(estate) == []
    estate.at_day(DUE + 3 * DAY, 10)
    estate.remind()
    assert len(dispatched(estate)) == 1
    assert [step for _, step in estate.said()] == ["after_1", "after_2"]


def test_what_waits_follows_its_tenant_to_another_number_and_language(estate: Estate) -> None:
    """The old number may be a stranger's: that is why it was changed."""
    tenant_id = estate.tenant(phone="+254722000127")
    estate.owe(estate.let_to(tenant_id), DUE)
    estate.at_day(DUE, 21)
    estate.remind()
    values = {"phones": ["+254722000128", "+254722000129"], "language": "sw"}
    estate.do(leasing.change_tenant, tenant_id, None, values, keys=estate.resources.keys, now=estate.now)
    estate.at_day(DUE + DAY, 9)
    (text,) = dispatched(estate)
    assert text.to == "+254722000128"
    assert "zimechelewa" in text.text
    (message,) = estate.messages()
    assert (message.address, message.language) == ("+254722000128", "sw")


@pytest.mark.parametrize(
    ("phones", "address", "status"),
    [
        (["+254722000130", "+254722000127"], "+254722000127", "queued"),  # still theirs
        ([], "+254722000127", "cancelled"),
    ],
)
def test_a_number_that_is_still_theirs_is_kept_and_without_one_nothing_is_sent(
    estate: Estate, phones: list[str], address: str, status: str
) -> None:
    tenant_id = estate.tenant(phone="+254722000127")
    estate.owe(estate.let_to(tenant_id), DUE)
    estate.at_day(DUE, 21)
    estate.remind()
    estate.do(leasing.change_tenant, tenant_id, None, {"phones": phones}, keys=estate.resources.keys, now=estate.now)
    (message,) = estate.messages()
    assert (message.address, message.status) == (address, status)
