"""Confirm a lease by USSD: session state, writes, and the screens until there is a menu."""

import datetime as dt

from sqlalchemy import Connection

from chalicelib import messaging
from chalicelib.leasing.tenant_model import DENIED, UNCONFIRMED
from chalicelib.self_service import place_commands, reply_texts, sessions
from chalicelib.self_service import ussd_confirmation_rules as rules
from chalicelib.self_service.command_registry import COMMANDS
from chalicelib.self_service.parsing_rules import reference_key
from chalicelib.self_service.phone_holders import ClaimedProperty, Holder, find_holder
from chalicelib.self_service.place_commands import USSD
from chalicelib.self_service.text_fitting import ENTRY_WIDTHS, first_fitting
from chalicelib.self_service.ussd_confirmation_rules import (
    MENU,
    ON_A_PAGE,
    OVER,
    PLACE,
    PLACES,
    UNIT,
    ConfirmationState,
)
from chalicelib.translations.phone_replies import translate

MAX_SCREEN = 156  # characters after "CON "


def find_confirmation(db: Connection, phone: str, session_id: str, *, now: dt.datetime) -> ConfirmationState | None:
    return sessions.find_state(db, phone, _session_name(session_id), now=now)


def end_confirmation(db: Connection, phone: str, session_id: str) -> None:
    sessions.end_state(db, phone, _session_name(session_id))


def start_confirmation(holder: Holder, used: int) -> ConfirmationState:
    """Offer the number's current claims; a claim added later does not change the numbering on screen."""
    offered = tuple(each.reference for each in holder.unconfirmed)
    return ConfirmationState(offered=offered, used=used, has_menu=bool(holder.tenants))


def handle_answers(
    db: Connection,
    phone: str,
    session_id: str,
    state: ConfirmationState,
    holder: Holder,
    typed: list[str],
    now: dt.datetime,
) -> tuple[ConfirmationState, Holder]:
    """Process the new answers, and return the resulting state; the phone is locked."""
    while state.screen not in (MENU, OVER) and len(typed) > state.used:
        used = state.used + (_count_answers(holder, state) if state.screen == UNIT else 1)
        answer = "*".join(typed[state.used : used])
        state, action = rules.next_state(state, answer)
        state = state._replace(used=min(used, len(typed)))
        if action == rules.STOP_MESSAGES:
            messaging.stop_messages(db, phone, source=USSD, now=now)
            word = COMMANDS["start"].words[holder.language][0]
            state = _end(state, translate("stop", holder.language, word=word))
        elif action:
            state = _handle_action(db, phone, state, holder, action, answer, now)
            holder = find_holder(db, phone, now=now)
    sessions.save_state(db, phone, _session_name(session_id), state, now=now)
    return state, holder


def render_confirmation_screen(state: ConfirmationState, holder: Holder) -> str:
    """Return the screen, "CON …" or "END …", before there is a menu."""
    if state.screen == OVER:
        return f"END {state.text}"
    entry = _find_entry(holder, state.reference) if state.screen != PLACES else None
    if state.screen != PLACES and entry is None:
        return f"END {translate('no_places', holder.language)}"

    def render(width: int) -> str:
        text = (
            _render_entries(state, holder, width)
            if entry is None
            else _render_question(state, entry, holder.language, width)
        )
        if state.left:
            return translate("not_that_unit", holder.language, left=state.left, text=text)
        return translate("wrong", holder.language, text=text) if state.wrong else text

    return "CON " + first_fitting(map(render, ENTRY_WIDTHS), MAX_SCREEN)


def _handle_action(
    db: Connection, phone: str, state: ConfirmationState, holder: Holder, action: str, answer: str, now: dt.datetime
) -> ConfirmationState:
    """Deny the picked claim, or check the unit's name."""
    language, entry = holder.language, _find_entry(holder, state.reference)
    if entry is None:
        return _end(state, translate("no_places", language))
    if action == rules.DENY_ENTRY:
        place_commands.deny_entry(db, phone, entry, source=USSD, now=now)
        return _end(state, reply_texts.render_denial(entry, language, MAX_SCREEN))
    if place_commands.confirm_unit(db, phone, entry, answer, source=USSD, now=now):
        return state._replace(screen=MENU, confirmed=True)
    left = sessions.count_wrong_answer(db, phone, now=now)
    return state._replace(left=left) if left else _end(state, translate("closed", language))


def _count_answers(holder: Holder, state: ConfirmationState) -> int:
    """Return how many answers the gateway splits the unit's name into: a "*" in it looks like a separator."""
    entry = _find_entry(holder, state.reference)
    return 1 + max((lease.unit_name.count("*") for lease in entry.leases), default=0) if entry else 1


def _find_entry(holder: Holder, reference: str) -> ClaimedProperty | None:
    return holder.find_entry(reference, UNCONFIRMED, DENIED)


def _end(state: ConfirmationState, text: str) -> ConfirmationState:
    return state._replace(screen=OVER, text=text)


def _render_question(state: ConfirmationState, entry: ClaimedProperty, language: str, width: int) -> str:
    return translate(PLACE if state.screen == PLACE else UNIT, language, place=reply_texts.format_entry(entry, width))


def _render_entries(state: ConfirmationState, holder: Holder, width: int) -> str:
    language = holder.language
    start = state.page * ON_A_PAGE
    lines = []
    for number, reference in enumerate(state.offered[start : start + ON_A_PAGE], 1):
        entry = _find_entry(holder, reference)
        lines.append(f"{number} {reply_texts.format_entry(entry, width)}" if entry else f"{number} -")
    more = [translate("page", language)] if state.pages > 1 else []
    footer = translate("back" if state.has_menu else "stop_all", language)
    return "\n".join([translate(PLACES, language), *lines, *more, footer])


def _session_name(session_id: str) -> str:
    return f"ussd:{reference_key(session_id)}"
