"""Render a set of messages so that one failure does not stop the others."""

import logging
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from chalicelib.errors import Unavailable
from chalicelib.messaging import making_service
from chalicelib.messaging.model import Message, RenderedText
from chalicelib.runtime.context import Context
from chalicelib.runtime.database import is_transaction_lost

log = logging.getLogger("plotihub.messaging")


def render_texts(ctx: Context, messages: Sequence[Message]) -> dict[UUID, RenderedText]:
    """Return each message's text; a message that could not be rendered is missing, and logged.

    If a kind's renderer raises for a set, it is called again for each message alone.
    """

    def kind(message: Message) -> str:
        return message.kind

    rendered: dict[UUID, RenderedText] = {}
    for name, group in groupby(sorted(messages, key=kind), kind):
        rendered.update(_render_kind(ctx, name, list(group)))
    return rendered


def _render_kind(ctx: Context, kind: str, messages: Sequence[Message]) -> dict[UUID, RenderedText]:
    try:
        return making_service.render_all(ctx, messages)
    except Unavailable:
        raise
    except Exception as error:
        if is_transaction_lost(error):
            raise
        # Only the error's class name is logged: its message may contain a tenant's data.
        facts = {"kind": kind, "count": len(messages), "error": type(error).__name__}
        if len(messages) == 1:
            log.error(
                "sms.render.failed: text of a message could not be rendered",
                extra={**facts, "message_id": str(messages[0].id)},
            )
            return {}
        log.warning("sms.render.set_failed: texts of a set not rendered together, rendering one by one", extra=facts)
    found: dict[UUID, RenderedText] = {}
    for each in messages:
        found.update(_render_kind(ctx, kind, [each]))
    return found
