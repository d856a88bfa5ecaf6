"""What a phone's holder wants none of: messages, a landlord who is not theirs, a lease that ended long ago."""

import datetime as dt

import pytest

from chalicelib import leasing, messaging, portfolio
from chalicelib.delivery import dispatch_runner
from chalicelib.messaging.model import NewMessage
from chalicelib.paging import PageRequest
from chalicelib.portfolio.model import NewProperty
from chalicelib.self_service import jobs
from tests.service.self_service.claims import DAY, OFFER, claim, notify, read, send
from tests.service.self_service.conftest import House, Phone, texts


def test_a_stop_is_known_to_all_whose_tenant_the_number_was_and_its_words_to_none(
    house: House, other: House, phone: Phone
) -> None:
    house.let(house.tenant(phone.number))
    claim(other, phone)
    assert send(phone, "STOP please") == "stop"
    assert [(each.command, each.text) for each in (*read(house), *read(other))] == [("stop", None)] * 2
    assert house.opted_out(phone.number)
    assert other.opted_out(phone.number)


def test_a_stop_holds_for_who_enters_the_number_later_until_the_holder_confirms_there(
    house: House, other: House, phone: Phone
) -> None:
    house.let(house.tenant(phone.number))
    send(phone, "STOP")
    phone.now += 40 * DAY
    lease_id = claim(other, phone, "B2")
    assert notify(other, phone, lease_id, "r1") == ("cancelled", "opted_out")
    send(phone, "PLACES")
    assert send(phone, "1 B2") == "confirm"
    assert notify(other, phone, lease_id, "r2") == ("queued", "")
    assert house.opted_out(phone.number)  # said to them, and not taken back
    send(phone, "START")
    assert not house.opted_out(phone.number)


def test_not_me_ends_the_claim_and_its_texts(house: House, other: House, phone: Phone) -> None:
    mine, theirs = house.let(house.tenant(phone.number)), claim(other, phone)
    waits = other.books.do(
        messaging.queue_messages,
        [NewMessage("receipt", "early", address=phone.number, lease_id=theirs, text="Received.")],
        now=phone.now,
    )
    assert send(phone, "not me!") == "not_me"
    assert phone.told()[-1] == "Thank you. You will get no more messages about Baraka Agencies, Mwangaza Court."
    [waiting] = [other.books.do(messaging.get_message, each) for each in waits]
    assert (waiting.status, waiting.reason) == ("cancelled", "number_denied")
    assert notify(other, phone, theirs, "later") == ("cancelled", "number_denied")
    assert notify(other, phone, None, "about nothing") == ("cancelled", "number_denied")
    assert notify(house, phone, mine, "r") == ("queued", "")
    tenant_id = (
        other.books.do(leasing.list_tenants, PageRequest(), today=other.books.today, phone=phone.number).items[0].id
    )
    assert other.phone_state(tenant_id) == "denied"
    assert [(each.command, each.text) for each in read(other)] == [("not_me", None)]
    # Entered once more, the number is as it was: another lease there is offered, and nothing is sent about it.
    again = claim(other, phone, "C3")
    assert notify(other, phone, again, "again") == ("cancelled", "number_denied")
    send(phone, "MAHALI")
    assert send(phone, "1 C3") == "confirm"
    assert notify(other, phone, again, "now") == ("queued", "")
    assert notify(other, phone, theirs, "still") == ("cancelled", "number_denied")


def test_a_no_holds_for_what_is_entered_in_the_property_until_a_place_there_is_confirmed(
    house: House, phone: Phone
) -> None:
    house.let(house.tenant(phone.number))
    denied_in = house.books.do(portfolio.add_property, NewProperty("Pendo Flats"), now=house.books.now).id
    elsewhere = house.books.do(portfolio.add_property, NewProperty("Jua Flats"), now=house.books.now).id
    house.books.property_id = denied_in
    claim(house, phone, "B1")
    send(phone, "NOT ME")
    again = claim(house, phone, "B2")
    assert notify(house, phone, again, "again") == ("cancelled", "number_denied")
    house.books.property_id = elsewhere
    assert notify(house, phone, claim(house, phone, "C1"), "elsewhere") == ("queued", "")
    send(phone, "PLACES")
    number = next(each[0] for each in phone.told()[-1].split("\n") if "Pendo" in each)
    assert send(phone, f"{number} B2") == "confirm"
    assert notify(house, phone, again, "now") == ("queued", "")
    house.books.property_id = denied_in
    assert notify(house, phone, claim(house, phone, "B3"), "since") == ("queued", "")


def test_a_no_that_comes_between_queueing_and_sending_is_heard(house: House, phone: Phone) -> None:
    """It was queued for another number, and follows the tenant to this one."""
    tenant_id = house.tenant("+254110000002")
    lease_id = house.let(tenant_id, confirmed=False)
    new = NewMessage("receipt", "x", address="+254110000002", tenant_id=tenant_id, lease_id=lease_id, text="Received.")
    [message_id] = house.books.do(messaging.queue_messages, [new], now=phone.now)
    house.let(house.tenant(phone.number), confirmed=False)
    send(phone, "SI MIMI")
    values = {"phones": [phone.number]}
    house.books.do(leasing.change_tenant, tenant_id, None, values, keys=phone.resources.keys, now=phone.now)
    house.books.resources.transact(lambda db: dispatch_runner.decide_next_set(db, house.id, now=phone.now))
    found = house.books.do(messaging.get_message, message_id)
    assert (found.address, found.status, found.reason) == (phone.number, "cancelled", "number_denied")


def test_of_several_claims_the_number_says_which_is_not_mine(house: House, other: House, phone: Phone) -> None:
    claim(house, phone)
    claim(other, phone)
    send(phone, "NOT ME")
    assert phone.told()[0] == (
        "Which is not yours? Answer like NOT ME 1.\n1 Acme Homes, Mwangaza Court\n2 Baraka Agencies, Mwangaza Court"
    )
    assert send(phone, "NOT ME 2") == "not_me"
    send(phone, "PLACES")
    assert phone.told()[-1].startswith(
        f"{OFFER}1 Acme Homes, Mwangaza Court\n2 Baraka Agencies"
    )  # what was denied last
    send(phone, "balance")
    assert "Baraka" not in phone.told()[-1]


@pytest.mark.parametrize("days", [60, 61])
def test_a_number_serves_a_lease_for_sixty_days_after_it(house: House, phone: Phone, days: int) -> None:
    """Then it may be somebody else's: they read nothing, change nothing, and get nothing."""
    tenant_id = house.tenant(phone.number)
    lease_id = house.let(tenant_id, ends_on=dt.date(2026, 6, 10))
    house.books.pay(lease_id, 4_000_00)
    phone.now = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC) + days * DAY
    if days == 60:
        assert phone.dial("2").startswith("END Last receipt: no. 1")
        assert notify(house, phone, lease_id, "r") == ("queued", "")
        return
    for text in ("", "2", "0*2", "4*1"):
        assert phone.dial(text).startswith("END We cannot help this number here")
    assert phone.text("receipt") == ""
    assert notify(house, phone, lease_id, "r") == ("cancelled", "lease_ended")
    assert house.books.do(leasing.get_tenant, tenant_id).language == "en"
    assert not house.opted_out(phone.number)
    while phone.resources.transact(lambda db: jobs.purge_places(db, phone.now + DAY)):
        pass
    assert house.books.do(leasing.list_confirmed_phones, [phone.number]) == set()
    # The new holder rents from the same landlord, and is told of what is theirs.
    house.books.today = phone.now.date()
    new = claim(house, phone, "C9", starts_on=phone.now.date())
    phone.text("balance")
    assert phone.text("1 C9") == "confirm"
    assert "A1" not in texts(house.replies())[-1]
    assert notify(house, phone, new, "r2") == ("queued", "")


def test_faults_are_as_many_as_a_day_and_a_lease_bear(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    for number in range(6):
        send(phone, f"fault no. {number}")
    assert len(house.requests()) == 5
    assert texts(house.replies())[-1].startswith("You have reported 5 faults today, so this one is not logged.")
    assert phone.dial("3*no light").startswith("END You have reported 5 faults today")
    for _ in range(2):
        phone.now += DAY
        for number in range(5):
            phone.dial(f"3*no light in room {number}", f"{phone.now} {number}")
    assert len(house.requests()) == 10
    assert phone.dial("3*no light", "last").startswith("END 10 requests of yours there are still open")
