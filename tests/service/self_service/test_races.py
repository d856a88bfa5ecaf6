"""Two processes that answer one phone at the same moment: one confirmation, one fault, three wrong answers."""

import multiprocessing
from collections import Counter
from uuid import uuid4

import pytest

from chalicelib import leasing
from tests.service.self_service import racers
from tests.service.self_service.conftest import House, Phone, texts

pytestmark = pytest.mark.slow
PHONES = 4


def race(house: House, numbers: list[str], said: list[str], phone: Phone) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    url = house.books.resources.writer.url.render_as_string(hide_password=False)
    processes = [
        context.Process(target=racers.text_often, args=(url, numbers, said, phone.now, own, start))
        for own in ("one", "two")
    ]
    for each in processes:
        each.start()
    for each in processes:
        each.join(racers.TIMEOUT_S * 2)
    assert [each.exitcode for each in processes] == [0, 0]


def phones(house: House, phone: Phone) -> list[Phone]:
    """Return phones that are claimed and asked for something."""
    found = [Phone(phone.resources, f"+25417{uuid4().int % 10**7:07d}", phone.now) for _ in range(PHONES)]
    for each in found:
        house.let(house.tenant(each.number), unit_name=f"U{each.number[-4:]}", confirmed=False)
        each.text("fault no light")
    return found


def test_a_place_that_is_confirmed_twice_at_once_is_confirmed_once(house: House, phone: Phone) -> None:
    found = phones(house, phone)
    names = [f"1 U{each.number[-4:]}" for each in found]
    for each, name in zip(found, names, strict=True):
        race(house, [each.number], [name], phone)
    assert Counter(each.unit_name for each in house.requests()) == {name.removeprefix("1 "): 1 for name in names}
    numbers = [each.number for each in found]
    assert house.books.do(leasing.list_confirmed_phones, numbers) == set(numbers)
    assert sum(text.startswith("Request no.") for text in texts(house.replies())) == PHONES


def test_wrong_answers_of_two_at_once_are_three_together(house: House, phone: Phone) -> None:
    found = phones(house, phone)
    race(house, [each.number for each in found], ["1 X1", "1 X2", "1 X3"], phone)
    for each in found:
        told = Counter(text[:12] for text in each.told())
        assert told == {"Whose tenant": 1, "That is not ": 2, "Too many wro": 4}, each.told()
