"""Confirming or denying a lease by the holder of a phone.

Offers name organisation and property only. To confirm, the holder names the unit; three wrong names block the
phone's commands for a day. A holder who does not answer is asked again at the next command; nothing is sent
unprompted.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from chalicelib import leasing
from chalicelib.leasing.tenant_model import CONFIRMED, DENIED, UNCONFIRMED, PhoneLease
from chalicelib.self_service import parsing_rules, reply_texts, sessions
from chalicelib.self_service.command_registry import CommandRequest, CommandTable, Reply
from chalicelib.self_service.phone_holders import ClaimedProperty
from chalicelib.self_service.sessions import CONFIRM, DENY, OfferedChoices, PendingCommand
from chalicelib.self_service.text_fitting import ENTRY_WIDTHS, first_fitting
from chalicelib.translations.phone_replies import translate

SMS, USSD = "sms", "ussd"
ON_A_PAGE = 3  # as many as fit one SMS

commands = CommandTable()


@commands.command("places", en=("PLACES", "PLACE"), sw=("MAHALI",), alone=("PLACES", "PLACE", "MAHALI"), anyone=True)
def handle_places(db: Connection, request: CommandRequest) -> list[Reply]:
    """Offer unconfirmed claims, denied ones last; a number selects the page."""
    entries = [*request.holder.entries(UNCONFIRMED), *request.holder.entries(DENIED)]
    if not entries:
        return [reply_no_places(request)]
    choice = parsing_rules.parse_choice(request.text)
    return offer_entries(db, request, entries, page=choice[0] if choice else 1)


@commands.command(
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
    """Deny a claim and stop its messages: the one with the given number, or the only unconfirmed one.

    A confirmed lease is denied only by its number, and a number whose claim changed since it was shown denies nothing:
    the organisation may have withdrawn the claim.
    """
    number = parsing_rules.parse_number(request.text)
    entries = request.holder.unconfirmed
    chosen = entries[0] if number is None and len(entries) == 1 else None
    if number is not None:
        offer = sessions.find_offer(db, request.phone, now=request.now)
        chosen = find_offered_entry(request, offer, number) if offer and offer.purpose in (CONFIRM, DENY) else None
    if chosen is not None:
        deny_entry(db, request.phone, chosen, source=SMS, now=request.now)
        text = reply_texts.render_denial(chosen, request.reply_language)
        return [Reply.of_platform(request.reply_language, text), Reply.of(chosen.tenant, request.reply_language, None)]
    if entries:
        return offer_entries(db, request, entries, purpose=DENY)
    entries = request.holder.entries(CONFIRMED)
    if entries:
        return offer_entries(db, request, entries, purpose=DENY, text_name="deny_confirmed")
    return [reply_no_places(request)]


def reply_no_places(request: CommandRequest) -> Reply:
    """Reply that there is nothing to choose; billed to no organisation, since it reveals that no other has a claim."""
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
    """Store the numbering of the entries and reply with it; ``pending`` is stored with it."""
    offered = [each.reference for each in entries]
    sessions.save_offer(db, request.phone, OfferedChoices(purpose, offered, pending), now=request.now)
    start = (page - 1) * ON_A_PAGE if 0 < page <= -(-len(entries) // ON_A_PAGE) else 0
    shown = list(enumerate(entries, 1))[start : start + ON_A_PAGE]
    more = start // ON_A_PAGE + 2 if len(entries) > start + ON_A_PAGE else 0
    text = first_fitting(
        translate(
            text_name or ("offer" if purpose == CONFIRM else "deny_which"),
            request.reply_language,
            places="\n".join(f"{number} {reply_texts.format_entry(entry, width)}" for number, entry in shown),
            first=shown[0][0],
            more=translate("more_places", request.reply_language, page=more) if more else "",
        )
        for width in ENTRY_WIDTHS
    )
    return [Reply.of_platform(request.reply_language, text)]


def find_offered_entry(request: CommandRequest, offer: OfferedChoices, number: int) -> ClaimedProperty | None:
    """Return the entry offered as ``number``, if still claimed."""
    if not 1 <= number <= len(offer.offered):
        return None
    return request.holder.find_entry(offer.offered[number - 1], UNCONFIRMED, DENIED) or request.holder.find_entry(
        offer.offered[number - 1], CONFIRMED
    )


def confirm_unit(
    db: Connection, phone: str, entry: ClaimedProperty, unit_name: str, *, source: str, now: dt.datetime
) -> list[PhoneLease]:
    """Confirm the entry's leases of the unit with that name, and return them; empty if the name is wrong."""
    number = [each for each in entry.leases if parsing_rules.is_same_unit(unit_name, each.unit_name)]
    leasing.confirm_places(db, phone, number, source=source, now=now)
    return number
