"""USSD menu: compute the current screen from all input of the session.

The gateway sends all input so far, joined by "*", with each request. Steps that write nothing are not stored: each
screen is recomputed from the menu, wrong choices included: "9*1" is an invalid choice, then the balance. If a
lease is confirmed (``ussd_confirmation_rules``) the session stores how much input that used; the menu starts after it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from chalicelib.self_service.parsing_rules import clean_line, has_content

MENU, WHICH, DESCRIBE, MESSAGES, HELP = PROMPT_SCREENS = ("menu", "which", "describe", "messages", "help")
BALANCE, RECEIPT, FAULT, STOP, START, LANGUAGE, NO_LEASE, PLACES = FINAL_SCREENS = (
    "balance",
    "receipt",
    "fault",
    "stop",
    "start",
    "language",
    "no_lease",
    "places",  # leaves this menu
)
WRITING_SCREENS = frozenset({FAULT, STOP, START, LANGUAGE, PLACES})

ON_A_PAGE = 5
MORE, BACK = "9", "0"

_ACTIONS = {"1": BALANCE, "2": RECEIPT, "3": FAULT}
_LANGUAGES = {"1": "en", "2": "sw"}


class MenuStep(NamedTuple):
    """Current step of a session.

    ``action`` is what a lease is chosen for, ``place`` the index of the chosen one; ``wrong`` if the last choice is
    invalid; ``text`` is the typed fault, or the chosen language; ``used`` how many answers led to the leases.
    """

    screen: str = MENU
    wrong: bool = False
    action: str = ""
    place: int | None = None
    page: int = 0
    text: str = ""
    used: int = 0


CountChoices = Callable[[str], int]


def find_step(text: str, count_choices: CountChoices, max_text: int) -> MenuStep:
    """Return the step that ``text``, all input so far, leads to.

    Args:
        count_choices: Number of leases to choose from for an action (for PLACES: to confirm); called only if needed.
        max_text: Maximum characters of a fault's text.
    """
    step = MenuStep()
    typed = text.split("*") if text else []
    for place, each in enumerate(typed):
        if step.screen in FINAL_SCREENS:
            break
        if step.screen == DESCRIBE:
            return _fault_step(step, "*".join(typed[place:]), max_text)
        step = _NEXT[step.screen](step, each.strip().rstrip("#"), count_choices)
        if step.screen == PLACES:
            return step._replace(used=place + 1)
    return step


def _from_menu(step: MenuStep, typed: str, count_choices: CountChoices) -> MenuStep:
    if typed in _ACTIONS:
        action = _ACTIONS[typed]
        count = count_choices(action)
        return MenuStep(WHICH, action=action) if count > 1 else _step_for_action(action, 0 if count else None)
    if typed == "5" and count_choices(PLACES):
        return MenuStep(PLACES)
    return {"4": MenuStep(MESSAGES), "0": MenuStep(HELP)}.get(typed, MenuStep(wrong=True))


def _from_which(step: MenuStep, typed: str, count_choices: CountChoices) -> MenuStep:
    if typed == BACK:
        return MenuStep()
    count = count_choices(step.action)
    pages = -(-count // ON_A_PAGE)
    if typed == MORE and pages > 1:
        return step._replace(page=(step.page + 1) % pages, wrong=False)
    on_page = min(ON_A_PAGE, count - step.page * ON_A_PAGE)
    if len(typed) == 1 and typed.isdecimal() and typed.isascii() and 1 <= int(typed) <= on_page:
        return _step_for_action(step.action, step.page * ON_A_PAGE + int(typed) - 1)
    return step._replace(wrong=True)


def _from_messages(step: MenuStep, typed: str, count_choices: CountChoices) -> MenuStep:
    return {"1": MenuStep(STOP), "2": MenuStep(START), BACK: MenuStep()}.get(typed, step._replace(wrong=True))


def _from_help(step: MenuStep, typed: str, count_choices: CountChoices) -> MenuStep:
    if typed in _LANGUAGES:
        return MenuStep(LANGUAGE, text=_LANGUAGES[typed])
    return MenuStep() if typed == BACK else step._replace(wrong=True)


_NEXT = {MENU: _from_menu, WHICH: _from_which, MESSAGES: _from_messages, HELP: _from_help}


def _step_for_action(action: str, place: int | None) -> MenuStep:
    if action == FAULT:
        return MenuStep(NO_LEASE) if place is None else MenuStep(DESCRIBE, action=FAULT, place=place)
    return MenuStep(action, action=action, place=place)


def _fault_step(step: MenuStep, typed: str, max_text: int) -> MenuStep:
    """Return the step with the typed fault; an empty text is asked for again, and the next input is used."""
    text = clean_line(re.sub(r"^[\W_]+", "", typed), max_text)
    return step._replace(screen=FAULT, text=text) if has_content(text) else step._replace(wrong=True)
