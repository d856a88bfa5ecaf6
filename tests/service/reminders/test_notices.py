"""A notice to many: what it would cost, and that each tenant is told once."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from chalicelib import messaging, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.notices import jobs
from chalicelib.notices import notices as service
from chalicelib.notices.model import LeftOut, NoticeCounts, NoticeDraft, NoticePreview
from chalicelib.portfolio.model import NewProperty
from chalicelib.runtime.context import Context
from chalicelib.tasks.model import ClaimLost, Task
from tests.contexts import context
from tests.money import ALL
from tests.queries import counted
from tests.service.reminders.estate import Estate

WATER = NoticeDraft("notice", None, "Dear {tenant}, water for {unit} is off on Friday.", "")
NO_LIMIT = 1_000_000_00


def preview_notice(estate: Estate, new: NoticeDraft = WATER) -> NoticePreview:
    return estate.do(service.preview_notice, new, today=estate.today)


def queue(estate: Estate, new: NoticeDraft = WATER, limit_cents: int = NO_LIMIT) -> Task:
    return estate.do(service.add_notice, new, limit_cents, **estate.at())


def send(estate: Estate, new: NoticeDraft = WATER) -> Task:
    task = queue(estate, new)
    jobs.send_notice(estate.resources, estate.claimed(task))
    return task


def texts(estate: Estate) -> list[str]:
    return sorted(message.text or message.reason for message in estate.messages("notice", "legal_notice"))


def test_each_tenant_is_told_once_in_their_language_of_all_that_they_rent(estate: Estate) -> None:
    both = estate.tenant("Achieng")
    estate.let_to(both, "A1")
    estate.let_to(both, "A2")
    estate.let_to(estate.tenant("Juma", language="sw"), "B1")
    gone = estate.let_to(estate.tenant("Otieno"), "C1")
    estate.terminate(gone, dt.date(2026, 11, 30))
    notice = WATER._replace(text_sw="{tenant}, maji ya {unit} yatakatwa Ijumaa.")
    send(estate, notice)
    assert texts(estate) == [
        "Dear Achieng, water for A1, A2 is off on Friday. Not you? Send NOT ME",
        "Juma, maji ya B1 yatakatwa Ijumaa. Si wewe? Tuma SI MIMI",
    ]


def test_both_tenants_of_a_lease_are_told(estate: Estate) -> None:
    first, second = estate.tenant("Achieng"), estate.tenant("Barasa")
    estate.let_to(first, "A1", tenants=[first, second])
    send(estate)
    assert {message.tenant_id for message in estate.messages("notice")} == {first, second}


def test_a_notice_to_a_property_reaches_its_tenants_only(estate: Estate) -> None:
    house = estate.do(portfolio.add_property, NewProperty("Pendo Flats"), now=estate.now).id
    here, both = estate.tenant("Achieng"), estate.tenant("Barasa")
    estate.let_to(here, "A1")
    estate.let_to(both, "A2")
    estate.let_to(both, "P1", property_id=house)
    send(estate, WATER._replace(property_id=house, text_en="{tenant} in {unit}, {property}"))
    assert texts(estate) == ["Barasa in P1, Pendo Flats. Not you? Send NOT ME"]


def test_the_preview_says_who_is_left_out_and_what_it_all_costs(estate: Estate) -> None:
    silent = "+254722000111"
    for name, options in (
        ("Achieng", {}),
        ("Juma", {"language": "sw"}),
        ("Barasa", {"phone": None}),
        ("Otieno", {"phone": silent}),
    ):
        estate.let_to(estate.tenant(name, **options))
    estate.do(messaging.add_opt_out, silent, source="member", now=estate.now)
    long = "Maji “yatakatwa” Ijumaa. " * 7  # quotes that are replaced: two parts of GSM 7-bit, not three of UCS-2
    seen = preview_notice(estate, WATER._replace(text_sw=long))
    assert seen.left_out == [LeftOut("no_phone", 1), LeftOut("opted_out", 1)]
    assert [(each.language, each.recipients, each.encoding, each.parts) for each in seen.texts] == [
        ("en", 1, "gsm7", 1),
        ("sw", 1, "gsm7", 2),
    ]
    assert (seen.recipients, seen.parts, seen.price_cents) == (2, 3, 3 * messaging.get_part_prices()["africastalking"])


def test_who_has_no_text_in_their_language_is_told_in_the_other(estate: Estate) -> None:
    estate.let_to(estate.tenant("Juma", language="sw"), "B1")
    (told,) = preview_notice(estate).texts
    assert (told.language, told.recipients, told.other_language) == ("en", 1, 1)
    assert told.text == "Dear Juma, water for B1 is off on Friday. Not you? Send NOT ME"


def test_what_cannot_be_replaced_makes_it_ucs_2(estate: Estate) -> None:
    estate.let_to(estate.tenant("Wanjĩrũ"), "B1")
    (told,) = preview_notice(estate, WATER._replace(text_en="Habari 中 " + "x" * 70)).texts
    assert (told.encoding, told.parts) == ("ucs2", 2)


def test_an_opt_out_holds_for_a_legal_notice_unless_the_organisation_says_so(estate: Estate) -> None:
    silent = "+254722000112"
    estate.let_to(estate.tenant(phone=silent))
    estate.do(messaging.add_opt_out, silent, source="member", now=estate.now)
    legal = WATER._replace(kind="legal_notice")
    assert preview_notice(estate, legal).recipients == 0
    with pytest.raises(Conflict):
        queue(estate, legal)
    estate.do(messaging.change_settings, None, {"legal_notices_pass_opt_out": True}, now=estate.now)
    assert preview_notice(estate, legal).recipients == 1
    assert preview_notice(estate).recipients == 0
    send(estate, legal)
    assert [message.status for message in estate.messages("legal_notice")] == ["queued"]


def test_a_notice_that_costs_more_than_was_agreed_to_is_refused(estate: Estate) -> None:
    estate.let_to(estate.tenant())
    price_cents = preview_notice(estate).price_cents
    queue(estate, limit_cents=price_cents)
    estate.let_to(estate.tenant())
    with pytest.raises(Conflict) as refused:
        queue(estate, limit_cents=price_cents)
    assert refused.value.facts == {"price": "1.60", "price_limit": "0.80"}


@pytest.mark.parametrize(
    "change",
    [
        {"text_en": ""},
        {"text_en": "Pay {amount}"},
        {"text_en": "A {tenant and {unit}"},
        {"text_en": "x" * 919},
    ],
)
def test_a_text_that_cannot_be_sent_is_refused(estate: Estate, change: dict[str, Any]) -> None:
    estate.let_to(estate.tenant())
    with pytest.raises(Invalid):
        preview_notice(estate, WATER._replace(**change))


def test_it_is_told_how_far_the_messages_have_got(estate: Estate) -> None:
    for phone in ("new", "new", None):
        estate.let_to(estate.tenant(phone=phone))
    task = queue(estate)
    before = estate.do(service.list_notices, ALL).items[0]
    assert (before.status, before.counts, before.task_id) == ("queued", NoticeCounts(), task.id)
    jobs.send_notice(estate.resources, estate.claimed(task))
    (after,) = estate.do(service.list_notices, ALL).items
    assert after == estate.do(service.get_notice, after.id)
    assert (after.status, after.counts) == ("sent", NoticeCounts(queued=2, cancelled=1))
    assert (after.recipients, after.left_out, after.price_cents) == (2, 1, 160)


def test_another_organisation_s_notice_and_property_are_not_there(estate: Estate) -> None:
    estate.let_to(estate.tenant())
    send(estate)
    (notice,) = estate.do(service.list_notices, ALL).items
    other = Estate.found(estate.resources, estate.today)
    assert isinstance(other, Estate)
    with pytest.raises(NotFound):
        other.do(service.get_notice, notice.id)
    with pytest.raises(Invalid):
        preview_notice(other, WATER._replace(property_id=estate.property_id))
    assert preview_notice(other).recipients == 0
    assert other.do(service.list_notices, ALL).items == []


def test_a_task_that_was_taken_over_tells_nobody_twice(estate: Estate) -> None:
    for _ in range(3):
        estate.let_to(estate.tenant())
    task = queue(estate)
    first = estate.claimed(task)
    estate.resources.transact(
        lambda db: service.queue_notice_set(context(db, estate.organisation_id, **estate.at()), first, 0, None)
    )
    estate.resources.clock.at += dt.timedelta(minutes=2)  # type: ignore[attr-defined]  # its claim has lapsed
    second = estate.claimed(task)
    with pytest.raises(ClaimLost):
        estate.resources.transact(
            lambda db: service.queue_notice_set(context(db, estate.organisation_id, **estate.at()), first, 0, None)
        )
    assert jobs.send_notice(estate.resources, second)["tenants"] == 3
    assert len(estate.messages("notice")) == 3


def test_more_tenants_and_notices_take_no_more_queries(estate: Estate) -> None:
    counts = []
    for tenants in (1, 5):
        for _ in range(tenants):
            estate.let_to(estate.tenant())
        with counted(estate.resources.writer) as sent:
            send(estate)
            estate.do(service.list_notices, ALL)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_phone_that_a_household_shares_is_told_the_same_once(estate: Estate) -> None:
    shared = "+254722000119"
    first, second = (estate.tenant(name, phone=shared) for name in ("Achieng", "Barasa"))
    estate.let_to(first, "A1", tenants=[first, second])
    third = estate.tenant("Chebet", phone=shared)
    estate.let_to(third, "B1")
    same = WATER._replace(text_en="Water is off on Friday.")
    seen = preview_notice(estate, same)
    assert (seen.recipients, seen.parts, seen.left_out) == (1, 1, [LeftOut("same_phone", 2)])
    task = send(estate, same)
    (told,) = estate.messages("notice")
    assert (told.tenant_id, told.address) == (first, shared)
    jobs.send_notice(estate.resources, estate.claimed(queue(estate, same)))
    assert len(estate.messages("notice")) == 2, "another notice is another matter"
    kept = estate.do(service.get_notice, UUID(task.input["notice_id"]))
    assert (kept.recipients, kept.left_out) == (1, 2)
    assert preview_notice(estate).recipients == 3, "each is called by name"


def test_a_household_is_told_once_over_the_sets_of_a_notice(estate: Estate) -> None:
    shared = "+254722000118"
    tenants = [estate.tenant(phone=shared) for _ in range(3)]
    for tenant_id in tenants:
        estate.let_to(tenant_id)
    same = WATER._replace(text_en="Water is off on Friday.")
    task = estate.claimed(queue(estate, same))
    for after in (None, *tenants[:2]):
        estate.do(_send_after, task, after)
    assert len(estate.messages("notice")) == 1


def _send_after(ctx: Context, task: Task, after: UUID | None) -> None:
    """Work a set again that another worker had begun: it finds what was said."""
    service.queue_notice_set(ctx, task, 0, after)
