"""Handle an incoming SMS and reply."""

import datetime as dt
import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from chalicelib import messaging, organisations
from chalicelib.leasing.tenant_model import CONFIRMED
from chalicelib.messaging.model import IncomingAnswer, NewMessage
from chalicelib.organisations.model import PLATFORM
from chalicelib.runtime.context import Context
from chalicelib.self_service import parsing_rules, place_commands, reply_texts, sessions
from chalicelib.self_service.command_registry import COMMANDS, CommandRequest, Reply, SmsReference, match_command
from chalicelib.self_service.phone_holders import Holder, find_holder
from chalicelib.self_service.sessions import CONFIRM, DENY, FAULT, OfferedChoices, PendingCommand, make_pending
from chalicelib.self_service.sms_commands import list_command_words, reply_to_unknown, report_fault
from chalicelib.self_service.text_fitting import fit_names
from chalicelib.translations.phone_replies import translate

UNKNOWN = "unknown"
ALLOWED_WHEN_CLOSED = (
    "stop",
    "start",
    "not_me",
)  # commands that reveal nothing also work while commands are blocked
PUBLIC_COMMANDS = (*ALLOWED_WHEN_CLOSED, "places")
REPLY_LIFETIME = dt.timedelta(hours=2)  # a balance is outdated after that
MAX_REPLIES = 20  # per organisation, number and day: the sender may be a machine, and each reply costs
_DAY = dt.timedelta(days=1)

log = logging.getLogger("plotihub.commands")

CommandResult = tuple[str, list[Reply]]  # the command, and its replies


def handle_sms(
    db: Connection,
    *,
    gateway: str,
    provider_reference: str,
    phone: str,
    text: str,
    received_at: dt.datetime,
    now: dt.datetime,
) -> str:
    """Run the command in the SMS, queue the replies, and return the command's name.

    An SMS that is too old, or beyond the daily limit, is run but not replied to. The organisations that it was
    answered for are recorded.

    ``phone`` is in E.164. A phone unknown to every organisation gets no reply: it learns nothing and costs nothing;
    but its STOP or START applies to any organisation that enters it later. Then, and if nothing was done, "" is
    returned. The caller ensures that an SMS is handled once.
    """
    match = match_command(parsing_rules.skip_courtesy(parsing_rules.parse_command_text(text)))
    name = match.command.name if match else UNKNOWN
    if not find_holder(db, phone, now=now).is_claimed:
        return _handle_unclaimed_number(db, phone, name, now)
    closed = sessions.lock_phone(db, phone, now=now)
    sms = SmsReference(gateway, provider_reference, received_at)
    rest, language = (match.rest, match.language) if match else (text, None)
    request = CommandRequest(phone, rest, language, find_holder(db, phone, now=now), sms, now)
    if closed and name not in ALLOWED_WHEN_CLOSED:
        _queue_replies(
            db, request, [Reply.of_platform(request.reply_language, translate("closed", request.reply_language))]
        )
        return name
    chosen = _handle_choice(db, request) if match is None else None
    if chosen is not None:
        name, replies = chosen
    elif match is None:
        replies = reply_to_unknown(request)
    elif match.command.anyone or request.tenants:
        replies = match.command.handler(db, request)
    elif request.holder.unconfirmed:
        entries = request.holder.unconfirmed
        replies = place_commands.offer_entries(db, request, entries, pending=make_pending(request, name))
    else:
        return ""  # every claim was denied
    _record_answers(db, sms, name, replies, request.holder, is_choice=chosen is not None)
    _queue_replies(db, request, replies)
    return name


def _handle_unclaimed_number(db: Connection, phone: str, name: str, now: dt.datetime) -> str:
    if name == "stop":
        messaging.stop_messages(db, phone, source=place_commands.SMS, now=now)
    elif name == "start":
        messaging.start_messages(db, phone)
    else:
        return ""
    return name


def _handle_choice(db: Connection, request: CommandRequest) -> CommandResult | None:
    """Return the result of a number answering the last offer; None if the text is not such an answer."""
    choice = parsing_rules.parse_choice(request.text)
    offer = sessions.find_offer(db, request.phone, now=request.now) if choice else None
    if choice is None or offer is None:
        return None
    number, rest = choice
    if offer.purpose == FAULT:
        return _choose_place(db, request, offer, number)
    if offer.purpose == DENY:
        return "not_me", place_commands.handle_not_me(db, request._replace(text=str(number)))
    return _confirm_place(db, request, offer, number, rest)


def _confirm_place(
    db: Connection, request: CommandRequest, offer: OfferedChoices, number: int, unit_name: str
) -> CommandResult:
    entry = place_commands.find_offered_entry(request, offer, number)
    if entry is None or not any(each.state != CONFIRMED for each in entry.leases):
        entries = request.holder.unconfirmed
        if not entries:
            return CONFIRM, [place_commands.reply_no_places(request)]
        return "places", place_commands.offer_entries(db, request, entries, pending=offer.pending)
    if not parsing_rules.has_content(unit_name):
        return "places", [
            Reply.of_platform(request.reply_language, translate("name_unit", request.reply_language, number=number))
        ]
    source = place_commands.SMS
    confirmed = place_commands.confirm_unit(db, request.phone, entry, unit_name, source=source, now=request.now)
    if not confirmed:
        left = sessions.count_wrong_answer(db, request.phone, now=request.now)
        text = (
            translate("wrong_unit", request.reply_language, left=left)
            if left
            else translate("closed", request.reply_language)
        )
        return "places", [Reply.of_platform(request.reply_language, text)]
    sessions.end_offer(db, request.phone)
    request = request._replace(holder=find_holder(db, request.phone, now=request.now))
    answer = Reply.of(entry.tenant, request.reply_language, None, confirmed[0].id)
    if offer.pending is not None:
        return CONFIRM, [answer, *_run_pending(db, request, offer.pending)]
    language = entry.tenant.language
    text = fit_names(
        lambda width: translate(
            "confirmed",
            language,
            place=reply_texts.format_place(confirmed[0], width),
            commands=list_command_words(language),
        )
    )
    return CONFIRM, [answer._replace(language=language, text=text)]


def _run_pending(db: Connection, request: CommandRequest, pending: PendingCommand) -> list[Reply]:
    """Run the command that waited for a lease to be confirmed, and record for whom."""
    first_request = request._replace(text=pending.text, language=pending.language, sms=pending.sms)
    replies = COMMANDS[pending.command].handler(db, first_request)
    _record_answers(db, pending.sms, pending.command, replies, request.holder)
    return replies


def _choose_place(db: Connection, request: CommandRequest, offer: OfferedChoices, number: int) -> CommandResult | None:
    """Create the pending fault's request for the lease offered as ``number``."""
    chosen = request.holder.find_lease(offer.offered[number - 1]) if 1 <= number <= len(offer.offered) else None
    pending = offer.pending
    if chosen is None or pending is None:
        return None
    sessions.end_offer(db, request.phone)
    first_request = request._replace(text=pending.text, language=pending.language, sms=pending.sms)
    replies = [report_fault(db, first_request, *chosen, pending.text)]
    _record_answers(db, pending.sms, pending.command, replies, request.holder)
    return FAULT, replies


def _record_answers(
    db: Connection, sms: SmsReference, name: str, replies: Sequence[Reply], holder: Holder, *, is_choice: bool = False
) -> None:
    """Record the organisations that the SMS was answered for, and whether its text is readable by one alone.

    A choice is readable by none: its number reveals how many others have the phone. Neither is a text
    answered for all: being able to read it would reveal that there is no other.
    """
    answered = {each.organisation_id: each for each in reversed(replies) if each.organisation_id != PLATFORM}
    confirmed = {each.organisation_id for each in holder.tenants}
    is_only_reader = (
        not is_choice and name not in PUBLIC_COMMANDS and len(answered) == 1 and confirmed >= answered.keys()
    )
    rows = [
        IncomingAnswer(each.organisation_id, name, each.lease_id, each.tenant_id, is_only_reader)
        for each in answered.values()
    ]
    messaging.record_answers(db, sms.gateway, sms.provider_reference, sms.received_at, rows)


def _queue_replies(db: Connection, request: CommandRequest, replies: Sequence[Reply]) -> None:
    """Queue the replies, each as a message of its own organisation."""
    expires_at = request.sms.received_at + REPLY_LIFETIME
    if expires_at <= request.now:
        return
    for reply in replies:
        ctx = organisations.system_context(db, reply.organisation_id, request.now)
        if reply.text is None or _is_reply_limit_reached(ctx, request.phone):
            continue
        message = NewMessage(
            kind="reply",
            dedupe_key=f"reply:{request.sms.name}",
            tenant_id=reply.tenant_id,
            lease_id=reply.lease_id,
            address=request.phone,
            language=reply.language,
            text=reply.text,
            expires_at=expires_at,
        )
        messaging.queue_messages(ctx, [message])


def _is_reply_limit_reached(ctx: Context, phone: str) -> bool:
    if messaging.count_messages_to(ctx, phone, "reply", since=ctx.now - _DAY) < MAX_REPLIES:
        return False
    log.warning(
        "sms.reply.limit_reached: daily replies to a number used up",
        extra={"organisation_id": str(ctx.organisation_id)},
    )
    return True
