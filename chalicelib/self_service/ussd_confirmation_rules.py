"""State machine of confirming a lease by USSD: pick one, yes or no, the unit's name.

Each answer is processed once and the state stored, since wrong names are counted and the gateway repeats all input.
"""

from typing import NamedTuple

PLACES, PLACE, UNIT, MENU, OVER = ("places", "place", "unit", "menu", "over")
STOP_MESSAGES, DENY_ENTRY, CHECK_UNIT = ("stop", "deny", "try")  # actions that an answer triggers

ON_A_PAGE = 4
MORE, BACK = "9", "0"


class ConfirmationState(NamedTuple):
    """State of a session: ``used`` answers were processed, ``picked`` is the index into ``offered``, from 0.

    ``text`` is the final message; ``left`` the remaining tries after a wrong name; ``has_menu`` whether a lease is
    confirmed, so that there is a menu to return to.
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
    """Return the state after the next answer, and the action to perform, or ""."""
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
