"""Reading which place is meant, and the steps of confirming one by USSD."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.self_service import parsing_rules, ussd_confirmation_rules, ussd_menu_rules
from chalicelib.self_service.command_registry import match_command
from chalicelib.self_service.ussd_confirmation_rules import (
    CHECK_UNIT,
    DENY_ENTRY,
    MENU,
    PLACE,
    PLACES,
    STOP_MESSAGES,
    UNIT,
    ConfirmationState,
    next_state,
)

FIVE = ConfirmationState(offered=("a", "b", "c", "d", "e"))


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("1 A12", (1, "A12")),
        ("2, house a 12 ", (2, "house a 12")),
        ("12", (12, "")),
        (" #1.", (1, "")),
        ("1A12", None),  # a unit, perhaps
        ("A12", None),
        ("123 A", None),
        ("\u0661 A12", None),
        ("", None),
    ],
)
def test_a_choice_is_a_number_and_what_follows(text: str, choice: tuple[int, str] | None) -> None:
    assert parsing_rules.parse_choice(text) == choice


@pytest.mark.parametrize(
    ("typed", "unit", "same"),
    [
        ("A12", "A12", True),
        ("a 12", "A-12", True),
        ("house A12 please", "A12", True),
        ("nyumba 3", "House 3", True),
        ("3", "House 3", True),
        ("Shop", "Shop", True),
        ("A1", "A12", False),
        ("A12", "A1", False),
        ("", "A12", False),
        ("??", "A12", False),
        ("house", "House 3", False),
        ("unit", "Shop", False),
    ],
)
def test_a_unit_is_known_by_its_name_however_it_is_written(typed: str, unit: str, same: bool) -> None:
    assert parsing_rules.is_same_unit(typed, unit) is same


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NOT ME", "not_me"),
        ("not-me 2", "not_me"),
        ("Notme", "not_me"),
        ("not my number", "not_me"),
        ("wrong number sorry", "not_me"),
        ("SI MIMI", "not_me"),
        ("si yangu 3", "not_me"),
        ("not me who broke the tap", None),
        ("si mimi niliyevunja", None),
        ("not paid yet", None),
        ("MAHALI", "places"),
        ("place 2", "places"),
        ("Place the bins outside", None),
    ],
)
def test_the_words_of_places(text: str, name: str | None) -> None:
    found = match_command(parsing_rules.skip_courtesy(parsing_rules.parse_command_text(text)))
    assert (found.command.name if found else None) == name


@pytest.mark.parametrize(
    ("at", "typed", "after", "done"),
    [
        (FIVE, "2", FIVE._replace(screen=PLACE, picked=1), ""),
        (FIVE, "5", FIVE._replace(wrong=True), ""),  # on the next page
        (FIVE, "9", FIVE._replace(page=1), ""),
        (FIVE._replace(page=1), "1", FIVE._replace(screen=PLACE, page=1, picked=4), ""),
        (FIVE._replace(page=1), "2", FIVE._replace(page=1, wrong=True), ""),
        (FIVE, "", FIVE._replace(wrong=True), ""),
        (FIVE, "0", FIVE, STOP_MESSAGES),
        (FIVE._replace(has_menu=True), "0", FIVE._replace(has_menu=True, screen=MENU), ""),
        (FIVE._replace(screen=PLACE), "1#", FIVE._replace(screen=UNIT), ""),
        (FIVE._replace(screen=PLACE), "2", FIVE._replace(screen=PLACE), DENY_ENTRY),
        (FIVE._replace(screen=PLACE), "0", FIVE._replace(screen=PLACES), ""),
        (FIVE._replace(screen=PLACE), "7", FIVE._replace(screen=PLACE, wrong=True), ""),
        (FIVE._replace(screen=UNIT, left=1), "0", FIVE._replace(screen=UNIT), CHECK_UNIT),
    ],
)
def test_an_answer_leads_where_the_screen_says(
    at: ConfirmationState, typed: str, after: ConfirmationState, done: str
) -> None:
    assert next_state(at, typed) == (after._replace(used=1), done)


@given(st.lists(st.text(max_size=5), max_size=8), st.integers(1, 9))
def test_no_answer_breaks_it_and_each_is_taken_once(typed: list[str], count: int) -> None:
    at = ConfirmationState(offered=tuple(map(str, range(count))))
    for number, each in enumerate(typed, 1):
        at, _ = next_state(at, each)
        assert at.used == number
        assert at.screen in (PLACES, PLACE, UNIT)
        assert at.picked < count
    assert ussd_confirmation_rules.ON_A_PAGE <= 4


def test_the_menu_leads_to_the_places_where_there_are_any_and_says_what_that_took() -> None:
    def walk(text: str, places: int) -> ussd_menu_rules.MenuStep:
        return ussd_menu_rules.find_step(text, lambda action: places if action == ussd_menu_rules.PLACES else 1, 500)

    assert walk("9*5*1*1", 1) == ussd_menu_rules.MenuStep(ussd_menu_rules.PLACES, used=2)
    assert walk("5", 0) == ussd_menu_rules.MenuStep(wrong=True)
