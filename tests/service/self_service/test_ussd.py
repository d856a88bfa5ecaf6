"""The USSD menu over real leases: what each screen tells, what is written once, and how often the database is asked."""

import datetime as dt

import pytest

from chalicelib import leasing, portfolio
from chalicelib.messaging.rules import measure_sms
from tests.queries import counted
from tests.service.self_service.conftest import House, Phone

JUNE = dt.date(2026, 6, 1)
MENU = "CON Choose:\n1 Balance\n2 Last receipt\n3 Report a fault\n4 Stop/start messages\n0 Help/Lugha"


def test_the_menu_is_in_the_tenants_language(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    house.let(tenant_id)
    assert phone.dial() == MENU
    house.books.do(
        leasing.change_tenant, tenant_id, None, {"language": "sw"}, keys=phone.resources.keys, now=house.books.now
    )
    assert phone.dial() == (
        "CON Chagua:\n1 Salio\n2 Risiti ya mwisho\n3 Ripoti tatizo\n4 Acha/anza ujumbe\n0 Msaada/Language"
    )


def test_nobodys_phone_learns_nothing(house: House, phone: Phone) -> None:
    for text in ("", "1", "3*taa", "4*1"):
        screen = phone.dial(text)
        assert screen == "END We cannot help this number here. Please ask your landlord. Samahani, uliza mwenye nyumba."
    assert not house.opted_out(phone.number)


def test_balance_and_receipt_end_the_session(house: House, phone: Phone) -> None:
    lease_id = house.let(house.tenant(phone.number))
    house.books.bill(JUNE)
    house.books.pay(lease_id, 4_000_00)
    assert phone.dial("1") == "END Mwangaza Court A1: KES 6,000 owed, was due 5 Jun."
    assert phone.dial("2") == "END Last receipt: no. 1, KES 4,000, 10 Jun 2026, Mwangaza Court A1."


def test_a_wrong_choice_is_told_with_the_menu_and_a_right_one_then_taken(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    assert phone.dial("9") == f"CON Not a choice.\n{MENU.removeprefix('CON ')}"
    assert phone.dial("9*1") == phone.dial("1") == "END Mwangaza Court A1: nothing owed."


def test_a_fault_is_asked_for_and_kept_once(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    lease_id = house.let(tenant_id)
    assert phone.dial("3") == "CON Mwangaza Court A1: what is broken? Write it in a few words."
    assert phone.dial("3*").startswith("CON Nothing was written.\nMwangaza Court A1: what is broken?")
    told = "END Request no. 1 for Mwangaza Court A1 is logged. Your landlord sees it."
    for _ in range(2):  # the gateway repeats
        assert phone.dial("3*the tap*drips", "ATUid_7") == told
    [request] = house.requests()
    assert (request.text, request.source) == ("the tap*drips", "ussd")
    assert (request.tenant_id, request.lease_id) == (tenant_id, lease_id)
    assert phone.dial("3*no light", "ATUid_8").startswith("END Request no. 2 ")
    assert phone.dial("3*no light", "x" * 300).startswith("END Request no. 3 ")
    assert phone.dial("3*no light", "x" * 300).startswith("END Request no. 3 ")


def test_who_rents_nothing_now_cannot_report_a_fault(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number), ends_on=dt.date(2026, 5, 31))
    assert phone.dial("3").startswith("END You rent nothing here now")
    assert phone.dial("3*taa").startswith("END You rent nothing here now")
    assert phone.dial("1") == "END You rent nothing here now, and owe nothing."
    assert phone.dial("2") == "END There is no receipt yet."
    assert house.requests() == []


def test_of_several_leases_one_is_chosen(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    for rent in (10_000_00, 20_000_00):
        house.let(tenant_id, rent_cents=rent)
    house.books.bill(JUNE)
    assert phone.dial("1") == "CON Which one?\n1 Mwangaza Court A1\n2 Mwangaza Court A2\n0 Back"
    assert phone.dial("1*3").startswith("CON Not a choice.\nWhich one?")
    assert phone.dial("1*2") == "END Mwangaza Court A2: KES 20,000 owed, was due 5 Jun."
    assert phone.dial("1*0") == MENU
    assert phone.dial("3*2*dark").startswith("END Request no. 1 for Mwangaza Court A2 ")


def test_many_leases_are_paged(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    for _ in range(7):
        house.let(tenant_id)
    first, second = phone.dial("1"), phone.dial("1*9")
    assert first.endswith("\n5 Mwangaza Court A5\n9 More\n0 Back")
    assert second == "CON Which one?\n1 Mwangaza Court A6\n2 Mwangaza Court A7\n9 More\n0 Back"
    assert max(measure_sms(each).characters for each in (first, second)) <= 160
    assert phone.dial("1*9*2") == "END Mwangaza Court A7: nothing owed."


def test_no_screen_is_longer_than_an_sms_whatever_the_names_are(house: House, phone: Phone) -> None:
    """Brackets count as two characters each."""
    widest = {"name": "[" * 119 + "H"}
    house.books.do(portfolio.change_property, house.books.property_id, None, widest)
    tenant_id = house.tenant(phone.number, language="sw")
    for number in range(7):
        house.let(tenant_id, unit_name=f"{'[' * 38}{number}")
    house.books.bill(JUNE)
    for text in (
        "",
        "x",
        "1",
        "1*x",
        "1*9*x",
        "1*1",
        "2*1",
        "3*1",
        "3*1*",
        "3*1*giza",
        "4*x",
        "4*1",
        "4*2",
        "0*x",
        "0*2",
    ):
        screen = phone.dial(text)
        assert measure_sms(screen).characters <= 160, screen
        assert measure_sms(screen).encoding == "gsm7"


def test_a_renewed_lease_is_one_until_it_has_begun_and_its_last_receipt_is_of_before(
    house: House, phone: Phone
) -> None:
    old = house.let(house.tenant(phone.number), ends_on=dt.date(2026, 6, 30))
    house.books.pay(old, 800_00)
    house.books.renew(old)
    told = "END Last receipt: no. 1, KES 800, 10 Jun 2026, Mwangaza Court A1."
    assert phone.dial("2") == told
    phone.now = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
    assert phone.dial("2") == told


def test_messages_are_stopped_and_started_however_often_it_is_asked(house: House, other: House, phone: Phone) -> None:
    for each in (house, other):
        each.let(each.tenant(phone.number))
    assert phone.dial("4") == "CON Messages from your landlord:\n1 Stop\n2 Start\n0 Back"
    for _ in range(2):
        assert phone.dial("4*1").startswith("END You will get no more messages here")
        assert house.opted_out(phone.number)
        assert other.opted_out(phone.number)
    for _ in range(2):
        assert phone.dial("4*2") == "END You will get messages again. To get no more send STOP."
        assert not house.opted_out(phone.number)
        assert not other.opted_out(phone.number)


def test_the_language_is_chosen_for_all_that_is_told(house: House, other: House, phone: Phone) -> None:
    for each in (house, other):
        each.let(each.tenant(phone.number))
    assert phone.dial("0") == (
        "CON Or send an SMS: BALANCE, RECEIPT, FAULT, PLACES, NOT ME, STOP, START, HELP.\n"
        "1 English\n2 Kiswahili\n0 Back"
    )
    assert phone.dial("0*2") == phone.dial("0*2") == "END Kuanzia sasa tutakuandikia kwa Kiswahili."
    assert phone.dial().startswith("CON Chagua:")
    with phone.resources.reading() as db:
        assert {each.language for each in leasing.list_leases_of_phone(db, phone.number, now=phone.now)} == {"sw"}


def test_a_phone_of_two_organisations_chooses_among_all_and_is_told_whose(
    house: House, other: House, phone: Phone
) -> None:
    for each in (house, other):
        each.let(each.tenant(phone.number), rent_cents=10_000_00)
    screens = {phone.dial("1*1"), phone.dial("1*2")}
    assert screens == {
        "END Acme Homes: Mwangaza Court A1: nothing owed.",
        "END Baraka Agencies: Mwangaza Court A1: nothing owed.",
    }
    phone.dial("3*2*dark")
    assert sorted(len(each.requests()) for each in (house, other)) == [0, 1]


@pytest.mark.parametrize("text", ["", "1", "1*1", "2*1", "3*1*dark", "4*1"])
def test_a_screen_asks_as_often_for_many_leases_as_for_few(house: House, phone: Phone, text: str) -> None:
    tenant_id = house.tenant(phone.number)
    counts = []
    for more in (2, 6):
        for _ in range(more):
            house.let(tenant_id)
        house.books.bill(JUNE)
        with counted(phone.resources.writer) as statements:
            phone.dial(text, f"ATUid_{more}")
        counts.append(len(statements))
    assert counts[1] <= counts[0] <= 19  # the first request makes the counter
