"""Messages over HTTP: what was told, in what words, within what bounds, and who wants none."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID

from chalicelib import phones
from chalicelib.errors import Invalid, NotFound
from chalicelib.messaging import service
from chalicelib.messaging.grant_model import SettingsTold
from chalicelib.messaging.model import Incoming, Message, OptOut, Preview, Spend, Template
from chalicelib.messaging.schemas import (
    INCOMING,
    MESSAGE,
    MESSAGE_HISTORY,
    MESSAGE_QUERY,
    MONTH_QUERY,
    NEW_OPT_OUT,
    OPT_OUT,
    PAGING,
    PREVIEW,
    PREVIEW_ASKED,
    SETTINGS,
    SETTINGS_CHANGE,
    SPEND,
    TEMPLATE,
    TEMPLATE_CHANGE,
)
from chalicelib.web.routing import ApiBlueprint, Call, Page

messaging = ApiBlueprint(__name__, tag="messages")


@messaging.get("/message-settings", may="see_messages", answer=SETTINGS)
def get_message_settings(call: Call) -> SettingsTold:
    """Tell how the organisation's messages are sent, and the most that it is granted."""
    return _told(call)


@messaging.patch("/message-settings", may="change_messages", body=SETTINGS_CHANGE, answer=SETTINGS, fresh=True)
def change_message_settings(call: Call) -> SettingsTold:
    """Change how the organisation's messages are sent, and how many and for how much at most, within its grant."""
    service.change_settings(call.ctx, call.if_match, call.body)
    return _told(call)


def _told(call: Call) -> SettingsTold:
    sending = service.get_sending(call.ctx.db, call.ctx.organisation_id)
    return SettingsTold(*sending.settings, sending.allowance.granted, sending.allowance)


@messaging.get("/message-templates", may="see_messages", answer=TEMPLATE)
def list_message_templates(call: Call) -> Page[Template]:
    """List what is said, by kind and language; all on one page."""
    return Page(service.list_templates(call.ctx), None)


@messaging.get("/message-templates/{kind}/{language}", may="see_messages", answer=TEMPLATE)
def get_message_template(call: Call, kind: str, language: str) -> Template:
    """Tell one template, what it takes and what it may be made of."""
    return service.get_template(call.ctx, kind, language)


@messaging.patch(
    "/message-templates/{kind}/{language}", may="change_messages", body=TEMPLATE_CHANGE, answer=TEMPLATE, fresh=True
)
def change_message_template(call: Call, kind: str, language: str) -> Template:
    """Say it in the organisation's own words, with the placeholders that the template names."""
    return service.write_template(call.ctx, kind, language, call.if_match, call.body["text"])


@messaging.delete("/message-templates/{kind}/{language}", may="change_messages")
def remove_message_template(call: Call, kind: str, language: str) -> None:
    """Say it in the built-in words again."""
    service.remove_template(call.ctx, kind, language, call.if_match)


@messaging.post(
    "/message-templates/preview",
    may="see_messages",
    body=PREVIEW_ASKED,
    answer=PREVIEW,
    status=200,
    idempotent=False,
)
def preview_message(call: Call) -> Preview:
    """Tell what would be sent and what it would cost; nothing is kept."""
    asked = call.body
    return service.preview(call.ctx, asked["kind"], asked["language"], asked.get("text"), asked.get("values", {}))


@messaging.get("/messages", may="see_messages", query=MESSAGE_QUERY, answer=MESSAGE)
def list_messages(call: Call) -> Page[Message]:
    """List messages, newest first."""
    filters = {name: call.query[name] for name in service.FILTERS if name in call.query}
    return service.list_messages(call.ctx, call.asked, **filters)


@messaging.get("/messages/spend", may="see_messages", query=MONTH_QUERY, answer=SPEND)
def get_spend(call: Call) -> Spend:
    """Tell what the messages that were handed over in a month came to."""
    return service.get_spend(call.ctx, call.query["month"])


@messaging.get("/messages/{message_id}", may="see_messages", answer=MESSAGE_HISTORY)
def get_message(call: Call, message_id: UUID) -> dict[str, Any]:
    """Tell one message and each attempt to send it."""
    message = service.get_message(call.ctx, message_id)
    return {**message._asdict(), "attempts": service.list_attempts(call.ctx, message_id)}


@messaging.post("/messages/{message_id}/cancel", may="change_messages", answer=MESSAGE, status=200)
def cancel_message(call: Call, message_id: UUID) -> Message:
    """Take back a message that still waits for its hour."""
    return service.cancel_message(call.ctx, message_id, reason="by_member")


@messaging.get("/opt-outs", may="see_messages", query=PAGING, answer=OPT_OUT)
def list_opt_outs(call: Call) -> Page[OptOut]:
    """List the numbers that want no messages."""
    return service.list_opt_outs(call.ctx, call.asked)


@messaging.post("/opt-outs", may="change_messages", body=NEW_OPT_OUT, answer=OPT_OUT)
def add_opt_out(call: Call) -> OptOut:
    """Send nothing to a number from now on."""
    return service.opt_out(call.ctx, call.body["phone"], source="member")


@messaging.delete("/opt-outs/{phone}", may="change_messages", if_match=False)
def remove_opt_out(call: Call, phone: str) -> None:
    """Send to a number again that a member had entered; what its holder said is theirs to take back, by START."""
    service.remove_opt_out(call.ctx, _e164(phone))


@messaging.get("/incoming-messages", may="see_messages", query=PAGING, answer=INCOMING)
def list_incoming_messages(call: Call) -> Page[Incoming]:
    """List what phones sent that was answered for the organisation, newest first; the text where it is theirs alone."""
    return service.list_incoming(call.ctx, call.asked)


def _e164(phone: str) -> str:
    """Return the number that a path names; its plus may come as it is, as %2B, or as a space."""
    try:
        return phones.to_e164(unquote(phone))
    except Invalid as error:
        raise NotFound("That number has not opted out.") from error
