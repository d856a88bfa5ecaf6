"""Messages, their templates and settings, opt-outs, and incoming messages."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID

from chalicelib import messaging, phones
from chalicelib.api.schemas import messages as schemas
from chalicelib.errors import Invalid, NotFound
from chalicelib.messaging.grant_model import EffectiveSettings
from chalicelib.messaging.model import IncomingMessage, Message, OptOut, Spend
from chalicelib.messaging.template_model import MessagePreview, Template
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="messages")


@routes.get("/message-settings", may="see_messages", answer=schemas.SettingsView)
def get_message_settings(request: RequestContext) -> EffectiveSettings:
    """Get message settings.

    Returns how messages are sent, as it takes effect within the grant of the organisation, and what that grant
    allows. For owners, managers and accountants.
    """
    return _effective_settings(request)


@routes.patch(
    "/message-settings", may="change_messages", body=schemas.SettingsChange, answer=schemas.SettingsView, fresh=True
)
def change_message_settings(request: RequestContext) -> EffectiveSettings:
    """Change message settings.

    Changes sender name, gateways, quiet hours, caps and the monthly limit. A value above what is granted is refused
    (422), and a sender name or a bypass of opt-outs without its grant (403). For owners and managers, with a recent
    sign-in and If-Match.
    """
    messaging.change_settings(request.ctx, request.if_match, request.body)
    return _effective_settings(request)


@routes.get("/message-templates", may="see_messages", answer=schemas.TemplateView)
def list_message_templates(request: RequestContext) -> Page[Template]:
    """List message templates.

    Returns the template of each kind and language on one page: the own wording, or else the built-in text. For
    owners, managers and accountants.
    """
    return Page(messaging.list_templates(request.ctx), None)


@routes.get("/message-templates/{kind}/{language}", may="see_messages", answer=schemas.TemplateView)
def get_message_template(request: RequestContext, kind: str, language: str) -> Template:
    """Get a message template.

    Returns one template with its placeholders, length and price; version 0 is the built-in text. For owners,
    managers and accountants.
    """
    return messaging.get_template(request.ctx, kind, language)


@routes.patch(
    "/message-templates/{kind}/{language}",
    may="change_messages",
    body=schemas.TemplateChange,
    answer=schemas.TemplateView,
    fresh=True,
)
def change_message_template(request: RequestContext, kind: str, language: str) -> Template:
    """Change a message template.

    Sets the own wording of a kind and language, also for messages already queued. An unknown placeholder, or too
    many parts, is refused (422); without the messaging grant 403. For owners and managers, with a recent sign-in
    and If-Match.
    """
    return messaging.write_template(request.ctx, kind, language, request.if_match, request.body["text"])


@routes.delete("/message-templates/{kind}/{language}", may="change_messages")
def remove_message_template(request: RequestContext, kind: str, language: str) -> None:
    """Reset a message template.

    Removes the own wording, so that the built-in text is sent again. 404 if there is none. For owners and managers,
    with If-Match.
    """
    messaging.remove_template(request.ctx, kind, language, request.if_match)


@routes.post(
    "/message-templates/preview",
    may="see_messages",
    body=schemas.PreviewAsked,
    answer=schemas.PreviewView,
    status=200,
    idempotent=False,
)
def preview_message(request: RequestContext) -> MessagePreview:
    """Preview a message.

    Renders a template, or ``text`` in its place, with the given or usual values, and returns its parts and price;
    nothing is stored or sent. For owners, managers and accountants.
    """
    return messaging.preview_message(request.ctx, request.body)


@routes.get("/messages", may="see_messages", query=schemas.MessageQuery, answer=schemas.MessageView)
def list_messages(request: RequestContext) -> Page[Message]:
    """List messages.

    Returns messages, newest first, with status and reason; filter by status, kind, medium, tenant, lease and
    notice. For owners, managers and accountants.
    """
    return messaging.list_messages(
        request.ctx,
        request.page_request,
        status=request.query.get("status"),
        kind=request.query.get("kind"),
        medium=request.query.get("medium"),
        tenant_id=request.query.get("tenant_id"),
        lease_id=request.query.get("lease_id"),
        notice_id=request.query.get("notice_id"),
    )


@routes.get("/messages/spend", may="see_messages", query=schemas.MonthQuery, answer=schemas.SpendView)
def get_spend(request: RequestContext) -> Spend:
    """Get message spend.

    Returns how many messages were handed over in a month, their parts, price and cost by kind, and the monthly
    limit. For owners, managers and accountants.
    """
    return messaging.get_spend(request.ctx, request.query["month"])


@routes.get("/messages/{message_id}", may="see_messages", answer=schemas.MessageHistoryView)
def get_message(request: RequestContext, message_id: UUID) -> dict[str, Any]:
    """Get a message.

    Returns one message with each attempt to send it. For owners, managers and accountants.
    """
    message = messaging.get_message(request.ctx, message_id)
    return {**message._asdict(), "attempts": messaging.list_attempts(request.ctx, message_id)}


@routes.post("/messages/{message_id}/cancel", may="change_messages", answer=schemas.MessageView, status=200)
def cancel_message(request: RequestContext, message_id: UUID) -> Message:
    """Cancel a message.

    Cancels a message that is still queued; any other status is refused (409). For owners and managers.
    """
    return messaging.cancel_message(request.ctx, message_id, reason="by_member")


@routes.get("/opt-outs", may="see_messages", query=Paging, answer=schemas.OptOutView)
def list_opt_outs(request: RequestContext) -> Page[OptOut]:
    """List opt-outs.

    Returns the phone numbers that receive no messages, and who said so. For owners, managers and accountants.
    """
    return messaging.list_opt_outs(request.ctx, request.page_request)


@routes.post("/opt-outs", may="change_messages", body=schemas.NewOptOut, answer=schemas.OptOutView)
def add_opt_out(request: RequestContext) -> OptOut:
    """Add an opt-out.

    Stops all messages of the organisation to a number; queued ones are cancelled when due. Repeating it changes
    nothing. For owners and managers.
    """
    return messaging.add_opt_out(request.ctx, request.body["phone"], source="member")


@routes.delete("/opt-outs/{phone}", may="change_messages", if_match=False)
def remove_opt_out(request: RequestContext, phone: str) -> None:
    """Remove an opt-out.

    Allows messages to a number again that a member had opted out. An opt-out by the owner of the number is refused
    (409): only they can undo it, by sending START. For owners and managers.
    """
    messaging.remove_opt_out(request.ctx, _parse_phone(phone))


@routes.get("/incoming-messages", may="see_messages", query=Paging, answer=schemas.IncomingView)
def list_incoming_messages(request: RequestContext) -> Page[IncomingMessage]:
    """List incoming messages.

    Returns SMS that phones sent and that were answered for the organisation, newest first; the text is included
    only where it concerns no other landlord. For owners, managers and accountants.
    """
    return messaging.list_incoming(request.ctx, request.page_request)


def _effective_settings(request: RequestContext) -> EffectiveSettings:
    sending = messaging.get_sending_profile(request.ctx.db, request.ctx.organisation_id)
    return EffectiveSettings(*sending.settings, sending.allowance.granted, sending.allowance)


def _parse_phone(phone: str) -> str:
    """Return the number that a path names; its plus may come as it is, as %2B, or as a space."""
    try:
        return phones.parse_phone(unquote(phone))
    except Invalid as error:
        raise NotFound("That number has not opted out.") from error
