"""Whose tenant the holder of a phone is, as they say it themselves: confirming a place, and denying it.

What is offered names organisation and property only. Who confirms it names the unit, and three wrong names close the
phone's commands for a day. Who says nothing is asked again when they next want to know something; nothing is sent
to ask them.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from chalicelib.commands import rules, session_service, telling
from chalicelib.commands.holder_service import Entry
from chalicelib.commands.registry import Asking, Reply, command
from chalicelib.commands.session_service import CONFIRM, DENY, Offer, Pending
from chalicelib.commands.texts import ENTRY_WIDTHS, first_that_fits, say
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import CONFIRMED, DENIED, UNCONFIRMED, PhoneLease

SMS, USSD = "sms", "ussd"
ON_A_PAGE = 3  # what an SMS has room for


@command("places", en=("PLACES", "PLACE"), sw=("MAHALI",), alone=("PLACES", "PLACE", "MAHALI"), anyone=True)
def list_places(db: Connection, asking: Asking) -> list[Reply]:
    """Offer what the number is claimed for and is not confirmed, what was denied last; a number asks for that page."""
    entries = [*asking.holder.entries(UNCONFIRMED), *asking.holder.entries(DENIED)]
    if not entries:
        return [tell_no_places(asking)]
    wanted = rules.read_choice(asking.text)
    return offer_places(db, asking, entries, page=wanted[0] if wanted else 1)


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
def deny(db: Connection, asking: Asking) -> list[Reply]:
    """End a claim and what is sent because of it: the one whose number is given, or the only unconfirmed one.

    What the holder has confirmed is denied by its number alone, and a number that is not what it was when it was
    shown denies nothing: whoever asked for this answer may have taken their claim back.
    """
    named = rules.read_number(asking.text)
    entries = asking.holder.unconfirmed
    chosen = entries[0] if named is None and len(entries) == 1 else None
    if named is not None:
        offer = session_service.find_offer(db, asking.phone, now=asking.now)
        chosen = find_offered(asking, offer, named) if offer and offer.purpose in (CONFIRM, DENY) else None
    if chosen is not None:
        end_claim(db, asking.phone, chosen, source=SMS, now=asking.now)
        text = telling.tell_denial(chosen, asking.spoken)
        return [Reply.of_platform(asking.spoken, text), Reply.of(chosen.tenant, asking.spoken, None)]
    if entries:
        return offer_places(db, asking, entries, purpose=DENY)
    entries = asking.holder.entries(CONFIRMED)
    if entries:
        return offer_places(db, asking, entries, purpose=DENY, told="deny_confirmed")
    return [tell_no_places(asking)]


def tell_no_places(asking: Asking) -> Reply:
    """Return that there is nothing to choose from; on nobody's account, since it tells that no other claims it."""
    return Reply.of_platform(asking.spoken, first_that_fits([say("no_places", asking.spoken)]))


def end_claim(db: Connection, phone: str, entry: Entry, *, source: str, now: dt.datetime) -> None:
    leasing.deny_places(db, phone, entry.leases, source=source, now=now)


def offer_places(
    db: Connection,
    asking: Asking,
    entries: Sequence[Entry],
    *,
    purpose: str = CONFIRM,
    pending: Pending | None = None,
    page: int = 1,
    told: str = "",
) -> list[Reply]:
    """Keep which number stands for which entry, and tell them; what waits for the answer is kept with it."""
    offered = [each.reference for each in entries]
    session_service.keep_offer(db, asking.phone, Offer(purpose, offered, pending), now=asking.now)
    begins = (page - 1) * ON_A_PAGE if 0 < page <= -(-len(entries) // ON_A_PAGE) else 0
    shown = list(enumerate(entries, 1))[begins : begins + ON_A_PAGE]
    more = begins // ON_A_PAGE + 2 if len(entries) > begins + ON_A_PAGE else 0
    text = first_that_fits(
        say(
            told or ("offer" if purpose == CONFIRM else "deny_which"),
            asking.spoken,
            places="\n".join(f"{number} {telling.entry_of(entry, width)}" for number, entry in shown),
            first=shown[0][0],
            more=say("more_places", asking.spoken, page=more) if more else "",
        )
        for width in ENTRY_WIDTHS
    )
    return [Reply.of_platform(asking.spoken, text)]


def find_offered(asking: Asking, offer: Offer, number: int) -> Entry | None:
    """Return the entry that was offered as ``number``, if it is still claimed."""
    if not 1 <= number <= len(offer.offered):
        return None
    return asking.holder.find_entry(offer.offered[number - 1], UNCONFIRMED, DENIED) or asking.holder.find_entry(
        offer.offered[number - 1], CONFIRMED
    )


def confirm_unit(
    db: Connection, phone: str, entry: Entry, unit_name: str, *, source: str, now: dt.datetime
) -> list[PhoneLease]:
    """Confirm what is let of the entry under that unit's name, and return it; nothing where the name is wrong."""
    named = [each for each in entry.leases if rules.is_same_unit(unit_name, each.unit_name)]
    leasing.confirm_places(db, phone, named, source=source, now=now)
    return named
