"""What "not me" ends: what nobody has confirmed, or what its holder names by the number that they were shown."""

import pytest

from chalicelib import leasing, portfolio
from chalicelib.messaging.rules import measure_sms
from chalicelib.portfolio.model import NewProperty
from tests.service.self_service.claims import claim, notify, read, send
from tests.service.self_service.conftest import House, Phone

NOBODY_ELSE = "Nobody unconfirmed has your number now. Not yours? Answer like NOT ME 1.\n1 Acme Homes, Mwangaza Court"
WHICH = "Which is not yours? Answer like NOT ME 1.\n1 Acme Homes, Mwangaza Court"


def bait(other: House, phone: Phone) -> None:
    """Enter the number, have a text about it sent, and take the number off again."""
    tenant_id = other.tenant(phone.number)
    notify(other, phone, other.let(tenant_id, confirmed=False), "Not you? Send NOT ME")
    withdraw(other, tenant_id)


def withdraw(house: House, tenant_id: object) -> None:
    values: dict[str, object] = {"phones": []}
    house.books.do(leasing.change_tenant, tenant_id, None, values, keys=house.books.resources.keys, now=house.books.now)


@pytest.mark.parametrize("text", ["NOT ME", "not my number", "NOT ME 7", "not my number 1", "NOT ME 0712345678"])
def test_whom_the_holder_confirmed_is_not_denied_because_of_a_claim_that_was_taken_back(
    house: House, other: House, phone: Phone, text: str
) -> None:
    tenant_id = house.tenant(phone.number)
    lease_id = house.let(tenant_id)
    bait(other, phone)
    assert send(phone, text) == "not_me"
    assert phone.told() == [NOBODY_ELSE]
    assert house.phone_state(tenant_id) == "confirmed"
    assert notify(house, phone, lease_id, "rent") == ("queued", "")
    assert read(house) == []


@pytest.mark.parametrize("answer", ["NOT ME 1", "1"])
def test_whom_the_holder_confirmed_is_denied_by_the_number_that_was_shown(
    house: House, phone: Phone, answer: str
) -> None:
    tenant_id = house.tenant(phone.number)
    house.let(tenant_id)
    send(phone, "NOT ME")
    assert send(phone, answer) == "not_me"
    assert phone.told()[-1] == "Thank you. You will get no more messages about Acme Homes, Mwangaza Court."
    assert house.phone_state(tenant_id) == "denied"


@pytest.mark.parametrize("answer", ["NOT ME 1", "1", "NOT ME 3", "3"])
def test_a_number_that_is_no_longer_what_was_shown_denies_nothing(
    house: House, other: House, phone: Phone, answer: str
) -> None:
    theirs = other.tenant(phone.number)
    other.let(theirs, confirmed=False)
    tenant_id = house.tenant(phone.number)
    house.let(tenant_id, confirmed=False)
    send(phone, "NOT ME")
    places = phone.told()[-1].split("\n")[1:]
    gone = next(each[0] for each in places if "Baraka" in each)
    withdraw(other, theirs)
    send(phone, answer.replace("1", gone))
    assert phone.told()[-1] == WHICH
    assert house.phone_state(tenant_id) == "unconfirmed"
    send(phone, "1")
    assert house.phone_state(tenant_id) == "denied"


def test_a_number_before_anything_was_shown_denies_nothing(house: House, phone: Phone) -> None:
    claim(house, phone)
    assert send(phone, "NOT ME 1") == "not_me"
    assert phone.told() == [WHICH]


def test_by_ussd_a_claim_that_was_taken_back_is_nothing_to_deny(house: House, other: House, phone: Phone) -> None:
    tenant_id = house.tenant(phone.number)
    house.let(tenant_id)
    theirs = other.tenant(phone.number)
    other.let(theirs, confirmed=False)
    assert phone.dial("5*1").startswith("CON Baraka Agencies")
    withdraw(other, theirs)
    assert phone.dial("5*1*2").startswith("END There is no place")
    assert house.phone_state(tenant_id) == "confirmed"


@pytest.mark.parametrize("text", ["NOT ME", "SI MIMI"])
def test_several_that_are_confirmed_are_told_in_one_sms(house: House, other: House, phone: Phone, text: str) -> None:
    for each, count in ((house, 2), (other, 2)):
        for number in range(count):
            new = NewProperty(f"{number}{'[' * 100}")
            each.books.property_id = each.books.do(portfolio.add_property, new, now=each.books.now).id
            each.let(each.tenant(phone.number))
    send(phone, text)
    assert measure_sms(phone.told()[-1]).characters <= 160
    assert "\n3 " in phone.told()[-1]
