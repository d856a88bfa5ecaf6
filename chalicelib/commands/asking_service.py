"""What tenants may ask and do by phone, the same by SMS and by USSD."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.billing import service as billing
from chalicelib.billing.model import Receipt
from chalicelib.commands import rules, session_service, telling
from chalicelib.commands.places_service import SMS
from chalicelib.commands.registry import COMMANDS, Asking, Reply, command, list_commands
from chalicelib.commands.session_service import FAULT, Offer, pending_of
from chalicelib.commands.standing_service import list_standings, running
from chalicelib.commands.texts import WIDTHS, first_that_fits, say
from chalicelib.leasing.model import DENIED, PhoneLease, PhoneTenant
from chalicelib.maintenance import service as maintenance
from chalicelib.maintenance.model import MOST_TEXT, NewRequest
from chalicelib.messaging import service as messaging
from chalicelib.runtime.context import Context

MOST_CHOICES = 5  # places that an SMS asks to choose from
MOST_OPEN = 10  # requests by phone of one lease that wait at a time


@command("balance", en=("BALANCE", "BAL"), sw=("SALIO",))
def tell_balance(db: Connection, asking: Asking) -> list[Reply]:
    """Tell what is owed, in each organisation by itself."""
    naming = len(asking.tenants) > 1
    return [
        Reply.of(
            tenant,
            language,
            telling.tell_standings(tenant, list_standings(db, tenant, now=asking.now), language, naming=naming),
        )
        for tenant, language in _each(asking)
    ]


@command("receipt", en=("RECEIPT",), sw=("RISITI",))
def tell_receipt(db: Connection, asking: Asking) -> list[Reply]:
    """Tell the last receipt, in each organisation by itself."""
    naming = len(asking.tenants) > 1
    return [
        Reply.of(
            tenant,
            language,
            telling.tell_receipt(tenant, last_receipt(db, tenant, tenant.leases), language, naming=naming),
        )
        for tenant, language in _each(asking)
    ]


@command(
    "fault",
    en=("FAULT", "REPAIR"),
    sw=("TATIZO",),
    takes={"en": "and what is broken", "sw": "na kilichoharibika"},
)
def take_fault(db: Connection, asking: Asking) -> list[Reply]:
    """Keep a maintenance request for the only place, or the unit that the text begins with; else ask which.

    Each landlord names their own units: of several landlords' none is chosen by a name that may mean anything else.
    """
    offered = [(tenant, lease) for tenant in asking.tenants for lease in running(tenant)]
    if not offered:
        return [Reply.on_behalf(asking, "no_lease")]
    place, text = 0, asking.text
    if len(offered) > 1:
        names = [lease.unit_name for _, lease in offered]
        chosen, text = rules.choose_unit(text, names)
        several = len({tenant.organisation_id for tenant, _ in offered}) > 1
        if chosen is None or (several and not rules.is_unmistakable(asking.text, chosen, names)):
            return _ask_which(db, asking, offered)
        place = chosen
    return [log_fault(db, asking, *offered[place], text)]


def log_fault(db: Connection, asking: Asking, tenant: PhoneTenant, lease: PhoneLease, text: str) -> Reply:
    """Keep what the SMS says is broken, or say what it lacks."""
    language = asking.language or tenant.language
    if not rules.says_something(text):
        return Reply.of(tenant, language, _no_fault(language), lease.id)
    told = add_fault(db, asking.phone, tenant, lease, text, language, source=SMS, key=asking.key, now=asking.now)
    return Reply.of(tenant, language, told, lease.id)


def _ask_which(db: Connection, asking: Asking, offered: list[tuple[PhoneTenant, PhoneLease]]) -> list[Reply]:
    """Keep what is broken until its place is told; on the account of the one organisation that it can concern."""
    tenant = offered[0][0] if len({each.organisation_id for each, _ in offered}) == 1 else None
    language = asking.language or tenant.language if tenant else asking.spoken
    shown = offered[:MOST_CHOICES]
    offer = Offer(FAULT, [lease.id.hex for _, lease in shown], pending_of(asking, "fault"))
    session_service.keep_offer(db, asking.phone, offer, now=asking.now)
    text = first_that_fits(
        say(
            "fault_which",
            language,
            places="\n".join(f"{number} {telling.place_of(each, width)}" for number, (_, each) in enumerate(shown, 1)),
        )
        for width in WIDTHS
    )
    if not rules.says_something(asking.text):
        text = _no_fault(language)
    return [Reply.of(tenant, language, text) if tenant else Reply.of_platform(language, text)]


def _no_fault(language: str) -> str:
    return first_that_fits([say("no_fault", language, word=COMMANDS["fault"].words[language][0])])


@command(
    "stop",
    en=("STOP", "UNSUBSCRIBE"),
    sw=("ACHA", "ONDOKA", "TOKA"),
    alone=("STOP", "ACHA", "ONDOKA", "TOKA"),
    anyone=True,
)
def stop(db: Connection, asking: Asking) -> list[Reply]:
    """Send the phone nothing more, from any organisation.

    Only where little else stands beside the word: "stop sending wrong balances" wants right ones, "acha nilipe
    kesho" is "let me pay tomorrow", "toka asubuhi" is "since the morning".
    """
    stopped = messaging.stop_messages(db, asking.phone, source=SMS, now=asking.now)
    return [_confirm(asking, "stop", "start"), *_answered(asking, stopped)]


@command("start", en=("START",), sw=("ANZA",), alone=("START", "ANZA"), anyone=True)
def start(db: Connection, asking: Asking) -> list[Reply]:
    """Send to the phone again."""
    messaging.start_messages(db, asking.phone)
    claiming = [
        each.organisation_id
        for each in asking.holder.claimed
        if any(lease.state != DENIED for lease in each.leases)  # whom the holder denied learns nothing of them
    ]
    return [_confirm(asking, "start", "stop"), *_answered(asking, claiming)]


@command("help", en=("HELP",), sw=("MSAADA",), anyone=True)
def tell_help(db: Connection, asking: Asking) -> list[Reply]:
    """Tell what may be asked."""
    return [_listing(asking, "help")]


def tell_unknown(asking: Asking) -> list[Reply]:
    """Tell whom we did not understand what may be asked."""
    return [_listing(asking, "unknown")]


def tell_commands(language: str) -> str:
    return ", ".join(each.shown[language] for each in list_commands())


def last_receipt(db: Connection, tenant: PhoneTenant, leases: Sequence[PhoneLease]) -> Receipt | None:
    return billing.find_last_receipt(db, tenant.organisation_id, [each.id for each in leases]) if leases else None


def add_fault(
    db: Connection,
    phone: str,
    tenant: PhoneTenant,
    lease: PhoneLease,
    text: str,
    language: str,
    *,
    source: str,
    key: str,
    now: dt.datetime,
    most: int = rules.MOST_CHARACTERS,
) -> str:
    """Keep what is broken in what the lease is of, and return what is told of it; the phone is locked.

    ``key`` is of the message or session that told it: of a repeat the first's number is told. A phone may report so
    many a day, and so many of a lease may be open; what is too many is not kept, and that is told.
    """
    ctx = Context.for_system(db, tenant.organisation_id, now=now, today=tenant.today)
    known = maintenance.find_request_of(ctx, key)
    if known is None:
        if maintenance.count_open(ctx, lease.id) >= MOST_OPEN:
            return first_that_fits([say("faults_open", language, count=MOST_OPEN)], most)
        if not session_service.count_fault(db, phone, now=now):
            return first_that_fits([say("faults_enough", language, count=session_service.MOST_FAULTS)], most)
        new = NewRequest(
            property_id=lease.property_id,
            unit_id=lease.unit_id,
            text=rules.clean(text, MOST_TEXT),
            source=source,
            dedupe_key=key,
            lease_id=lease.id,
            tenant_id=lease.tenant_id,
        )
        known = maintenance.add_request(ctx, new)
    return telling.tell_fault(lease, known.number, language, most)


def _each(asking: Asking) -> list[tuple[PhoneTenant, str]]:
    return [(tenant, asking.language or tenant.language) for tenant in asking.tenants]


def _confirm(asking: Asking, name: str, undone_by: str) -> Reply:
    tenant = asking.holder.only
    language = asking.language or tenant.language if tenant else asking.spoken
    return Reply.on_behalf(asking, name, word=COMMANDS[undone_by].words[language][0])


def _answered(asking: Asking, organisation_ids: Sequence[UUID]) -> list[Reply]:
    """Return that it was answered for these organisations, without saying more."""
    concerned = {
        each.organisation_id: each for each in asking.holder.claimed if each.organisation_id in organisation_ids
    }
    return [Reply.of(each, asking.spoken, None) for each in concerned.values()]


def _listing(asking: Asking, name: str) -> Reply:
    tenant = asking.holder.only
    language = asking.language or tenant.language if tenant else asking.spoken
    return Reply.on_behalf(asking, name, commands=tell_commands(language))
