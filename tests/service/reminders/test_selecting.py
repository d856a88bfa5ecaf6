"""Who is reminded of what on which day, and that nobody is twice."""

import datetime as dt
from uuid import UUID

import pytest

from chalicelib import leasing, payments, portfolio
from chalicelib.portfolio.model import NewProperty
from chalicelib.reminders import daily_run, jobs, policies, promises
from chalicelib.reminders.model import NewExclusion, NewPromise
from chalicelib.tasks.model import ClaimLost
from chalicelib.tasks.task_queue import parse_progress
from tests.contexts import context
from tests.queries import counted
from tests.service.reminders.estate import Estate

DUE = dt.date(2026, 12, 5)
DAY = dt.timedelta(days=1)


def test_each_step_is_said_once_on_its_day_by_one_message(estate: Estate) -> None:
    lease_id, invoice_id = estate.owing(DUE)
    told = {}
    for number in range(25):
        estate.at_day(dt.date(2026, 12, 1) + number * DAY)
        for _ in range(2):
            made = estate.remind()["messages"]
            if made:
                told[estate.today.day] = made
    assert told == {2: 1, 5: 1, 6: 1, 10: 1, 15: 1}
    assert estate.said() == [(invoice_id, step) for step in ("before_3", "due", "after_1", "after_5", "after_10")]
    sent = estate.messages()
    assert [message.kind for message in sent] == [
        "reminder_before", "reminder_due", "reminder_overdue", "reminder_overdue", "reminder_final",
    ]  # fmt: skip
    assert {(message.lease_id, message.property_id) for message in sent} == {(lease_id, estate.property_id)}
    assert {message.status for message in sent} == {"queued"}


def test_a_message_is_worth_sending_until_the_end_of_the_next_sending_day(estate: Estate) -> None:
    estate.policy(skip_weekends=True, before_days=())
    estate.owing(dt.date(2026, 12, 11))  # a Friday; the Saturday is Jamhuri Day besides
    estate.at_day(dt.date(2026, 12, 11))
    estate.remind()
    assert estate.messages()[0].expires_at == dt.datetime(2026, 12, 14, 21, tzinfo=dt.UTC)  # Monday's midnight


def test_nothing_is_said_on_a_holiday_nor_without_a_policy(estate: Estate) -> None:
    estate.owing(DUE)
    estate.do(policies.add_holiday, dt.date(2026, 12, 6), "Gazetted late", now=estate.now)
    estate.at_day(dt.date(2026, 12, 6))
    assert estate.remind()["messages"] == 0
    estate.policy(enabled=False)
    estate.at_day(dt.date(2026, 12, 7))
    assert estate.remind()["messages"] == 0
    estate.policy()
    assert estate.remind()["messages"] == 1
    assert [step for _, step in estate.said()] == ["after_1"]


def test_invoices_of_all_leases_of_a_tenant_are_one_message(estate: Estate) -> None:
    tenant_id = estate.tenant()
    house = estate.do(portfolio.add_property, NewProperty("Pendo Flats"), now=estate.now).id
    one, other = estate.let_to(tenant_id), estate.let_to(tenant_id, property_id=house)
    invoices = {estate.owe(one, DUE), estate.owe(one, DUE, 500_00), estate.owe(other, DUE)}
    someone_else, theirs = estate.owing(DUE)
    estate.at_day(DUE)
    assert estate.remind() == {"on": "2026-12-05", "tenants": 2, "messages": 2, "promises_settled": 0}
    sent = {message.tenant_id: message for message in estate.messages()}
    assert (sent[tenant_id].lease_id, sent[tenant_id].property_id) == (None, None)
    assert {invoice_id for invoice_id, _ in estate.said()} == invoices | {theirs}
    assert someone_else in {message.lease_id for message in sent.values()}


def test_what_is_overdue_is_told_by_itself_and_the_rest_a_day_later(estate: Estate) -> None:
    tenant_id = estate.tenant()
    old, coming = estate.owe(estate.let_to(tenant_id), DUE), estate.owe(estate.let_to(tenant_id), DUE + 4 * DAY)
    estate.policy(on_due_day=False)
    estate.at_day(DUE + DAY)  # one was due yesterday, the other is in three days
    estate.remind()
    assert estate.said() == [(old, "after_1")]
    estate.at_day(DUE + 2 * DAY)
    estate.remind()
    assert estate.said() == [(old, "after_1"), (coming, "before_3")]
    assert [message.kind for message in estate.messages()] == ["reminder_overdue", "reminder_before"]


def test_of_a_lease_with_two_tenants_the_first_is_told(estate: Estate) -> None:
    first, second = estate.tenant("Achieng"), estate.tenant("Barasa")
    estate.owe(estate.let_to(first, tenants=[first, second]), DUE)
    estate.at_day(DUE)
    estate.remind()
    assert [message.tenant_id for message in estate.messages()] == [first]


def test_a_tenant_without_a_phone_is_shown_as_not_told(estate: Estate) -> None:
    estate.owing(DUE, phone=None)
    estate.at_day(DUE)
    assert estate.remind()["messages"] == 1
    (message,) = estate.messages()
    assert (message.status, message.reason, message.address) == ("cancelled", "no_phone", None)


def test_an_erased_tenant_is_never_told(estate: Estate) -> None:
    lease_id, _ = estate.owing(DUE)
    with estate.resources.reading() as db:
        lease = leasing.get_lease(context(db, estate.organisation_id, today=estate.today), lease_id)
    estate.terminate(lease_id, dt.date(2026, 12, 2))
    estate.at_day(DUE)
    estate.do(leasing.anonymise_tenant, lease.tenant_id, now=estate.now, today=estate.today)
    assert estate.remind()["messages"] == 0
    assert estate.messages() == []


def test_what_is_below_the_least_is_not_asked_for(estate: Estate) -> None:
    estate.policy(minimum_cents=1_000_00)
    lease_id, _ = estate.owing(DUE, 600_00)
    estate.at_day(DUE)
    assert estate.remind()["messages"] == 0
    estate.owe(lease_id, DUE, 400_00)
    assert estate.remind()["messages"] == 1, "both together are enough"


def test_what_is_paid_is_not_reminded_of(estate: Estate) -> None:
    lease_id, _ = estate.owing(DUE)
    estate.pay(lease_id, 15_000_00)
    estate.at_day(DUE)
    assert estate.remind() == {"on": "2026-12-05", "tenants": 0, "messages": 0, "promises_settled": 0}


def test_what_a_payment_that_waits_would_pay_is_not_asked_for_until_it_is_rejected(estate: Estate) -> None:
    lease_id, _ = estate.owing(DUE)
    estate.at_day(DUE)
    code = {"method": "mpesa", "provider_reference": "SLK4H7R2QX"}
    paid = estate.pay(lease_id, 15_000_00, **code)
    other, _ = estate.owing(DUE)
    estate.pay(other, 5_000_00, **code | {"provider_reference": "SLK4H7R2QY"})
    assert (paid.state, estate.remind()["messages"]) == ("pending", 1)
    assert "10,000" in (estate.texts()[0] or "")
    estate.do(payments.reject_payment, paid.id, reason="No such payment", **estate.at())
    estate.at_day(DUE + dt.timedelta(days=1))
    estate.remind()
    assert {message.lease_id for message in estate.messages()} == {lease_id, other}


def test_whoever_is_left_out_or_has_promised_is_not_reminded_until_that_is_over(estate: Estate) -> None:
    excluded, _ = estate.owing(DUE)
    promised, _ = estate.owing(DUE)
    exclusion = NewExclusion(excluded, "pays by bank", DUE + DAY)
    estate.do(promises.put_exclusion, exclusion, **estate.at())
    said = NewPromise(promised, 15_000_00, DUE + DAY)
    estate.do(promises.add_promise, said, **estate.at())
    for day in (DUE, DUE + DAY):
        estate.at_day(day)
        assert estate.remind()["messages"] == 0
    estate.at_day(DUE + 2 * DAY)
    assert estate.remind() == {"on": "2026-12-07", "tenants": 2, "messages": 2, "promises_settled": 1}


def test_a_tenant_who_was_told_today_is_told_of_what_came_up_since_tomorrow(estate: Estate) -> None:
    lease_id, first = estate.owing(DUE)
    estate.at_day(DUE)
    estate.remind()
    later = estate.owe(lease_id, DUE, 700_00)
    assert estate.remind()["messages"] == 0
    assert estate.said() == [(first, "due")]
    estate.at_day(DUE + DAY)
    estate.remind()
    assert set(estate.said()[1:]) == {(first, "after_1"), (later, "after_1")}


def test_another_organisation_s_invoices_are_not_touched(estate: Estate) -> None:
    other = Estate.found(estate.resources, estate.today)
    assert isinstance(other, Estate)
    other.policy()
    other.owing(DUE)
    estate.at_day(DUE)
    other.today = DUE
    assert estate.remind()["messages"] == 0
    assert other.remind()["messages"] == 1


@pytest.fixture
def small_sets(estate: Estate) -> Estate:
    """Seven tenants who are due, by id."""
    for _ in range(7):
        estate.owing(DUE)
    estate.at_day(DUE)
    return estate


def due_tenants(estate: Estate, after: UUID | None = None) -> list[UUID]:
    with estate.resources.reading() as db:
        plan = daily_run.plan_day(context(db, estate.organisation_id, today=estate.today))
        assert plan is not None
        return daily_run.list_due_tenants(context(db, estate.organisation_id), plan, after)


def test_a_run_that_was_killed_is_gone_on_with_from_where_it_had_committed(small_sets: Estate) -> None:
    estate = small_sets
    task = estate.do(daily_run.queue_reminders, DUE, now=estate.resources.clock.now())
    first = estate.claimed(task)
    tenants = due_tenants(estate)
    with estate.resources.reading() as db:
        plan = daily_run.plan_day(context(db, estate.organisation_id, today=DUE))
    assert plan is not None
    begun = parse_progress(first)
    done = estate.resources.transact(
        lambda db: daily_run.queue_reminder_set(
            context(db, estate.organisation_id, now=estate.resources.clock.now(), today=DUE),
            first,
            plan,
            tenants[:3],
            begun,
            7,
        )
    )
    assert done == (tenants[2], 3, 3)

    estate.resources.clock.at += dt.timedelta(minutes=2)  # type: ignore[attr-defined]  # its claim has lapsed
    second = estate.claimed(task)
    assert parse_progress(second) == done
    assert due_tenants(estate, done.after) == tenants[3:]
    with pytest.raises(ClaimLost):  # the first was only slow
        estate.resources.transact(
            lambda db: daily_run.queue_reminder_set(
                context(db, estate.organisation_id, now=estate.resources.clock.now(), today=DUE),
                first,
                plan,
                tenants[3:5],
                done,
                7,
            )
        )
    assert len(estate.messages()) == 3, "the set that it lost left nothing"
    assert jobs.remind(estate.resources, second)["messages"] == 7
    assert len(estate.messages()) == 7
    assert {message.tenant_id for message in estate.messages()} == set(tenants)


def test_more_tenants_and_leases_take_no_more_queries(estate: Estate) -> None:
    counts = []
    for tenants in (1, 6):
        for _ in range(tenants):
            lease_id, _ = estate.owing(estate.today + 3 * DAY)
            estate.owe(lease_id, estate.today + 3 * DAY, 300_00)
        with counted(estate.resources.writer) as sent:
            assert estate.remind()["messages"] == tenants
        counts.append(len(sent))
        estate.at_day(estate.today + 30 * DAY)
    assert counts[0] == counts[1]
