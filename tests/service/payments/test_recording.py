"""Recording, confirming, rejecting and matching payments."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from chalicelib import ledger, payments, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.payments import rules
from chalicelib.portfolio.model import NewChannel
from tests.money import ALL, FIRST, Money

JUNE, JULY = dt.date(2026, 6, 1), dt.date(2026, 7, 1)


def open_cents(books: Money, lease_id: UUID) -> list[int]:
    return [line.open_cents for line in books.lines(lease_id)]


def fields(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {each["field"] for each in error.value.facts["errors"]}


def test_the_oldest_line_is_paid_first_and_the_next_in_part(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    books.today = JULY
    books.bill(JULY)
    payment = books.pay(lease_id, 14_000_00)
    assert (payment.state, payment.unallocated_cents, payment.allocated_cents) == ("matched", 0, 14_000_00)
    assert open_cents(books, lease_id) == [0, 6_000_00]
    assert [invoice.status for invoice in books.invoices(lease_id)] == ["paid", "part_paid"]


def test_the_purpose_that_the_payer_named_comes_first(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    books.invoice(lease_id, ("water", 800_00))
    books.pay(lease_id, 1_000_00, purpose="water")
    assert open_cents(books, lease_id) == [9_800_00, 0]


def test_what_is_paid_too_much_is_credit_and_meets_the_next_bill_by_itself(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    paid = books.pay(lease_id, 16_000_00)
    assert paid.unallocated_cents == 6_000_00
    books.today = JULY
    books.bill(JULY)
    assert books.payment(paid.id).unallocated_cents == 0
    assert open_cents(books, lease_id) == [0, 4_000_00]
    assert [(row.amount_cents, row.allocated_on) for row in books.allocations(paid.id)] == [
        (10_000_00, JUNE),
        (6_000_00, JULY),  # not before the line was asked for
    ]


def test_a_receipt_is_numbered_for_each_payment_that_counts(books: Money) -> None:
    lease_id = books.let()
    books.pay(lease_id, 500_00)
    books.pay(lease_id, 700_00)
    assert [(receipt.number, receipt.amount_cents) for receipt in books.receipts(lease_id)] == [
        (1, 500_00),
        (2, 700_00),
    ]


@pytest.mark.parametrize("method", ["cash", "bank", "cheque"])
def test_a_caretakers_payment_posts_nothing_until_it_is_confirmed(books: Money, method: str) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    who = {"role": "caretaker", "within": frozenset({books.property_id})}
    payment = books.pay(lease_id, 10_000_00, method=method, who=who)
    assert (payment.state, payment.unallocated_cents) == ("pending", 0)
    assert open_cents(books, lease_id) == [10_000_00]
    assert journals_of(books, payment.id) == []
    assert books.receipts(lease_id) == []
    confirmed = books.confirm(payment.id)
    assert (confirmed.state, confirmed.allocated_cents) == ("matched", 10_000_00)
    assert open_cents(books, lease_id) == [0]
    assert journals_of(books, payment.id) == ["payment", "allocation"]
    with pytest.raises(Conflict):
        books.confirm(payment.id)


def journals_of(books: Money, payment_id: UUID) -> list[str]:
    page = books.do(ledger.list_journals, ALL, source_id=payment_id)
    return [journal.kind for journal in sorted(page.items, key=lambda each: each.id)]


def test_a_caretaker_records_only_for_the_named_properties(books: Money) -> None:
    lease_id = books.let()
    elsewhere = {"role": "caretaker", "within": frozenset({uuid4()})}
    for lease, field in ((lease_id, "lease_id"), (None, "lease_id")):
        with pytest.raises(Invalid) as error:
            books.pay(lease, 500_00, who=elsewhere)
        assert fields(error) == {field}
    assert books.do(payments.list_payments, ALL).items == []


def test_a_caretaker_records_what_came_in_these_days(books: Money) -> None:
    lease_id = books.let()
    books.today = FIRST + dt.timedelta(days=20)
    who = {"role": "caretaker", "within": frozenset({books.property_id})}
    week = dt.timedelta(days=rules.CARETAKER_DAYS)
    assert books.pay(lease_id, 500_00, who=who, received_on=books.today - week).state == "pending"
    for day in (books.today - week - dt.timedelta(days=1), dt.date(1990, 1, 1)):
        with pytest.raises(Invalid) as error:
            books.pay(lease_id, 500_00, who=who, received_on=day)
        assert fields(error) == {"received_on"}
    books.pay(lease_id, 500_00, received_on=books.today - week - dt.timedelta(days=1))  # the office may
    books.today = FIRST - dt.timedelta(days=2)  # whoever moves in pays before
    assert books.pay(lease_id, 500_00, who=who, received_on=books.today).state == "pending"


def test_money_is_not_received_ages_ago_nor_long_before_its_lease(books: Money) -> None:
    lease_id = books.let()
    year = dt.timedelta(days=365)
    assert books.pay(lease_id, 500_00, received_on=FIRST - year).state == "matched"
    assert books.pay(None, 500_00, received_on=books.today - 9 * year).state == "unmatched"
    for lease, day in ((lease_id, FIRST - year - dt.timedelta(days=1)), (None, dt.date(1990, 1, 1))):
        with pytest.raises(Invalid) as error:
            books.pay(lease, 500_00, received_on=day)
        assert fields(error) == {"received_on"}


def test_a_caretaker_sees_only_payments_of_the_named_properties(books: Money) -> None:
    payment = books.pay(books.let(), 500_00)
    unmatched = books.pay(None, 700_00)
    here, elsewhere = frozenset({books.property_id}), frozenset({uuid4()})
    assert [each.id for each in books.do(payments.list_payments, ALL, within=here).items] == [payment.id]
    assert books.do(payments.list_payments, ALL, within=elsewhere).items == []
    assert books.do(payments.get_payment, payment.id, within=here).id == payment.id
    for hidden, within in ((payment.id, elsewhere), (unmatched.id, here)):
        with pytest.raises(NotFound):
            books.do(payments.get_payment, hidden, within=within)


def test_an_mpesa_code_typed_by_hand_waits_whoever_typed_it(books: Money) -> None:
    payment = books.pay(books.let(), 500_00, method="mpesa", provider_reference=" sfc7 xyz ")
    assert (payment.state, payment.provider_reference) == ("pending", "SFC7XYZ")


def test_a_rejected_payment_counts_for_nothing_and_frees_its_reference(books: Money) -> None:
    lease_id = books.let()
    typed = {"method": "mpesa", "provider_reference": "SFC7XYZ"}
    wrong = books.pay(lease_id, 500_00, **typed)
    rejected = books.reject(wrong.id)
    assert (rejected.state, rejected.provider_reference, rejected.reference_raw) == ("rejected", "SFC7XYZ", "")
    assert books.pay(lease_id, 5_000_00, **typed).provider_reference == "SFC7XYZ"
    for refused in (books.confirm, books.reject, books.reverse):
        with pytest.raises(Conflict):
            refused(wrong.id)


def test_the_same_reference_on_the_same_channel_names_the_first_payment(books: Money) -> None:
    lease_id = books.let()
    first = books.pay(lease_id, 500_00, method="bank", provider_reference="FT-1")
    with pytest.raises(Conflict) as error:
        books.pay(lease_id, 500_00, method="bank", provider_reference="ft-1")
    assert error.value.facts["payment_id"] == str(first.id)
    other = books.do(portfolio.add_channel, NewChannel("bank", "Second account", "0110"), now=books.now)
    assert books.pay(lease_id, 1_00, method="bank", provider_reference="FT-1", channel_id=other.id).state == "matched"
    assert [each.amount_cents for each in books.receipts(lease_id)] == [500_00, 1_00]


def test_money_without_a_lease_waits_until_it_is_matched(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    payment = books.pay(None, 12_000_00, method="bank", payer_name="J OTIENO")
    assert (payment.state, payment.unallocated_cents) == ("unmatched", 12_000_00)
    assert books.broken() == []
    books.today = dt.date(2026, 6, 20)
    matched = books.match(payment.id, lease_id)
    assert (matched.state, matched.unallocated_cents, matched.property_id) == ("matched", 2_000_00, books.property_id)
    assert [row.allocated_on for row in books.allocations(payment.id)] == [JUNE]
    assert [receipt.amount_cents for receipt in books.receipts(lease_id)] == [12_000_00]
    with pytest.raises(Conflict):
        books.match(payment.id, lease_id)


def test_a_tenant_stands_for_their_only_running_lease(books: Money) -> None:
    lease_id = books.let()
    tenant_id = books.invoice(lease_id, ("water", 100_00)).tenant_id
    assert books.pay(None, 100_00, tenant_id=tenant_id).lease_id == lease_id
    books.terminate(lease_id, JUNE)
    books.today = dt.date(2026, 6, 2)
    with pytest.raises(Invalid) as error:
        books.pay(None, 100_00, tenant_id=tenant_id)
    assert fields(error) == {"tenant_id"}


def test_an_opening_credit_comes_in_by_no_channel_and_gets_no_receipt(books: Money) -> None:
    lease_id = books.let(10_000_00)
    payment = books.opening_credit(lease_id, 4_000_00)
    assert (payment.method, payment.channel_id, payment.unallocated_cents) == ("opening", None, 4_000_00)
    assert books.receipts(lease_id) == []
    books.bill(JUNE)
    assert open_cents(books, lease_id) == [6_000_00]
    assert books.reverse(payment.id).state == "reversed"
    assert open_cents(books, lease_id) == [10_000_00]


def test_a_day_to_come_and_nothing_at_all_are_refused(books: Money) -> None:
    lease_id = books.let()
    for amount_cents in (0, -100):
        with pytest.raises(Invalid) as error:
            books.pay(lease_id, amount_cents)
        assert fields(error) == {"amount"}
    with pytest.raises(Invalid) as error:
        books.pay(lease_id, 100, received_on=FIRST + dt.timedelta(days=1))
    assert fields(error) == {"received_on"}
    with pytest.raises(Invalid) as error:
        books.pay(lease_id, 100, method="mpesa")
    assert fields(error) == {"provider_reference"}


def test_another_organisations_ids_are_refused_and_nothing_is_written(books: Money) -> None:
    theirs = Money.found(books.resources)
    their_lease = theirs.let()
    their_payment = theirs.pay(their_lease, 500_00)
    their_tenant = theirs.invoice(their_lease, ("water", 100_00)).tenant_id
    lease_id = books.let()
    for lease, values, field in (
        (their_lease, {}, "lease_id"),
        (lease_id, {"channel_id": their_payment.channel_id}, "channel_id"),
        (None, {"tenant_id": their_tenant}, "tenant_id"),
    ):
        with pytest.raises(Invalid) as error:
            books.pay(lease, 500_00, **values)
        assert fields(error) == {field}
    for refused in (books.confirm, books.reject, books.reverse, lambda each: books.allocate(each, None)):
        with pytest.raises(NotFound):
            refused(their_payment.id)
    with pytest.raises(NotFound):
        books.match(their_payment.id, lease_id)
    with pytest.raises(Invalid):
        books.match(books.pay(None, 100).id, their_lease)
    assert len(books.do(payments.list_payments, ALL).items) == 1
    assert theirs.broken() == []


def test_a_channel_must_fit_the_method_and_be_in_use(books: Money) -> None:
    lease_id = books.let()
    cash_box = books.pay(lease_id, 100).channel_id
    with pytest.raises(Invalid) as error:
        books.pay(lease_id, 100, method="bank", channel_id=cash_box)
    assert fields(error) == {"channel_id"}
    books.do(portfolio.change_channel, cash_box, None, {"active": False})
    with pytest.raises(Invalid):
        books.pay(lease_id, 100, channel_id=cash_box)


def test_several_fitting_channels_must_be_told_apart_unless_the_property_has_one(books: Money) -> None:
    lease_id = books.let()
    made = [
        books.do(portfolio.add_channel, NewChannel("bank", "Account", number), now=books.now)
        for number in ("0110", "0220")
    ]
    with pytest.raises(Invalid):
        books.pay(lease_id, 100, method="bank")
    books.do(portfolio.change_property, books.property_id, None, {"channel_id": made[1].id})
    assert books.pay(lease_id, 100, method="bank").channel_id == made[1].id


def test_money_of_a_closed_month_counts_from_the_open_one(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    books.today = JULY
    books.close_month(JUNE)
    payment = books.pay(lease_id, 10_000_00, received_on=dt.date(2026, 6, 20))
    page = books.do(ledger.list_journals, ALL, source_id=payment.id)
    assert {journal.effective_on for journal in page.items} == {JULY}
    assert [row.allocated_on for row in books.allocations(payment.id)] == [JULY]
    assert (payment.received_on, payment.posted_on, payment.matched_on) == (dt.date(2026, 6, 20), JULY, JULY)


def test_money_matched_once_its_month_is_closed_counts_for_the_lease_from_the_open_one(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    payment = books.pay(None, 10_000_00)
    posted_on = books.today
    books.today = JULY
    books.close_month(JUNE)
    matched = books.match(payment.id, lease_id)
    assert (matched.posted_on, matched.matched_on) == (posted_on, JULY)
    page = books.do(ledger.list_journals, ALL, source_id=payment.id)
    days = {journal.kind: journal.effective_on for journal in page.items}
    assert days == {"payment": posted_on, "match": JULY, "allocation": JULY}
    assert books.broken() == []
    books.reverse(payment.id)
    assert books.broken() == []
