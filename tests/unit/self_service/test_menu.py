"""The USSD menu as a machine: what was typed so far leads to one step."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.self_service import ussd_menu_rules
from chalicelib.self_service.ussd_menu_rules import MenuStep, find_step

MENU = MenuStep()
WRONG = MenuStep(wrong=True)


def at(text: str, *, leases: int = 1, running: int = 1) -> MenuStep:
    return find_step(text, lambda action: running if action == ussd_menu_rules.FAULT else leases, 500)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("", MENU),
        ("1", MenuStep("balance", action="balance", place=0)),
        ("2", MenuStep("receipt", action="receipt", place=0)),
        ("3", MenuStep("describe", action="fault", place=0)),
        ("3*The tap * drips", MenuStep("fault", action="fault", place=0, text="The tap * drips")),
        ("4", MenuStep("messages")),
        ("4*1", MenuStep("stop")),
        ("4*2", MenuStep("start")),
        ("4*0", MENU),
        ("0", MenuStep("help")),
        ("0*2", MenuStep("language", text="sw")),
        ("0*0*1", MenuStep("balance", action="balance", place=0)),
        (" 1#", MenuStep("balance", action="balance", place=0)),
    ],
)
def test_choices_lead_where_the_menu_says(text: str, step: MenuStep) -> None:
    assert at(text) == step


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("9", WRONG),
        ("9*1", MenuStep("balance", action="balance", place=0)),
        ("9*8*7", WRONG),
        ("*1", MenuStep("balance", action="balance", place=0)),  # sent with nothing typed
        ("11", WRONG),
        ("٣", WRONG),  # a digit, but none of the menu's
        ("4*7", MenuStep("messages", wrong=True)),
        ("4*7*1", MenuStep("stop")),
        ("0*x*1", MenuStep("language", text="en")),
        ("3*", MenuStep("describe", wrong=True, action="fault", place=0)),
        ("3*?", MenuStep("describe", wrong=True, action="fault", place=0)),
        ("3**?*no water", MenuStep("fault", wrong=True, action="fault", place=0, text="no water")),
    ],
)
def test_a_wrong_choice_is_told_and_may_be_followed_by_a_right_one(text: str, step: MenuStep) -> None:
    found = at(text)
    assert found._replace(wrong=False) == step._replace(wrong=False)
    if step.screen in ussd_menu_rules.PROMPT_SCREENS:
        assert found.wrong == step.wrong


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("1", MenuStep("which", action="balance")),
        ("1*2", MenuStep("balance", action="balance", place=1)),
        ("1*9", MenuStep("which", action="balance", page=1)),
        ("1*9*2", MenuStep("balance", action="balance", place=6)),
        ("1*9*3", MenuStep("which", wrong=True, action="balance", page=1)),  # there are seven
        ("1*9*3*1", MenuStep("balance", action="balance", place=5)),
        ("1*9*9", MenuStep("which", action="balance")),
        ("1*6", MenuStep("which", wrong=True, action="balance")),
        ("1*0*3*2*dark", MenuStep("fault", action="fault", place=1, text="dark")),
        ("1*00000000000000000000000001", MenuStep("which", wrong=True, action="balance")),
    ],
)
def test_several_leases_are_chosen_from_page_by_page(text: str, step: MenuStep) -> None:
    assert at(text, leases=7, running=2) == step


def test_a_page_more_is_offered_only_where_there_is_one() -> None:
    assert at("1*9", leases=5) == MenuStep("which", wrong=True, action="balance")


def test_without_a_lease_nothing_is_broken_and_nothing_is_chosen() -> None:
    assert at("3", running=0) == MenuStep("no_lease")
    assert at("1", leases=0) == MenuStep("balance", action="balance", place=None)


def test_a_fault_is_cut_to_what_is_kept() -> None:
    assert find_step("3*" + "x" * 600, lambda action: 1, 500).text == "x" * 500


@given(
    st.lists(st.sampled_from(["0", "1", "2", "3", "4", "5", "9", "", "x", "no water"]), max_size=12), st.integers(0, 7)
)
@example(["9", "1"], 1)
def test_whatever_is_typed_leads_to_a_screen_and_a_wrong_choice_changes_nothing(typed: list[str], count: int) -> None:
    step = at("*".join(typed), leases=count, running=count)
    assert step.screen in ussd_menu_rules.PROMPT_SCREENS + ussd_menu_rules.FINAL_SCREENS
    if step.place is not None:
        assert 0 <= step.place < count
    if step.screen in ussd_menu_rules.PROMPT_SCREENS and step.screen != "describe" and typed:
        again = at("*".join([*typed, "x"]), leases=count, running=count)
        assert again == step._replace(wrong=True)


@given(st.text(max_size=80))
def test_no_text_breaks_the_menu(text: str) -> None:
    assert at(text, leases=2, running=2).screen in ussd_menu_rules.PROMPT_SCREENS + ussd_menu_rules.FINAL_SCREENS
