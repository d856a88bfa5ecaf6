"""A month of the demo organisation: everybody gets what they should, once, by day and in their language."""

import datetime as dt

import pytest

from local import month
from local.month_findings import CLOSES, MonthResult, find_problems, local, table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> MonthResult:
    return month.simulate(tmp_path_factory.mktemp("month"))


def test_nothing_is_wrong_with_it(lived: MonthResult) -> None:
    assert find_problems(lived) == [], table(lived)


def test_it_was_a_month_in_which_something_happened(lived: MonthResult) -> None:
    assert {each["kind"] for each in lived.of_kind("reminder")} == {
        "reminder_before",
        "reminder_due",
        "reminder_overdue",
        "reminder_final",
    }
    assert len(lived.reminders) > 30
    assert len(lived.of_kind("receipt")) > 15
    assert len(lived.of_kind("reply")) == len(lived.sent)
    assert {sms.status for sms in lived.received} == {"Success"}
    assert {each["source"] for each in lived.requests} == {"member", "sms"}
    assert [screen["problem"] for screen in lived.screens] == [""] * 5
    assert lived.screens[-1]["session"] is None  # the balance was told
    assert lived.screens[-2]["text"].startswith(("Confirmed.", "Imethibitishwa."))


def test_who_pays_by_night_is_told_in_the_morning(lived: MonthResult) -> None:
    late = [(at, tenant) for at, tenant, _ in lived.paid if (at + dt.timedelta(hours=3)).hour >= CLOSES]
    assert late
    for at, tenant in late:
        if tenant not in (lived.cast.stopping, lived.cast.refusing):
            told = [local(sms) for sms in lived.received if sms.number == tenant.phone]
            assert any(at < each <= at + dt.timedelta(hours=15) and each.hour == 8 for each in told)


def test_what_the_provider_never_confirmed_was_sent_once_and_is_known_by_its_report(lived: MonthResult) -> None:
    theirs = [each for each in lived.of_kind("") if each["tenant_id"] == lived.cast.waiting.id]
    assert theirs
    assert {(each["status"], each["attempt"]) for each in theirs} == {("delivered", 1)}


def test_a_number_that_is_refused_is_told_to_the_landlord_as_such(lived: MonthResult) -> None:
    theirs = [each for each in lived.of_kind("") if each["tenant_id"] == lived.cast.refusing.id]
    assert theirs
    assert {(each["status"], each["reason"], each["attempt"]) for each in theirs} == {("failed", "invalid_number", 1)}


def test_a_finding_is_found(lived: MonthResult) -> None:
    """The checks above are worth something: what is done to the record is seen."""
    got = lived.received
    try:
        lived.received = [*got, got[0]._replace(at="2026-12-05T19:30:00+00:00")]
        assert any("only on the phone" in each for each in find_problems(lived))
        assert any("05 Dec 22:30" in each for each in find_problems(lived))
        lived.received = got[1:]
        assert any("only in the outbox" in each for each in find_problems(lived))
        lived.received = [got[0]._replace(text="Guten Tag"), *got[1:]]
        assert any("language" in each for each in find_problems(lived))
    finally:
        lived.received = got
