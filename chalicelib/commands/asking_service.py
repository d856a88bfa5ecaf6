"""What tenants may ask and do by phone, the same by SMS and by USSD."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from chalicelib.billing import service as billing
from chalicelib.billing.model import Receipt
from chalicelib.commands import rules, telling
from chalicelib.commands.registry import COMMANDS, Asking, Reply, command
from chalicelib.commands.standing_service import list_standings, running
from chalicelib.commands.texts import first_that_fits, say
from chalicelib.leasing.model import PhoneLease, PhoneTenant
from chalicelib.maintenance import service as maintenance
from chalicelib.maintenance.model import MOST_TEXT, MaintenanceRequest, NewRequest
from chalicelib.messaging import service as messaging

SMS, USSD = "sms", "ussd"


@command("balance", en=("BALANCE", "BAL"), sw=("SALIO",))
def tell_balance(db: Connection, asking: Asking) -> list[Reply]:
    """Tell what is owed, in each organisation by itself."""
    naming = len(asking.tenants) > 1
    return [
        Reply(
            tenant,
            language,
            telling.tell_standings(tenant, list_standings(db, tenant), language, naming=naming),
        )
        for tenant, language in _each(asking)
    ]


@command("receipt", en=("RECEIPT",), sw=("RISITI",))
def tell_receipt(db: Connection, asking: Asking) -> list[Reply]:
    """Tell the last receipt, in each organisation by itself."""
    naming = len(asking.tenants) > 1
    return [
        Reply(
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
    """Keep a maintenance request for the unit that the text begins with, else for the first that is rented."""
    offered = [(tenant, lease) for tenant in asking.tenants for lease in running(tenant)]
    first = asking.tenants[0]
    language = asking.language or first.language
    if not offered:
        return [Reply(first, language, first_that_fits([say("no_lease", language)]))]
    place, text = 0, asking.text
    if len(offered) > 1:
        chosen, rest = rules.choose_unit(text, [lease.unit_name for _, lease in offered])
        place, text = chosen or 0, rest
    tenant, lease = offered[place]
    language = asking.language or tenant.language
    if not rules.says_something(text):
        word = COMMANDS["fault"].words[language][0]
        return [Reply(tenant, language, first_that_fits([say("no_fault", language, word=word)]), lease.id)]
    request = add_fault(db, tenant, lease, text, source=SMS, key=asking.key, now=asking.now)
    return [Reply(tenant, language, telling.tell_fault(lease, request.number, language), lease.id)]


@command("stop", en=("STOP", "UNSUBSCRIBE"), sw=("ACHA", "ONDOKA", "TOKA"), alone=("ACHA", "ONDOKA", "TOKA"))
def stop(db: Connection, asking: Asking) -> list[Reply]:
    """Send the phone nothing more, from any organisation; one of them says so.

    Who begins with STOP means it whatever follows. The others are everyday words: "acha nilipe kesho" is "let me
    pay tomorrow", "toka asubuhi" is "since the morning".
    """
    stop_messages(db, asking.tenants, asking.phone, source=SMS, now=asking.now)
    return _once(asking, "stop", "start")


@command("start", en=("START",), sw=("ANZA",), alone=("START", "ANZA"))
def start(db: Connection, asking: Asking) -> list[Reply]:
    """Send to the phone again."""
    start_messages(db, asking.tenants, asking.phone)
    return _once(asking, "start", "stop")


@command("help", en=("HELP",), sw=("MSAADA",))
def tell_help(db: Connection, asking: Asking) -> list[Reply]:
    """Tell what may be asked."""
    return [_listing(asking, "help")]


def tell_unknown(asking: Asking) -> list[Reply]:
    """Tell whom we did not understand what may be asked."""
    return [_listing(asking, "unknown")]


def list_commands(language: str) -> str:
    return ", ".join(each.shown[language] for each in COMMANDS.values())


def last_receipt(db: Connection, tenant: PhoneTenant, leases: Sequence[PhoneLease]) -> Receipt | None:
    return billing.find_last_receipt(db, tenant.organisation_id, [each.id for each in leases]) if leases else None


def add_fault(
    db: Connection, tenant: PhoneTenant, lease: PhoneLease, text: str, *, source: str, key: str, now: dt.datetime
) -> MaintenanceRequest:
    """Keep what is broken in what the lease is of; ``key`` is of the message or session that told it."""
    new = NewRequest(
        property_id=lease.property_id,
        unit_id=lease.unit_id,
        text=rules.clean(text, MOST_TEXT),
        source=source,
        dedupe_key=key,
        lease_id=lease.id,
        tenant_id=lease.tenant_id,
    )
    return maintenance.add_request(db, tenant.organisation_id, new, now=now)


def stop_messages(db: Connection, tenants: Iterable[PhoneTenant], phone: str, *, source: str, now: dt.datetime) -> None:
    for tenant in tenants:
        messaging.opt_out(db, tenant.organisation_id, phone, source=source, now=now)


def start_messages(db: Connection, tenants: Iterable[PhoneTenant], phone: str) -> None:
    for tenant in tenants:
        messaging.opt_in(db, tenant.organisation_id, phone)


def _each(asking: Asking) -> list[tuple[PhoneTenant, str]]:
    return [(tenant, asking.language or tenant.language) for tenant in asking.tenants]


def _once(asking: Asking, name: str, undone_by: str) -> list[Reply]:
    tenant, language = _each(asking)[0]
    word = COMMANDS[undone_by].words[language][0]
    return [Reply(tenant, language, first_that_fits([say(name, language, word=word)]))]


def _listing(asking: Asking, name: str) -> Reply:
    tenant, language = _each(asking)[0]
    return Reply(tenant, language, first_that_fits([say(name, language, commands=list_commands(language))]))
