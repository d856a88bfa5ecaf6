"""What one of two landlords of a phone may not take from the other by what they call theirs, or learn of them."""

import pytest

from tests.service.self_service.claims import claim, read, send
from tests.service.self_service.conftest import House, Phone


@pytest.mark.parametrize(
    ("unit_name", "text"),
    [
        ("gas", "fault gas is leaking"),
        ("gas", "fault gas is leaking in A1"),
        ("2", "fault 2 taps of A 1 leak"),
        ("no 1", "fault no 1 knows why, a1 is dark"),
    ],
)
def test_a_fault_is_not_caught_by_what_another_landlord_calls_a_unit(
    house: House, other: House, phone: Phone, unit_name: str, text: str
) -> None:
    house.let(house.tenant(phone.number))
    other.let(other.tenant(phone.number), unit_name=unit_name)
    assert send(phone, text) == "fault"
    assert house.requests() == other.requests() == []
    assert phone.told()[-1].startswith("Which place? Answer with its number.")
    assert read(other) == []


def test_a_fault_of_a_unit_that_is_named_is_logged_there(house: House, other: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    other.let(other.tenant(phone.number), unit_name="B2")
    send(phone, "fault b2 the gas is leaking")
    assert [each.text for each in other.requests()] == ["the gas is leaking"]


def test_one_landlord_s_units_are_named_as_they_like(house: House, phone: Phone) -> None:
    for unit_name in ("Penthouse", "Cellar"):
        house.let(house.tenant(phone.number), unit_name=unit_name)
    send(phone, "fault cellar the light of the penthouse stairs")
    assert [(each.unit_name, each.text) for each in house.requests()] == [
        ("Cellar", "the light of the penthouse stairs")
    ]


@pytest.mark.parametrize("text", ["STOP please", "START", "PLACES", "MAHALI", "NOT ME"])
@pytest.mark.parametrize("state", ["unconfirmed", "denied"])
def test_what_is_said_to_all_is_read_the_same_whoever_else_has_the_number(
    house: House, other: House, phone: Phone, text: str, state: str
) -> None:
    house.let(house.tenant(phone.number))
    send(phone, text)
    alone = [(each.command, each.text) for each in read(house)]
    claim(other, phone)
    if state == "denied":
        send(phone, "NOT ME")
    send(phone, text)
    assert [(each.command, each.text) for each in read(house)] == alone * 2
    assert all(each is None for _, each in alone)
    assert {each.text for each in house.replies()} <= {each.text for each in house.replies()[:1]}


def test_who_was_denied_is_not_told_that_the_holder_starts_again(house: House, other: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    claim(other, phone)
    send(phone, "NOT ME")
    send(phone, "START")
    assert [each.command for each in read(other)] == ["not_me"]
    assert [each.command for each in read(house)] == ["start"]
    claim(other, phone)  # which nobody has denied
    send(phone, "START")
    assert [each.command for each in read(other)] == ["not_me", "start"]
