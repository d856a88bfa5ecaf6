"""What a reminder says when it is sent, or why it says nothing any more."""

import datetime as dt
from uuid import UUID

import pytest

from chalicelib import leasing, messaging, portfolio
from chalicelib.messaging import rendering
from chalicelib.messaging.model import RenderedText
from chalicelib.portfolio.model import NewChannel, NewProperty
from chalicelib.reminders import promises
from chalicelib.reminders.model import NewExclusion, NewPromise
from tests.queries import counted
from tests.service.reminders.estate import Estate

DUE = dt.date(2026, 12, 5)
DAY = dt.timedelta(days=1)


@pytest.fixture
def paybill(estate: Estate) -> Estate:
    """The estate with a paybill for its property."""
    channel = NewChannel("paybill", "Rent", "522533")
    channel_id = estate.do(portfolio.add_channel, channel, now=estate.now).id
    estate.do(portfolio.change_property, estate.property_id, None, {"channel_id": channel_id})
    return estate


def reminded(estate: Estate, on: dt.date = DUE) -> None:
    estate.at_day(on)
    assert estate.remind()["messages"] > 0


WHAT = "KES 15,000 for Mwangaza Court A12 (Dec 2026)"
SHORT = "KES 15,000 for Mwangaza Court A12"  # where the word to object takes the room of the month
PAY = "Paybill 522533, account A12."


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (2, f"Dear Wanjiru, {WHAT} is due on 5 Dec 2026. {PAY} Thank you, Acme Homes."),
        (5, f"Dear Wanjiru, {WHAT} is due today. {PAY} Thank you, Acme Homes."),
        (6, f"Dear Wanjiru, {SHORT} is overdue since 5 Dec 2026. Please pay now. {PAY} Acme Homes"),
        (
            15,
            f"Wanjiru: FINAL REMINDER, {SHORT} unpaid since 5 Dec 2026. Pay today. {PAY} Acme Homes",
        ),
    ],
)
def test_each_kind_says_what_is_open_and_how_to_pay_it(paybill: Estate, day: int, text: str) -> None:
    paybill.owe(paybill.let_to(paybill.tenant(), "A12"), DUE)
    reminded(paybill, DUE.replace(day=day))
    assert paybill.made() == [RenderedText(text)]


def test_a_tenant_is_told_in_their_language_and_without_a_paybill_where_there_is_none(estate: Estate) -> None:
    estate.owe(estate.let_to(estate.tenant("Juma", language="sw"), "B2"), DUE)
    reminded(estate, dt.date(2026, 12, 2))
    what = "KES 15,000 za Mwangaza Court B2 (Des 2026)"
    assert estate.texts() == [f"Habari Juma, {what} zinapaswa kulipwa kufikia 5 Des 2026. Asante, Acme Homes."]


def test_amounts_are_as_of_sending(estate: Estate) -> None:
    lease_id = estate.let_to(estate.tenant(), "A1")
    estate.owe(lease_id, DUE)
    reminded(estate)
    estate.pay(lease_id, 4_999_50)
    assert "KES 10,000.50" in (estate.texts()[0] or "")
    estate.pay(lease_id, 10_000_00)
    assert estate.made() == [RenderedText(None, "nothing_owed")], "50 cents are below the least"


def test_an_invoice_that_was_paid_meanwhile_drops_out(estate: Estate) -> None:
    tenant_id = estate.tenant()
    first, second = estate.let_to(tenant_id, "A1"), estate.let_to(tenant_id, "B2")
    estate.owe(first, DUE)
    estate.owe(second, DUE, 9_000_00)
    reminded(estate)
    assert "KES 24,000 for Mwangaza Court A1, B2 (Dec 2026)" in (estate.texts()[0] or "")
    estate.pay(first, 15_000_00)
    assert "KES 9,000 for Mwangaza Court B2 (Dec 2026)" in (estate.texts()[0] or "")
    estate.pay(second, 9_000_00)
    assert estate.made() == [RenderedText(None, "nothing_owed")]


def test_a_promise_or_an_exclusion_since_leaves_the_lease_out(estate: Estate) -> None:
    tenant_id = estate.tenant()
    first, second = estate.let_to(tenant_id, "A1"), estate.let_to(tenant_id, "B2")
    estate.owe(first, DUE)
    estate.owe(second, DUE)
    reminded(estate)
    said = NewPromise(first, 15_000_00, DUE + DAY)
    promise = estate.do(promises.add_promise, said, **estate.at())
    assert "Court B2" in (estate.texts()[0] or "")
    estate.do(promises.put_exclusion, NewExclusion(second, "in court"), **estate.at())
    assert estate.made()[0].text is None
    assert estate.made()[0].reason in ("promised", "excluded")
    estate.do(promises.cancel_promise, promise.id)
    assert "Court A1" in (estate.texts()[0] or "")
    estate.do(promises.put_exclusion, NewExclusion(first, "in court"), **estate.at())
    assert estate.made() == [RenderedText(None, "excluded")]


def test_who_does_not_pay_for_the_lease_any_more_is_not_told(estate: Estate) -> None:
    first, second = estate.tenant("Achieng"), estate.tenant("Barasa")
    lease_id = estate.let_to(first)
    estate.owe(lease_id, DUE)
    reminded(estate)
    estate.do(leasing.update_terms, lease_id, None, {"tenants": [second, first]}, today=estate.today)
    assert estate.made() == [RenderedText(None, "tenant_changed")]


def test_a_reminder_that_waited_for_the_next_day_says_what_is_true_by_then(estate: Estate) -> None:
    estate.owe(estate.let_to(estate.tenant(), "A1"), DUE)
    reminded(estate)
    assert "is due today" in (estate.texts()[0] or "")
    estate.at_day(DUE + DAY, hour=8)
    assert "is overdue since 5 Dec 2026" in (estate.texts()[0] or "")


def test_a_due_day_on_a_weekend_is_told_of_on_the_friday_as_to_come(estate: Estate) -> None:
    estate.policy(skip_weekends=True, before_days=())
    estate.owe(estate.let_to(estate.tenant(), "A1"), DUE)  # a Saturday
    reminded(estate, DUE - DAY)
    assert "is due on 5 Dec 2026" in (estate.texts()[0] or "")


def test_two_due_days_are_both_told(estate: Estate) -> None:
    tenant_id = estate.tenant()
    estate.owe(estate.let_to(tenant_id, "A1"), DUE)
    estate.owe(estate.let_to(tenant_id, "B2"), DUE + 3 * DAY, 9_000_00)
    reminded(estate)
    assert "KES 24,000" in (estate.texts()[0] or "")
    assert "is due on 5 Dec 2026, 8 Dec 2026." in (estate.texts()[0] or "")


def test_two_properties_with_different_paybills_tell_none(paybill: Estate) -> None:
    tenant_id = paybill.tenant()
    house = paybill.do(portfolio.add_property, NewProperty("Pendo Flats"), now=paybill.now).id
    paybill.owe(paybill.let_to(tenant_id, "A1"), DUE)
    paybill.owe(paybill.let_to(tenant_id, "C3", house), DUE)
    reminded(paybill)
    text = paybill.texts()[0] or ""
    assert "Mwangaza Court, Pendo Flats A1, C3" in text
    assert "Paybill" not in text


def test_a_template_of_the_organisation_s_own_is_used_unless_a_value_is_missing(paybill: Estate) -> None:
    words = "{tenant}: pay {amount} to {paybill}"
    paybill.do(messaging.write_template, "reminder_due", "en", None, words, now=paybill.now)
    paybill.owe(paybill.let_to(paybill.tenant()), DUE)
    reminded(paybill)
    assert paybill.made() == [RenderedText("Wanjiru: pay KES 15,000 to 522533")]
    paybill.do(portfolio.change_property, paybill.property_id, None, {"channel_id": None})
    (made,) = paybill.made()
    assert (made.text or "").startswith("Dear Wanjiru, KES 15,000")
    assert made.reason == "no_value:paybill"


def test_more_messages_and_invoices_take_no_more_queries(estate: Estate) -> None:
    counts: list[int] = []
    told: list[UUID] = []
    for tenants in (1, 6):
        for _ in range(tenants):
            lease_id, _ = estate.owing(estate.today + 3 * DAY)
            estate.owe(lease_id, estate.today + 3 * DAY, 300_00)
        estate.remind()
        waiting = [message for message in estate.messages() if message.id not in told]
        told += [message.id for message in waiting]
        with counted(estate.resources.writer) as sent:
            estate.do(rendering.render_all, waiting, now=estate.resources.clock.now())
        counts.append(len(sent))
        estate.at_day(estate.today + 30 * DAY)
    assert counts[0] == counts[1]


def test_a_lease_that_ended_long_ago_is_no_longer_told_to_the_number(estate: Estate) -> None:
    """The number may be somebody else's by then; of a lease of theirs that runs it is told on."""
    ended, running = estate.tenant("Amina"), estate.tenant("Baraka")
    for tenant_id in (ended, running):
        lease_id = estate.let_to(tenant_id, "A1" if tenant_id == ended else "A2", ends_on=dt.date(2026, 9, 30))
        estate.owe(lease_id, DUE, 3_000_00)
    estate.owe(estate.let_to(running, "B9", starts_on=dt.date(2026, 10, 1)), DUE, 5_000_00)
    estate.at_day(DUE - dt.timedelta(days=3))
    assert DUE - dt.timedelta(days=3) > dt.date(2026, 9, 30) + dt.timedelta(days=60)
    estate.remind()
    assert sorted((each.status, each.reason) for each in estate.messages()) == [
        ("cancelled", "lease_ended"),
        ("queued", ""),
    ]
    [text] = [
        made.text for made, message in zip(estate.made(), estate.messages(), strict=True) if message.status == "queued"
    ]
    assert text is not None
    assert "KES 5,000" in text
    assert "A2" not in text
