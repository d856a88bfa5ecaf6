"""Whose tenant the holder of a phone is, as they say it themselves: confirming a place, and denying it.

What is offered names organisation and property only. Who confirms it names the unit, and three wrong names close the
phone's commands for a day. Who says nothing is asked again when they next want to know something; nothing is sent
to ask them.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import CONFIRMED, DENIED, UNCONFIRMED, PhoneLease
from chalicelib.self_service import rules, session_service, telling
from chalicelib.self_service.holder_service import ClaimedProperty
from chalicelib.self_service.registry import CommandRequest, Reply, command
from chalicelib.self_service.session_service import CONFIRM, DENY, OfferedChoices, PendingCommand
from chalicelib.self_service.texts import ENTRY_WIDTHS, first_fitting, translate

SMS, USSD = "sms", "ussd"
ON_A_PAGE = 3  # what an SMS has room for


@command("places", en=("PLACES", "PLACE"), sw=("MAHALI",), alone=("PLACES", "PLACE", "MAHALI"), anyone=True)
def handle_places(db: Connection, request: CommandRequest) -> list[Reply]:
    """Offer what the number is claimed for and is not confirmed, what was denied last; a number asks for that page."""
    entries = [*request.holder.entries(UNCONFIRMED), *request.holder.entries(DENIED)]
    if not entries:
        return [reply_no_places(request)]
    choice = rules.parse_choice(request.text)
    return offer_entries(db, request, entries, page=choice[0] if choice else 1)


@command(
    "not_me",
    en=("NOT ME", "NOT MINE", "NOT MY", "WRONG NUMBER"),
    sw=("SI MIMI", "SI YANGU", "SI WANGU", "SIO MIMI", "SIO YANGU"),
    alone=(
        "NOT ME", "NOT MINE", "NOT MY", "WRONG NUMBER",
        "SI MIMI", "SI YANGU", "SI WANGU", "SIO MIMI", "SIO YANGU",
    ),
    anyone=True,
)  # fmt: skip
def handle_not_me(db: Connection, request: CommandRequest) -> list[Reply]:
    """End a claim and what is sent because of it: the one whose number is given, or the only unconfirmed one.

    What the holder has confirmed is denied by its number alone, and a number that is not what it was when it was
    shown denies nothing: whoever asked for this answer may have taken their claim back.
    """
    number = rules.parse_number(request.text)
    entries = request.holder.unconfirmed
    chosen = entries[0] if number is None and len(entries) == 1 else None
    if number is not None:
        offer = session_service.find_offer(db, request.phone, now=request.now)
        chosen = find_offered_entry(request, offer, number) if offer and offer.purpose in (CONFIRM, DENY) else None
    if chosen is not None:
        deny_entry(db, request.phone, chosen, source=SMS, now=request.now)
        text = telling.render_denial(chosen, request.reply_language)
        return [Reply.of_platform(request.reply_language, text), Reply.of(chosen.tenant, request.reply_language, None)]
    if entries:
        return offer_entries(db, request, entries, purpose=DENY)
    entries = request.holder.entries(CONFIRMED)
    if entries:
        return offer_entries(db, request, entries, purpose=DENY, text_name="deny_confirmed")
    return [reply_no_places(request)]


def reply_no_places(request: CommandRequest) -> Reply:
    """Return that there is nothing to choose from; on nobody's account, since it tells that no other claims it."""
    return Reply.of_platform(request.reply_language, first_fitting([translate("no_places", request.reply_language)]))


def deny_entry(db: Connection, phone: str, entry: ClaimedProperty, *, source: str, now: dt.datetime) -> None:
    leasing.deny_places(db, phone, entry.leases, source=source, now=now)


def offer_entries(
    db: Connection,
    request: CommandRequest,
    entries: Sequence[ClaimedProperty],
    *,
    purpose: str = CONFIRM,
    pending: PendingCommand | None = None,
    page: int = 1,
    text_name: str = "",
) -> list[Reply]:
    """Keep which number stands for which entry, and tell them; what waits for the answer is kept with it."""
    offered = [each.reference for each in entries]
    session_service.save_offer(db, request.phone, OfferedChoices(purpose, offered, pending), now=request.now)
    start = (page - 1) * ON_A_PAGE if 0 < page <= -(-len(entries) // ON_A_PAGE) else 0
    shown = list(enumerate(entries, 1))[start : start + ON_A_PAGE]
    more = start // ON_A_PAGE + 2 if len(entries) > start + ON_A_PAGE else 0
    text = first_fitting(
        translate(
            text_name or ("offer" if purpose == CONFIRM else "deny_which"),
            request.reply_language,
            places="\n".join(f"{number} {telling.format_entry(entry, width)}" for number, entry in shown),
            first=shown[0][0],
            more=translate("more_places", request.reply_language, page=more) if more else "",
        )
        for width in ENTRY_WIDTHS
    )
    return [Reply.of_platform(request.reply_language, text)]


def find_offered_entry(request: CommandRequest, offer: OfferedChoices, number: int) -> ClaimedProperty | None:
    """Return the entry that was offered as ``number``, if it is still claimed."""
    if not 1 <= number <= len(offer.offered):
        return None
    return request.holder.find_entry(offer.offered[number - 1], UNCONFIRMED, DENIED) or request.holder.find_entry(
        offer.offered[number - 1], CONFIRMED
    )


def confirm_unit(
    db: Connection, phone: str, entry: ClaimedProperty, unit_name: str, *, source: str, now: dt.datetime
) -> list[PhoneLease]:
    """Confirm what is let of the entry under that unit's name, and return it; nothing where the name is wrong."""
    number = [each for each in entry.leases if rules.is_same_unit(unit_name, each.unit_name)]
    leasing.confirm_places(db, phone, number, source=source, now=now)
    return number
