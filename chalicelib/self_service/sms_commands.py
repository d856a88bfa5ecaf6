"""Commands of tenants, common to SMS and USSD."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import billing, maintenance, messaging
from chalicelib.billing.model import Receipt
from chalicelib.leasing.tenant_model import DENIED, PhoneLease, PhoneTenant
from chalicelib.maintenance.model import MAX_TEXT, NewRequest
from chalicelib.runtime.context import Context
from chalicelib.self_service import parsing_rules, reply_texts, sessions
from chalicelib.self_service.command_registry import COMMANDS, CommandRequest, CommandTable, Reply, list_commands
from chalicelib.self_service.lease_balances import list_active_leases, list_lease_balances
from chalicelib.self_service.place_commands import SMS
from chalicelib.self_service.sessions import FAULT, OfferedChoices, make_pending
from chalicelib.self_service.text_fitting import PLACE_WIDTHS, first_fitting
from chalicelib.translations.phone_replies import translate

MAX_CHOICES = 5  # leases offered in one SMS
MAX_OPEN = 10  # open requests by phone per lease

commands = CommandTable()


@commands.command("balance", en=("BALANCE", "BAL"), sw=("SALIO",))
def handle_balance(db: Connection, request: CommandRequest) -> list[Reply]:
    """Reply with the balance, one reply per organisation."""
    name_organisation = len(request.tenants) > 1
    return [
        Reply.of(
            tenant,
            language,
            reply_texts.render_balances(
                tenant, list_lease_balances(db, tenant, now=request.now), language, name_organisation=name_organisation
            ),
        )
        for tenant, language in _tenants_with_language(request)
    ]


@commands.command("receipt", en=("RECEIPT",), sw=("RISITI",))
def handle_receipt(db: Connection, request: CommandRequest) -> list[Reply]:
    """Reply with the last receipt, one reply per organisation."""
    name_organisation = len(request.tenants) > 1
    return [
        Reply.of(
            tenant,
            language,
            reply_texts.render_receipt(
                tenant, find_last_receipt(db, tenant, tenant.leases), language, name_organisation=name_organisation
            ),
        )
        for tenant, language in _tenants_with_language(request)
    ]


@commands.command(
    "fault",
    en=("FAULT", "REPAIR"),
    sw=("TATIZO",),
    argument_help={"en": "and what is broken", "sw": "na kilichoharibika"},
)
def handle_fault(db: Connection, request: CommandRequest) -> list[Reply]:
    """Create a maintenance request for the only lease, or the unit that the text begins with; else ask which.

    Unit names are each landlord's own: with several landlords a name selects none that might mean something else.
    """
    choices = [(tenant, lease) for tenant in request.tenants for lease in list_active_leases(tenant)]
    if not choices:
        return [Reply.on_behalf(request, "no_lease")]
    place, text = 0, request.text
    if len(choices) > 1:
        names = [lease.unit_name for _, lease in choices]
        chosen, text = parsing_rules.match_unit(text, names)
        several = len({tenant.organisation_id for tenant, _ in choices}) > 1
        if chosen is None or (several and not parsing_rules.is_unambiguous(request.text, chosen, names)):
            return _ask_which_place(db, request, choices)
        place = chosen
    return [report_fault(db, request, *choices[place], text)]


def report_fault(db: Connection, request: CommandRequest, tenant: PhoneTenant, lease: PhoneLease, text: str) -> Reply:
    """Create the request from the SMS, or reply with what is missing."""
    language = request.language or tenant.language
    if not parsing_rules.has_content(text):
        return Reply.of(tenant, language, _fault_usage(language), lease.id)
    reply_text = create_fault_request(
        db, request.phone, tenant, lease, text, language, source=SMS, key=request.key, now=request.now
    )
    return Reply.of(tenant, language, reply_text, lease.id)


def _ask_which_place(
    db: Connection, request: CommandRequest, choices: list[tuple[PhoneTenant, PhoneLease]]
) -> list[Reply]:
    """Store the fault until its lease is chosen; billed to the only organisation that it can concern."""
    tenant = choices[0][0] if len({each.organisation_id for each, _ in choices}) == 1 else None
    language = request.language or tenant.language if tenant else request.reply_language
    shown = choices[:MAX_CHOICES]
    offer = OfferedChoices(FAULT, [lease.id.hex for _, lease in shown], make_pending(request, "fault"))
    sessions.save_offer(db, request.phone, offer, now=request.now)
    text = first_fitting(
        translate(
            "fault_which",
            language,
            places="\n".join(
                f"{number} {reply_texts.format_place(each, width)}" for number, (_, each) in enumerate(shown, 1)
            ),
        )
        for width in PLACE_WIDTHS
    )
    if not parsing_rules.has_content(request.text):
        text = _fault_usage(language)
    return [Reply.of(tenant, language, text) if tenant else Reply.of_platform(language, text)]


def _fault_usage(language: str) -> str:
    return first_fitting([translate("no_fault", language, word=COMMANDS["fault"].words[language][0])])


@commands.command(
    "stop",
    en=("STOP", "UNSUBSCRIBE"),
    sw=("ACHA", "ONDOKA", "TOKA"),
    alone=("STOP", "ACHA", "ONDOKA", "TOKA"),
    anyone=True,
)
def handle_stop(db: Connection, request: CommandRequest) -> list[Reply]:
    """Opt the phone out of every organisation.

    Only if little else follows the keyword: "stop sending wrong balances" wants right ones, "acha nilipe
    kesho" is "let me pay tomorrow", "toka asubuhi" is "since the morning".
    """
    stopped = messaging.stop_messages(db, request.phone, source=SMS, now=request.now)
    return [_reply_with_undo(request, "stop", "start"), *_replies_without_text(request, stopped)]


@commands.command("start", en=("START",), sw=("ANZA",), alone=("START", "ANZA"), anyone=True)
def handle_start(db: Connection, request: CommandRequest) -> list[Reply]:
    """End the phone's opt-outs."""
    messaging.start_messages(db, request.phone)
    claiming = [
        each.organisation_id
        for each in request.holder.claimed
        if any(lease.state != DENIED for lease in each.leases)  # a denied organisation must learn nothing of the holder
    ]
    return [_reply_with_undo(request, "start", "stop"), *_replies_without_text(request, claiming)]


@commands.command("help", en=("HELP",), sw=("MSAADA",), anyone=True)
def handle_help(db: Connection, request: CommandRequest) -> list[Reply]:
    """Reply with the available commands."""
    return [_reply_with_commands(request, "help")]


def reply_to_unknown(request: CommandRequest) -> list[Reply]:
    """Reply to an unrecognised text with the available commands."""
    return [_reply_with_commands(request, "unknown")]


def list_command_words(language: str) -> str:
    return ", ".join(each.help_text[language] for each in list_commands())


def find_last_receipt(db: Connection, tenant: PhoneTenant, leases: Sequence[PhoneLease]) -> Receipt | None:
    return billing.find_last_receipt(db, tenant.organisation_id, [each.id for each in leases]) if leases else None


def create_fault_request(
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
    limit: int = parsing_rules.MAX_CHARACTERS,
) -> str:
    """Create a maintenance request for the lease's unit, and return the reply; the phone is locked.

    ``key`` identifies the message or session: a repeat returns the first request's number. Daily requests per phone
    and open ones per lease are limited; beyond that nothing is stored, and the reply states it.
    """
    ctx = Context.for_system(db, tenant.organisation_id, now=now, today=tenant.today)
    existing = maintenance.find_request_by_dedupe_key(ctx, key)
    if existing is None:
        if maintenance.count_open(ctx, lease.id) >= MAX_OPEN:
            return first_fitting([translate("faults_open", language, count=MAX_OPEN)], limit)
        if not sessions.count_fault(db, phone, now=now):
            return first_fitting([translate("faults_enough", language, count=sessions.MAX_FAULTS)], limit)
        new = NewRequest(
            property_id=lease.property_id,
            unit_id=lease.unit_id,
            text=parsing_rules.clean_line(text, MAX_TEXT),
            source=source,
            dedupe_key=key,
            lease_id=lease.id,
            tenant_id=lease.tenant_id,
        )
        existing = maintenance.add_request(ctx, new)
    return reply_texts.render_fault_logged(lease, existing.number, language, limit)


def _tenants_with_language(request: CommandRequest) -> list[tuple[PhoneTenant, str]]:
    return [(tenant, request.language or tenant.language) for tenant in request.tenants]


def _reply_with_undo(request: CommandRequest, name: str, undone_by: str) -> Reply:
    tenant = request.holder.only
    language = request.language or tenant.language if tenant else request.reply_language
    return Reply.on_behalf(request, name, word=COMMANDS[undone_by].words[language][0])


def _replies_without_text(request: CommandRequest, organisation_ids: Sequence[UUID]) -> list[Reply]:
    """Record the SMS as answered for these organisations, without a text."""
    organisations = {
        each.organisation_id: each for each in request.holder.claimed if each.organisation_id in organisation_ids
    }
    return [Reply.of(each, request.reply_language, None) for each in organisations.values()]


def _reply_with_commands(request: CommandRequest, name: str) -> Reply:
    tenant = request.holder.only
    language = request.language or tenant.language if tenant else request.reply_language
    return Reply.on_behalf(request, name, commands=list_command_words(language))
