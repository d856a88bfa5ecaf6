"""Confirming a place by USSD, answer by answer: which is mine, yes or no, the unit's name.

Each answer is taken once and the state kept, since a wrong name counts and the gateway repeats all that was typed.
"""

from typing import NamedTuple

PLACES, PLACE, UNIT, MENU, OVER = ("places", "place", "unit", "menu", "over")
STOP_MESSAGES, DENY_ENTRY, CHECK_UNIT = ("stop", "deny", "try")  # what is done because of an answer

ON_A_PAGE = 4
MORE, BACK = "9", "0"


class ConfirmationState(NamedTuple):
    """Where a session stands: ``used`` answers were taken, ``picked`` is which of ``offered``, from 0.

    ``text`` is what was told at the end; ``left`` how many more names may be tried, where the last was wrong;
    ``has_menu`` whether something is confirmed, so that there is a menu to go back to.
    """

    screen: str = PLACES
    offered: tuple[str, ...] = ()
    used: int = 0
    page: int = 0
    picked: int = 0
    wrong: bool = False
    left: int = 0
    has_menu: bool = False
    confirmed: bool = False
    text: str = ""

    @property
    def pages(self) -> int:
        return -(-len(self.offered) // ON_A_PAGE)

    @property
    def reference(self) -> str:
        return self.offered[self.picked]


def next_state(state: ConfirmationState, typed: str) -> tuple[ConfirmationState, str]:
    """Return where the next answer leads, and what is to be done because of it, or ""."""
    after = state._replace(used=state.used + 1, wrong=False, left=0)
    answer = typed.strip().rstrip("#")
    if state.screen == UNIT:
        return after, CHECK_UNIT
    if state.screen == PLACE:
        screen = {"1": UNIT, "2": PLACE, BACK: PLACES}.get(answer)
        return after._replace(screen=screen or PLACE, wrong=screen is None), DENY_ENTRY if answer == "2" else ""
    if answer == BACK and not state.has_menu:
        return after, STOP_MESSAGES
    return _choose_entry(state, after, answer), ""


def _choose_entry(state: ConfirmationState, after: ConfirmationState, answer: str) -> ConfirmationState:
    if answer == BACK:
        return after._replace(screen=MENU)
    if answer == MORE and state.pages > 1:
        return after._replace(page=(state.page + 1) % state.pages)
    on_page = min(ON_A_PAGE, len(state.offered) - state.page * ON_A_PAGE)
    if answer in "1234" and len(answer) == 1 and int(answer) <= on_page:
        return after._replace(screen=PLACE, picked=state.page * ON_A_PAGE + int(answer) - 1)
    return after._replace(wrong=True)
