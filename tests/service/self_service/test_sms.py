"""What an SMS does and is answered: by word, language and organisation, once for each message."""

import datetime as dt

import pytest

from chalicelib import leasing
from chalicelib.delivery import tracking
from chalicelib.delivery.tracking import IncomingSms
from chalicelib.self_service import jobs
from tests.queries import counted
from tests.service.self_service.conftest import House, Phone, texts

JUNE = dt.date(2026, 6, 1)


def test_a_balance_is_what_is_owed_now_and_follows_a_payment(house: House, phone: Phone) -> None:
    lease_id = house.let(house.tenant(phone.number))
    assert phone.text("balance") == "balance"
    house.books.bill(JUNE)
    phone.text("BAL")
    house.books.pay(lease_id, 4_000_00)
    phone.text("Balance please")
    house.books.pay(lease_id, 6_500_00)
    phone.text("+balance")
    assert texts(house.replies()) == [
        "Mwangaza Court A1: nothing owed.",
        "Mwangaza Court A1: KES 10,000 owed, was due 5 Jun.",
        "Mwangaza Court A1: KES 6,000 owed, was due 5 Jun.",
        "Mwangaza Court A1: nothing owed. Next due 5 Jul. Credit KES 500.",
    ]


def test_the_word_decides_the_language_and_else_the_tenant(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number, language="sw"))
    for text in ("salio", "balance", "hello"):
        phone.text(text)
    assert [each.language for each in house.replies()] == ["sw", "en", "sw"]
    assert texts(house.replies())[0] == "Mwangaza Court A1: hudaiwi chochote."
    assert texts(house.replies())[2].startswith("Hatukuelewa. Tuma: SALIO, RISITI, TATIZO na kilichoharibika,")
    assert texts(house.replies())[2].endswith("MAHALI, SI MIMI, ACHA, ANZA, MSAADA.")


def test_a_reply_is_an_urgent_message_of_the_organisation_to_that_phone(house: House, phone: Phone) -> None:
    lease_id = house.let(house.tenant(phone.number))
    phone.text("TATIZO bomba linavuja", "ref-1")
    [reply] = house.replies()
    assert (reply.kind, reply.address, reply.status) == ("reply", phone.number, "queued")
    assert (reply.dedupe_key, reply.lease_id) == ("reply:africastalking:ref-1", lease_id)
    assert reply.send_after_at == phone.now
    assert reply.expires_at == phone.now + dt.timedelta(hours=2)


def test_nobodys_phone_is_answered_nothing(house: House, phone: Phone) -> None:
    for text in ("balance", "TATIZO taa", "hello", "PLACES", "NOT ME"):
        assert phone.text(text) == ""
    assert phone.text("STOP") == "stop"  # which holds for whoever enters the number later
    assert house.replies() == phone.told() == []
    assert house.opted_out(phone.number)
    assert phone.text("START") == "start"
    assert not house.opted_out(phone.number)


def test_an_erased_tenants_phone_is_nobodys(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    house.let(tenant_id, ends_on=dt.date(2026, 3, 31))
    house.books.do(leasing.anonymise_tenant, tenant_id, **house.books.at())
    assert phone.text("balance") == ""
    assert house.replies() == []


def test_the_last_receipt_is_told(house: House, phone: Phone) -> None:
    lease_id = house.let(house.tenant(phone.number))
    assert phone.text("receipt") == "receipt"
    house.books.pay(lease_id, 3_000_00)
    house.books.pay(lease_id, 4_000_50)
    phone.text("risiti")
    assert texts(house.replies()) == [
        "There is no receipt yet.",
        "Risiti ya mwisho: na. 2, KES 4,000.50, 10 Jun 2026, Mwangaza Court A1.",
    ]


def test_a_fault_becomes_a_request_and_its_number_is_told(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    lease_id = house.let(tenant_id)
    assert phone.text("Fault: the kitchen tap\nleaks ") == "fault"
    phone.text("tatizo taa")
    second, first = house.requests()
    assert (first.text, first.source, first.status) == ("the kitchen tap leaks", "sms", "open")
    assert (first.tenant_id, first.lease_id, first.unit_name) == (tenant_id, lease_id, "A1")
    assert second.text == "taa"
    assert texts(house.replies()) == [
        "Request no. 1 for Mwangaza Court A1 is logged. Your landlord sees it.",
        "Ombi na. 2 la Mwangaza Court A1 limepokelewa. Mwenye nyumba ataliona.",
    ]


def test_a_fault_of_nothing_is_asked_for_again(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    phone.text("tatizo ?!")
    assert house.requests() == []
    assert texts(house.replies()) == ["Tuma TATIZO na kilichoharibika, mfano: TATIZO bomba la jikoni linavuja"]


def test_of_several_units_the_one_named_is_meant_else_it_is_asked_for(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    for _ in range(2):
        house.let(tenant_id)
    house.let(tenant_id, ends_on=dt.date(2026, 5, 31))  # A3 has ended
    for text in ("fault no light", "2", "fault a 2: no water", "fault A3 no light", "7", "1. please", "fault A2"):
        phone.text(text)
    assert [(each.unit_name, each.text) for each in reversed(house.requests())] == [
        ("A2", "no light"),
        ("A2", "no water"),
        ("A1", "A3 no light"),
    ]
    asked = "Which place? Answer with its number.\n1 Mwangaza Court A1\n2 Mwangaza Court A2"
    told = texts(house.replies())
    assert told[0] == told[3] == asked
    assert told[1] == "Request no. 1 for Mwangaza Court A2 is logged. Your landlord sees it."
    assert told[4].startswith("We did not understand")  # there is no seventh
    assert told[6].startswith("Send FAULT and what is broken")


def test_who_rents_nothing_now_logs_nothing(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number), ends_on=dt.date(2026, 5, 31))
    phone.text("fault the door")
    assert house.requests() == []
    phone.text("balance")
    assert texts(house.replies()) == [
        "You rent nothing here now, so nothing was logged. Please call your landlord.",
        "You rent nothing here now, and owe nothing.",
    ]


def test_an_ended_lease_is_told_while_something_is_owed_on_it(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    old = house.let(tenant_id, ends_on=dt.date(2026, 5, 31))
    house.let(tenant_id, starts_on=JUNE)
    house.books.invoice(old, ("water", 700_00))
    phone.text("balance")
    house.books.pay(old, 700_00)
    phone.text("balance")
    first, second = texts(house.replies())
    assert first.startswith("Mwangaza Court A2: nothing owed. Mwangaza Court A1: KES 700 owed")
    assert second == "Mwangaza Court A2: nothing owed."


def test_credit_of_a_lease_that_was_renewed_is_told_with_the_new_one(house: House, phone: Phone) -> None:
    old = house.let(house.tenant(phone.number), ends_on=dt.date(2026, 6, 30))
    house.books.pay(old, 800_00)
    house.books.renew(old)
    house.books.today = phone_today = dt.date(2026, 7, 2)
    phone.now = dt.datetime.combine(phone_today, dt.time(9), dt.UTC)
    phone.text("balance")
    assert texts(house.replies()) == ["Mwangaza Court A1: nothing owed. Next due 5 Jul. Credit KES 800."]


def test_stop_holds_until_start_and_is_answered_all_the_same(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    assert phone.text("Stop sending me this!") == "stop"
    assert house.opted_out(phone.number)
    phone.text("acha")
    phone.text("balance")
    assert [each.status for each in house.replies()] == ["queued"] * 3
    assert phone.text("anza") == "start"
    assert not house.opted_out(phone.number)
    assert texts(house.replies())[0].endswith("To get them again send START.")
    assert texts(house.replies())[3] == "Utapokea ujumbe tena. Ili kuusitisha tuma ACHA."


def test_a_vendors_long_reference_is_a_key_all_the_same(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    for _ in range(2):
        assert phone.text("fault no light", f"{phone.number}{'x' * 87}") == "fault"
    assert len(house.requests()) == len(house.replies()) == 1


@pytest.mark.parametrize("word", ["STOP", "stop", "ACHA", "Ondoka", "toka.", "unsubscribe"])
def test_each_word_of_stopping_stops(house: House, phone: Phone, word: str) -> None:
    house.let(house.tenant(phone.number))
    phone.text(word)
    assert house.opted_out(phone.number)


def test_a_phone_of_two_organisations_is_told_by_each_of_its_own(house: House, other: House, phone: Phone) -> None:
    for each, rent in ((house, 10_000_00), (other, 20_000_00)):
        each.let(each.tenant(phone.number), rent_cents=rent)
        each.books.bill(JUNE)
    assert phone.text("balance") == "balance"
    assert texts(house.replies()) == ["Acme Homes: Mwangaza Court A1: KES 10,000 owed, was due 5 Jun."]
    assert texts(other.replies()) == ["Baraka Agencies: Mwangaza Court A1: KES 20,000 owed, was due 5 Jun."]
    phone.text("STOP")
    assert house.opted_out(phone.number)
    assert other.opted_out(phone.number)
    assert len(house.replies()) + len(other.replies()) == 2
    assert phone.told() == [
        "You will get no more messages here, except answers and legal notices. To get them again send START."
    ]
    phone.text("START")
    assert not house.opted_out(phone.number)
    assert not other.opted_out(phone.number)


def test_two_tenants_of_a_household_share_a_phone(house: House, phone: Phone) -> None:
    tenants = [house.tenant(phone.number) for _ in range(2)]
    shared = house.let(*tenants)
    own = house.let(tenants[1])
    phone.text("balance")
    assert texts(house.replies()) == ["Mwangaza Court A1: nothing owed. Mwangaza Court A2: nothing owed."]
    phone.text("fault A2 no light")
    phone.text("fault A1 no light")
    assert [(each.lease_id, each.tenant_id) for each in house.requests()] == [(shared, tenants[0]), (own, tenants[1])]


def test_a_message_that_comes_twice_leaves_one_request_and_one_reply(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    for _ in range(2):
        phone.text("fault no light", "the same")
    assert len(house.requests()) == 1
    assert len(house.replies()) == 1


def test_a_balance_asks_as_often_for_many_leases_as_for_one(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    counts = []
    for more in (1, 6):
        for _ in range(more):
            house.let(tenant_id)
        house.books.bill(JUNE)
        with counted(phone.resources.writer) as statements:
            phone.text("balance")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert house.replies()[-1].parts == 1
    assert texts(house.replies())[-1].endswith("And 4 more.")


def test_incoming_sms_are_taken_by_the_hook(house: House, phone: Phone) -> None:
    assert jobs.handle_sms in tracking.INCOMING_SMS_HANDLERS
    house.let(house.tenant(phone.number))
    incoming = IncomingSms("africastalking", "ref", phone.number, "salio", phone.resources.clock.now())
    assert phone.resources.transact(lambda db: jobs.handle_sms(db, incoming)) == "balance"
    assert phone.resources.transact(lambda db: jobs.handle_sms(db, incoming._replace(phone="+254179999999"))) == ""
    assert len(house.replies()) == 1
