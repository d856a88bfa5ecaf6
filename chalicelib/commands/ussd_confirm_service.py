"""Confirming a place by USSD: what the session keeps, what is written, and the screens until there is a menu."""

import datetime as dt

from sqlalchemy import Connection

from chalicelib.commands import confirm_rules as rules
from chalicelib.commands import places_service, session_service, telling
from chalicelib.commands.confirm_rules import MENU, ON_A_PAGE, OVER, PLACE, PLACES, UNIT, Confirming
from chalicelib.commands.holder_service import Entry, Holder, find_holder
from chalicelib.commands.places_service import USSD
from chalicelib.commands.registry import COMMANDS
from chalicelib.commands.rules import known_as
from chalicelib.commands.texts import ENTRY_WIDTHS, first_that_fits, say
from chalicelib.leasing.model import DENIED, UNCONFIRMED
from chalicelib.messaging import service as messaging

MOST_SCREEN = 156  # characters beside "CON "


def find_confirming(db: Connection, phone: str, session_id: str, *, now: dt.datetime) -> Confirming | None:
    state = session_service.find_state(db, phone, _session(session_id), now=now)
    return None if state is None else Confirming(**{**state, "offered": tuple(state["offered"])})


def forget(db: Connection, phone: str, session_id: str) -> None:
    session_service.end_state(db, phone, _session(session_id))


def begin(holder: Holder, used: int) -> Confirming:
    """Offer what is claimed for the number now; a claim that is added meanwhile changes no number on the screen."""
    offered = tuple(each.reference for each in holder.unconfirmed)
    return Confirming(offered=offered, used=used, has_menu=bool(holder.tenants))


def take_answers(
    db: Connection, phone: str, session_id: str, at: Confirming, holder: Holder, typed: list[str], now: dt.datetime
) -> tuple[Confirming, Holder]:
    """Take the answers that were not taken yet, and return where that leads; the phone is locked."""
    while at.screen not in (MENU, OVER) and len(typed) > at.used:
        used = at.used + (_count_parts(holder, at) if at.screen == UNIT else 1)
        answer = "*".join(typed[at.used : used])
        at, act = rules.turn(at, answer)
        at = at._replace(used=min(used, len(typed)))
        if act == rules.STOP:
            messaging.stop_messages(db, phone, source=USSD, now=now)
            word = COMMANDS["start"].words[holder.language][0]
            at = _over(at, say("stop", holder.language, word=word))
        elif act:
            at = _take_word(db, phone, at, holder, act, answer, now)
            holder = find_holder(db, phone, now=now)
    session_service.keep_state(db, phone, _session(session_id), {**at._asdict(), "offered": list(at.offered)}, now=now)
    return at, holder


def screen_of(at: Confirming, holder: Holder) -> str:
    """Return the screen, "CON …" or "END …", while there is no menu."""
    if at.screen == OVER:
        return f"END {at.text}"
    entry = _entry(holder, at.reference) if at.screen != PLACES else None
    if at.screen != PLACES and entry is None:
        return f"END {say('no_places', holder.language)}"

    def make(width: int) -> str:
        text = _choices(at, holder, width) if entry is None else _question(at, entry, holder.language, width)
        if at.left:
            return say("not_that_unit", holder.language, left=at.left, text=text)
        return say("wrong", holder.language, text=text) if at.wrong else text

    return "CON " + first_that_fits(map(make, ENTRY_WIDTHS), MOST_SCREEN)


def _take_word(
    db: Connection, phone: str, at: Confirming, holder: Holder, act: str, answer: str, now: dt.datetime
) -> Confirming:
    """Deny the place that was picked, or try the unit's name."""
    language, entry = holder.language, _entry(holder, at.reference)
    if entry is None:
        return _over(at, say("no_places", language))
    if act == rules.DENY:
        places_service.end_claim(db, phone, entry, source=USSD, now=now)
        return _over(at, telling.tell_denial(entry, language, MOST_SCREEN))
    if places_service.confirm_unit(db, phone, entry, answer, source=USSD, now=now):
        return at._replace(screen=MENU, confirmed=True)
    left = session_service.count_wrong(db, phone, now=now)
    return at._replace(left=left) if left else _over(at, say("closed", language))


def _count_parts(holder: Holder, at: Confirming) -> int:
    """Return how many answers the gateway makes of the unit's name: a "*" in it looks like what stands between two."""
    entry = _entry(holder, at.reference)
    return 1 + max((lease.unit_name.count("*") for lease in entry.leases), default=0) if entry else 1


def _entry(holder: Holder, reference: str) -> Entry | None:
    return holder.find_entry(reference, UNCONFIRMED, DENIED)


def _over(at: Confirming, text: str) -> Confirming:
    return at._replace(screen=OVER, text=text)


def _question(at: Confirming, entry: Entry, language: str, width: int) -> str:
    return say(PLACE if at.screen == PLACE else UNIT, language, place=telling.entry_of(entry, width))


def _choices(at: Confirming, holder: Holder, width: int) -> str:
    language = holder.language
    begins = at.page * ON_A_PAGE
    lines = []
    for number, reference in enumerate(at.offered[begins : begins + ON_A_PAGE], 1):
        entry = _entry(holder, reference)
        lines.append(f"{number} {telling.entry_of(entry, width)}" if entry else f"{number} -")
    more = [say("page", language)] if at.pages > 1 else []
    last = say("back" if at.has_menu else "stop_all", language)
    return "\n".join([say(PLACES, language), *lines, *more, last])


def _session(session_id: str) -> str:
    return f"ussd:{known_as(session_id)}"
