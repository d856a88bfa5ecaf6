"""Whose tenant a phone's holder is, they say themselves; that an organisation enters the number proves nothing."""

import datetime as dt

import pytest

from chalicelib import leasing, portfolio
from chalicelib.messaging.rules import measure_sms
from chalicelib.paging import PageRequest
from chalicelib.portfolio.model import NewProperty
from chalicelib.self_service import jobs
from tests.service.self_service.claims import DAY, JUNE, OFFER, claim, read, send
from tests.service.self_service.conftest import House, Phone, texts


@pytest.fixture
def attacker(other: House) -> House:
    return other


def test_who_is_claimed_by_nobody_else_still_confirms_first(house: House, phone: Phone) -> None:
    """Every number starts so, whoever was first."""
    claim(house, phone)
    house.books.bill(JUNE)
    tenant_id = (
        house.books.do(leasing.list_tenants, PageRequest(), today=house.books.today, phone=phone.number).items[0].id
    )
    assert house.phone_state(tenant_id) == "unconfirmed"
    assert send(phone, "balance") == "balance"
    assert house.replies() == []
    assert phone.told() == [f"{OFFER}1 Acme Homes, Mwangaza Court\nNot yours? NOT ME 1"]
    assert send(phone, "1 a1") == "confirm"
    assert texts(house.replies()) == ["Mwangaza Court A1: KES 10,000 owed, was due 5 Jun."]
    assert house.phone_state(tenant_id) == "confirmed"
    assert [(each.command, each.text) for each in read(house)] == [("balance", "balance"), ("confirm", None)]


@pytest.mark.parametrize("first", ["victim", "attacker"])
def test_who_merely_enters_a_number_reads_nothing_gets_nothing_and_says_nothing(
    house: House, attacker: House, phone: Phone, first: str
) -> None:
    """The attacker may be older, may know the victim's unit's name, and may have entered the number long ago."""
    tenant_id = house.tenant(phone.number)
    if first == "attacker":
        claim(attacker, phone, "A1")
    house.let(tenant_id)
    send(phone, "balance", f"before {phone.number}")
    if first == "victim":
        claim(attacker, phone, "A1")
    attacker.books.bill(JUNE)
    for text in ("balance", "receipt", "fault gas is leaking", "salamu", "HELP"):
        send(phone, text)
    assert read(attacker) == []
    assert attacker.requests() == []
    assert attacker.replies() == []
    assert [each.text for each in house.requests()] == ["gas is leaking"]
    assert all("Baraka" not in text for text in [*texts(house.replies()), *phone.told()])
    assert [each.text for each in read(house)] == [
        "balance", "balance", "receipt", "fault gas is leaking", "salamu", "HELP",
    ]  # fmt: skip


def test_three_wrong_names_close_commands_for_a_day(house: House, phone: Phone) -> None:
    claim(house, phone)
    send(phone, "balance")
    for text in ("1 A2", "1 B1", "1 A11"):
        send(phone, text)
    assert phone.told()[1].endswith("You may try 2 more times today.")
    assert phone.told()[2].endswith("You may try 1 more times today.")
    assert phone.told()[3].startswith("Too many wrong answers")
    assert send(phone, "1 A1") == "unknown"
    assert phone.told()[4].startswith("Too many wrong answers")
    assert phone.dial("").startswith("END Too many wrong answers")
    assert phone.dial("1*1*A1", "another").startswith("END Too many wrong answers")
    assert send(phone, "STOP") == "stop"  # which nothing closes
    assert house.opted_out(phone.number)
    phone.now += DAY
    send(phone, "balance")
    assert send(phone, "1 A1") == "confirm"


def test_wrong_names_by_ussd_count_once_however_often_the_gateway_repeats(house: House, phone: Phone) -> None:
    claim(house, phone)
    for text in ("1*1*A2", "1*1*A2", "1*1*A2*A3"):
        phone.dial(text)
    assert phone.dial("1*1*A2*A3").startswith(
        "CON Not the unit there. 1 tries left.\nAcme Homes, Mwangaza Court: write the name"
    )
    for _ in range(2):
        assert phone.dial("1*1*A2*A3*A4").startswith("END Too many wrong answers")


@pytest.mark.parametrize("by", ["sms", "ussd"])
def test_what_a_number_means_is_what_was_shown(house: House, other: House, phone: Phone, by: str) -> None:
    """An older organisation, told first, enters the number between the menu and the answer."""
    claim(other, phone, "B1")
    send(phone, "balance") if by == "sms" else phone.dial()
    claim(house, phone, "B1")
    if by == "sms":
        assert send(phone, "1 B1") == "confirm"
    else:
        assert phone.dial("1*1*B1").startswith("CON Confirmed.")
    assert other.books.do(leasing.list_confirmed_phones, [phone.number]) == {phone.number}
    assert house.books.do(leasing.list_confirmed_phones, [phone.number]) == set()


def test_a_new_claim_disturbs_nothing_and_is_offered_where_it_is_asked_for(
    house: House, other: House, phone: Phone
) -> None:
    house.let(house.tenant(phone.number))
    plain = phone.dial()
    claim(other, phone, "B2")
    assert phone.dial() == plain.replace("\n0 Help", "\n5 Another landlord\n0 Help")
    assert phone.dial("1") == "END Mwangaza Court A1: nothing owed."
    assert phone.dial("5") == "CON Whose tenant are you?\n1 Baraka Agencies, Mwangaza Court\n0 Back"
    assert phone.dial("5*0").endswith("5 Another landlord\n0 Help/Lugha")
    assert phone.dial("5*0*1") == "END Mwangaza Court A1: nothing owed."
    menu = phone.dial("5*1*1*b2", "second")
    assert menu == f"CON Confirmed.\n{plain.removeprefix('CON ')}"
    assert phone.dial("5*1*1*b2*1", "second") == "CON Which one?\n1 Mwangaza Court A1\n2 Mwangaza Court B2\n0 Back"
    assert phone.dial("5*1*1*b2*1*2", "second") == "END Baraka Agencies: Mwangaza Court B2: nothing owed."
    assert phone.dial() == plain


def test_the_same_sms_delivered_twice_is_one_answer_and_one_confirmation(house: House, phone: Phone) -> None:
    claim(house, phone)
    assert [send(phone, "balance", "b") for _ in range(2)] == ["balance", ""]
    assert [send(phone, "1 A2", "w") for _ in range(2)] == ["places", ""]
    assert [send(phone, "1 A1", "c") for _ in range(2)] == ["confirm", ""]
    assert len(house.replies()) == 1
    assert len(phone.told()) == 2
    assert phone.told()[1].endswith("You may try 2 more times today.")


def test_a_confirmation_goes_with_the_number_and_comes_not_back_with_it(house: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    house.let(tenant_id)

    def enter(*phones: str) -> None:
        values = {"phones": list(phones)}
        house.books.do(leasing.change_tenant, tenant_id, None, values, keys=phone.resources.keys, now=house.books.now)

    assert house.books.do(leasing.list_confirmed_phones, [phone.number, "+254700000000"]) == {phone.number}
    enter("+254110000001", phone.number)  # which stays their number
    assert house.books.do(leasing.list_confirmed_phones, [phone.number]) == {phone.number}
    enter("+254110000001")
    enter(phone.number)
    assert house.phone_state(tenant_id) == "unconfirmed"
    assert phone.dial().startswith("CON Whose tenant are you?")


def test_a_confirmation_goes_over_to_the_lease_that_carries_on(house: House, phone: Phone) -> None:
    old = house.let(house.tenant(phone.number), ends_on=dt.date(2026, 6, 30))
    house.books.renew(old)
    phone.now = dt.datetime(2026, 9, 20, 9, tzinfo=dt.UTC)  # the old one has lapsed
    phone.text("balance")
    assert texts(house.replies())[0].startswith("Mwangaza Court A1:")


def test_a_confirmation_of_long_ago_goes_over_to_no_lease(house: House, phone: Phone) -> None:
    """The number may have another holder by then; a "no" goes over all the same."""
    old = house.let(house.tenant(phone.number), ends_on=dt.date(2026, 6, 30))
    house.books.property_id = house.books.do(portfolio.add_property, NewProperty("Pendo"), now=house.books.now).id
    other = claim(house, phone, ends_on=dt.date(2026, 6, 30))
    send(phone, "NOT ME")
    phone.now = dt.datetime(2026, 9, 20, 9, tzinfo=dt.UTC)  # neither job nor purge has run
    house.books.today = phone.now.date()
    house.books.renew(old)
    house.books.renew(other)
    assert phone.dial() == "CON Whose tenant are you?\n1 Acme Homes, Mwangaza Court\n0 Stop all messages"


@pytest.mark.parametrize("typed", ["A*1", "a1", "A*2*A*1"])
def test_a_unit_with_a_star_in_its_name_is_confirmed_by_ussd(house: House, phone: Phone, typed: str) -> None:
    claim(house, phone, "A*1")
    assert phone.dial(f"1*1*{typed}").startswith("CON Confirmed.\nChoose:")
    assert phone.dial(f"1*1*{typed}*1") == "END Mwangaza Court A 1: nothing owed."  # no dialled code


def test_what_was_offered_is_forgotten_in_time(house: House, phone: Phone) -> None:
    claim(house, phone)
    send(phone, "fault no light")
    phone.now += dt.timedelta(hours=13)
    assert send(phone, "1 A1") == "unknown"
    while phone.resources.transact(lambda db: jobs.purge_sessions(db, phone.now + 3 * DAY)):
        pass
    assert house.requests() == []


@pytest.mark.parametrize("language", ["en", "sw"])
def test_many_claims_are_told_page_by_page_in_one_sms_and_one_screen(
    house: House, other: House, phone: Phone, language: str
) -> None:
    """Of each organisation's the first come first: who enters a number often drowns nobody."""
    for number in range(5):
        place = house.books.do(portfolio.add_property, NewProperty(f"{number}{'[' * 100}"), now=house.books.now).id
        house.books.property_id = place
        house.let(house.tenant(phone.number, language), confirmed=False)
    claim(other, phone)
    send(phone, "PLACES")
    send(phone, "MAHALI 2" if language == "sw" else "places 2")
    first, second = phone.told()
    assert "2 Bara" in first
    assert "\n4 Acme" in second
    assert max(measure_sms(each).characters for each in (first, second)) <= 160
    screens = [phone.dial(text, text) for text in ("", "9", "9*x", "1", "1*x", "1*1", "1*1*wrong")]
    assert max(measure_sms(each).characters for each in screens) <= 160
    assert "2 Bara" in screens[0]
