"""The USSD menu: from what was typed since the session began to what is shown now.

The gateway sends everything that was typed so far, joined by "*", with each request. What writes nothing
is kept nowhere: each screen is reached anew from the menu, wrong choices on the way included: "9*1" is a
choice that is not there, and then the balance. Where a place is confirmed (``confirm_rules``) the session
keeps how much of the text that used up; the menu begins behind it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from chalicelib.commands.rules import clean, says_something

MENU, WHICH, DESCRIBE, MESSAGES, HELP = ASKING = ("menu", "which", "describe", "messages", "help")
BALANCE, RECEIPT, FAULT, STOP, START, LANGUAGE, NO_LEASE, PLACES = ENDING = (
    "balance",
    "receipt",
    "fault",
    "stop",
    "start",
    "language",
    "no_lease",
    "places",  # ends what is walked here
)
WRITING = frozenset({FAULT, STOP, START, LANGUAGE, PLACES})

ON_A_PAGE = 5
MORE, BACK = "9", "0"

_OFFERS = {"1": BALANCE, "2": RECEIPT, "3": FAULT}
_LANGUAGES = {"1": "en", "2": "sw"}


class Step(NamedTuple):
    """Where a session stands.

    ``action`` is what a lease is chosen for, and ``place`` which of those offered; ``wrong`` where the
    last choice is not there; ``text`` is what was typed of a fault, or the language that was chosen; ``used`` how
    many answers it took to come to the places.
    """

    screen: str = MENU
    wrong: bool = False
    action: str = ""
    place: int | None = None
    page: int = 0
    text: str = ""
    used: int = 0


Offers = Callable[[str], int]


def walk(text: str, offers: Offers, most_text: int) -> Step:
    """Return the step that ``text``, what was typed so far, leads to.

    Args:
        offers: How many leases there are to choose from for an action (for PLACES: how many places to confirm);
            asked only where it matters.
        most_text: Characters that a fault's text may have.
    """
    at = Step()
    typed = text.split("*") if text else []
    for place, each in enumerate(typed):
        if at.screen in ENDING:
            break
        if at.screen == DESCRIBE:
            return _described(at, "*".join(typed[place:]), most_text)
        at = _NEXT[at.screen](at, each.strip().rstrip("#"), offers)
        if at.screen == PLACES:
            return at._replace(used=place + 1)
    return at


def _from_menu(at: Step, typed: str, offers: Offers) -> Step:
    if typed in _OFFERS:
        action = _OFFERS[typed]
        count = offers(action)
        return Step(WHICH, action=action) if count > 1 else _arrive(action, 0 if count else None)
    if typed == "5" and offers(PLACES):
        return Step(PLACES)
    return {"4": Step(MESSAGES), "0": Step(HELP)}.get(typed, Step(wrong=True))


def _from_which(at: Step, typed: str, offers: Offers) -> Step:
    if typed == BACK:
        return Step()
    count = offers(at.action)
    pages = -(-count // ON_A_PAGE)
    if typed == MORE and pages > 1:
        return at._replace(page=(at.page + 1) % pages, wrong=False)
    on_page = min(ON_A_PAGE, count - at.page * ON_A_PAGE)
    if len(typed) == 1 and typed.isdecimal() and typed.isascii() and 1 <= int(typed) <= on_page:
        return _arrive(at.action, at.page * ON_A_PAGE + int(typed) - 1)
    return at._replace(wrong=True)


def _from_messages(at: Step, typed: str, offers: Offers) -> Step:
    return {"1": Step(STOP), "2": Step(START), BACK: Step()}.get(typed, at._replace(wrong=True))


def _from_help(at: Step, typed: str, offers: Offers) -> Step:
    if typed in _LANGUAGES:
        return Step(LANGUAGE, text=_LANGUAGES[typed])
    return Step() if typed == BACK else at._replace(wrong=True)


_NEXT = {MENU: _from_menu, WHICH: _from_which, MESSAGES: _from_messages, HELP: _from_help}


def _arrive(action: str, place: int | None) -> Step:
    if action == FAULT:
        return Step(NO_LEASE) if place is None else Step(DESCRIBE, action=FAULT, place=place)
    return Step(action, action=action, place=place)


def _described(at: Step, typed: str, most_text: int) -> Step:
    """Return the fault as it was told; nothing said is asked again, and then what is typed comes behind it."""
    text = clean(re.sub(r"^[\W_]+", "", typed), most_text)
    return at._replace(screen=FAULT, text=text) if says_something(text) else at._replace(wrong=True)
