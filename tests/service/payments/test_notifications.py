"""What a tenant is told of their money, when, and what is kept from being told."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from chalicelib import leasing, messaging, payments
from chalicelib.leasing.model import NewLease
from chalicelib.leasing.tenant_model import NewTenant
from chalicelib.messaging.model import Message
from chalicelib.payments.model import NewPayment, Payment
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.messaging import messages
from tests.contexts import context
from tests.money import FIRST, Money
from tests.queries import counted

DAY = dt.timedelta(days=1)


class Told(Money):
    """Books whose tenants can be reached."""

    def reach(self, rent_cents: int = 10_000_00, **person: Any) -> UUID:
        """Let a unit to a tenant of whom ``person`` is known, and return the lease."""
        known = NewTenant(**{"given_name": "Otieno", "phones": ["0712000001"], **person})
        who = self.do(leasing.add_tenant, known, keys=self.resources.keys, now=self.now)
        new = NewLease(self.unit(rent_cents), [who.id], FIRST, rent_cents, billed_from=FIRST.replace(day=1))
        return self.do(leasing.add_lease, new, **self.at()).id

    def entered(self, lease_id: UUID, amount_cents: int = 500_00, **values: Any) -> Payment:
        """Record a payment as a caretaker does."""
        who = {"role": "caretaker", "within": frozenset({self.property_id})}
        return self.pay(lease_id, amount_cents, who=who, **values)

    def outbox(self, kind: str | None = None, medium: str = "sms") -> list[Message]:
        """Return the messages of the medium, the oldest first."""
        query = select(*(messages.c[name] for name in Message._fields))
        mine = (messages.c.organisation_id == self.organisation_id) & (messages.c.medium == medium)
        with self.resources.reading() as db:
            found = [Message(**row._mapping) for row in db.execute(query.where(mine).order_by(messages.c.id))]
        return [each for each in found if kind in (None, each.kind)]

    def sent(self, *kinds: str) -> None:
        """Let the messages of the kinds have been sent."""
        with self.resources.writing() as db:
            mine = (messages.c.organisation_id == self.organisation_id) & messages.c.kind.in_(kinds)
            db.execute(update(messages).where(mine).values(status="sent"))


@pytest.fixture
def books(resources: Resources) -> Iterator[Told]:
    made = Told.found(resources)
    yield made
    assert made.broken() == []


def shown(messages_: list[Message]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.status, each.reason) for each in messages_]


def test_a_payment_is_told_with_its_receipt_and_what_is_still_owed(books: Told) -> None:
    lease_id = books.reach(15_000_00)
    books.bill(FIRST)
    payment = books.pay(lease_id, 9_500_50, method="bank", provider_reference="FT2611")
    (told,) = books.outbox()
    lease = books.do(leasing.get_lease, lease_id, today=books.today)
    assert (told.kind, told.status, told.address, told.language) == ("receipt", "queued", "+254712000001", "en")
    assert (told.tenant_id, told.lease_id, told.property_id) == (lease.tenant_id, lease_id, books.property_id)
    assert told.dedupe_key == f"receipt:{payment.id}"
    assert told.expires_at == told.created_at + 2 * DAY
    assert told.text is not None
    for said in ("Otieno", "KES 9,500.50", "FT2611", "KES 5,499.50", lease.unit_name, "Mwangaza Court"):
        assert said in told.text, told.text
    assert f" {books.receipts(lease_id)[0].number}" in told.text


def test_what_is_paid_too_much_is_told_as_credit_in_the_tenants_language(books: Told) -> None:
    lease_id = books.reach(language="sw")
    books.bill(FIRST)
    books.pay(lease_id, 10_300_00)
    (told,) = books.outbox()
    assert told.language == "sw"
    assert "KES 0 (ziada KES 300)" in str(told.text)
    assert "taslimu" in str(told.text)


def test_the_first_phone_is_told_and_an_address_gets_a_letter(books: Told) -> None:
    lease_id = books.reach(phones=["0712000001", "0712000002"], email="otieno@example.co.ke")
    payment = books.pay(lease_id, 500_00)
    assert [each.address for each in books.outbox()] == ["+254712000001"]
    (letter,) = books.outbox(medium="email")
    assert (letter.kind, letter.address) == ("receipt", "otieno@example.co.ke")
    assert letter.dedupe_key == f"receipt:{payment.id}:email"
    assert "KES 500" in letter.subject
    assert "Dear Otieno" in str(letter.text)
    assert "01/06/2026" in str(letter.text)


def test_who_has_no_phone_or_wants_nothing_is_shown_as_not_told(books: Told) -> None:
    silent = books.reach(phones=["0712000009"])
    books.do(messaging.add_opt_out, "+254712000009", source="member", now=books.now)
    books.pay(silent, 500_00)
    books.pay(books.reach(phones=[]), 600_00)
    assert shown(books.outbox()) == [("receipt", "cancelled", "opted_out"), ("receipt", "cancelled", "no_phone")]


def test_money_without_a_lease_is_told_once_it_is_matched(books: Told) -> None:
    payment = books.pay(None, 500_00)
    assert books.outbox() == []
    books.today += 40 * DAY  # the tenant has waited for it
    books.match(payment.id, books.reach())
    assert [each.dedupe_key for each in books.outbox()] == [f"receipt:{payment.id}"]


@pytest.mark.parametrize(("days_ago", "told"), [(3, 1), (4, 0), (300, 0)])
def test_a_landlord_who_enters_last_years_payments_texts_nobody(books: Told, days_ago: int, told: int) -> None:
    lease_id = books.reach(email="otieno@example.co.ke")
    payment = books.pay(lease_id, 500_00, received_on=books.today - days_ago * DAY)
    assert len(books.outbox()) == len(books.outbox(medium="email")) == told
    books.sent("receipt")
    books.reverse(payment.id)
    assert len(books.outbox("reversal")) == told


def test_opening_credit_and_credit_that_meets_a_bill_are_told_to_nobody(books: Told) -> None:
    lease_id = books.reach()
    books.opening_credit(lease_id, 12_000_00)
    books.bill(FIRST)
    assert [line.open_cents for line in books.lines(lease_id)] == [0]
    assert books.outbox() == []


def test_the_erased_are_told_nothing(books: Told) -> None:
    lease_id = books.reach()
    books.terminate(lease_id, FIRST)
    books.today += DAY
    lease = books.do(leasing.get_lease, lease_id, today=books.today)
    books.do(leasing.anonymise_tenant, lease.tenant_id, **books.at())
    books.pay(lease_id, 500_00)
    assert len(books.receipts(lease_id)) == 1
    assert books.outbox() == []


def test_what_a_caretaker_records_is_told_at_once_and_its_receipt_when_it_counts(books: Told) -> None:
    lease_id = books.reach()
    payment = books.entered(lease_id)
    (entry,) = books.outbox()
    assert (entry.kind, entry.dedupe_key) == ("recorded", f"recorded:{payment.id}")
    assert "KES 500" in str(entry.text)
    books.sent("recorded")
    books.today += 10 * DAY  # the manager was away; it was news when it was entered
    books.confirm(payment.id)
    assert shown(books.outbox()) == [("recorded", "sent", ""), ("receipt", "queued", "")]


def test_a_caretakers_entries_text_a_tenant_once_a_day(books: Told) -> None:
    lease_id, other = books.reach(), books.reach()
    first, second, third = (books.entered(lease_id, cents) for cents in (500_00, 600_00, 700_00))
    assert [each.dedupe_key for each in books.outbox()] == [f"recorded:{first.id}"]
    books.entered(other)
    assert len(books.outbox("recorded")) == 2
    books.sent("recorded")
    books.reject(third.id)  # of which they never heard
    books.confirm(second.id)
    assert [each.kind for each in books.outbox()] == ["recorded", "recorded", "receipt"]
    books.today += DAY
    tomorrow = books.entered(lease_id)
    assert books.outbox("recorded")[-1].dedupe_key == f"recorded:{tomorrow.id}"


def test_an_entry_whose_text_was_taken_back_leaves_room_for_the_next(books: Told) -> None:
    lease_id = books.reach()
    books.confirm(books.entered(lease_id).id)
    again = books.entered(lease_id)
    assert [(each.dedupe_key, each.status) for each in books.outbox("recorded")][1:] == [
        (f"recorded:{again.id}", "queued")
    ]


def test_an_entry_that_was_not_told_yet_is_told_by_its_receipt(books: Told) -> None:
    payment = books.entered(books.reach())
    books.confirm(payment.id)
    assert shown(books.outbox()) == [("recorded", "cancelled", "confirmed"), ("receipt", "queued", "")]


def test_a_rejected_entry_is_told_to_those_who_heard_of_it(books: Told) -> None:
    heard, unheard = (books.entered(books.reach()) for _ in range(2))
    books.reject(unheard.id)
    assert shown(books.outbox()) == [("recorded", "queued", ""), ("recorded", "cancelled", "rejected")]
    books.sent("recorded")
    books.reject(heard.id)
    (told,) = books.outbox("rejected")
    assert told.dedupe_key == f"rejected:{heard.id}"
    assert "KES 500" in str(told.text)


def test_an_mpesa_code_that_a_manager_typed_is_told_when_it_counts(books: Told) -> None:
    payment = books.pay(books.reach(), 500_00, method="mpesa", provider_reference="SFC7XYZ")
    assert books.outbox() == []
    books.confirm(payment.id)
    (told,) = books.outbox()
    assert "SFC7XYZ" in str(told.text)


def test_a_reversal_is_told_by_the_ways_that_its_receipt_was(books: Told) -> None:
    lease_id = books.reach(email="otieno@example.co.ke")
    books.bill(FIRST)
    payment = books.pay(lease_id, 4_000_00, method="cheque", provider_reference="000123")
    books.sent("receipt")
    books.reverse(payment.id)
    (told,) = books.outbox("reversal")
    (letter,) = books.outbox("reversal", "email")
    assert told.dedupe_key == f"reversal:{payment.id}"
    assert letter.dedupe_key == f"reversal:{payment.id}:email"
    for said in ("KES 4,000", "000123"):
        assert said in str(told.text)
        assert said in str(letter.text)
    assert "Balance now: KES 10,000" in str(letter.text)


def test_a_receipt_that_still_waits_is_withdrawn_and_nothing_is_told(books: Told) -> None:
    payment = books.pay(books.reach(email="otieno@example.co.ke"), 500_00)
    books.reverse(payment.id)
    assert shown(books.outbox()) == [("receipt", "cancelled", "reversed")]
    assert shown(books.outbox(medium="email")) == [("receipt", "cancelled", "reversed")]


@pytest.mark.parametrize("status", ["handed", "delivered", "unknown"])
def test_what_may_have_been_told_is_taken_back_aloud(books: Told, status: str) -> None:
    payment = books.pay(books.reach(), 500_00)
    with books.resources.writing() as db:
        mine = messages.c.organisation_id == books.organisation_id
        db.execute(update(messages).where(mine).values(status=status))
    books.reverse(payment.id)
    assert len(books.outbox("reversal")) == 1


def test_a_payment_that_is_refused_tells_nothing(books: Told) -> None:
    lease_id = books.reach()
    books.pay(lease_id, 500_00, method="bank", provider_reference="FT1")
    with pytest.raises(Exception, match="with this reference"):
        books.pay(lease_id, 500_00, method="bank", provider_reference="FT1")
    assert len(books.outbox()) == 1


def test_what_is_undone_with_its_transaction_was_never_told(books: Told) -> None:
    lease_id = books.reach()
    values = NewPayment("cash", 500_00, books.today, lease_id)

    class Undo(Exception):
        """Ends the transaction."""

    def work(db: Any) -> None:
        payments.record_payment(context(db, books.organisation_id, **books.at()), values)
        raise Undo

    with pytest.raises(Undo):
        books.resources.transact(work)
    assert books.outbox() == []


def test_telling_a_payment_takes_as_many_statements_with_a_letter_as_without(books: Told) -> None:
    told = [books.reach(phones=[f"071200000{place}"], email=email) for place, email in ((1, None), (2, "a@b.co.ke"))]
    books.pay(told[0], 100)  # the first payment of all makes its channel, counter and accounts

    def statements(lease_id: UUID, received_on: dt.date) -> int:
        with counted(books.resources.writer) as sent:
            books.pay(lease_id, 100, received_on=received_on)
        return len(sent)

    assert len({statements(each, books.today) for each in told}) == 1


def test_nobody_withdraws_what_is_anothers(books: Told, resources: Resources) -> None:
    other = Told.found(resources)
    payment = books.pay(books.reach(), 500_00)
    books.sent("receipt")
    keys = [f"receipt:{payment.id}"]
    assert other.do(messaging.cancel_messages, keys, reason="reversed", now=other.now) == set()
    assert books.do(messaging.cancel_messages, keys, reason="reversed", now=books.now) == set(keys)
