"""Making the texts of a set so that one that cannot be made does not stop the others."""

import logging
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from chalicelib.errors import Unavailable
from chalicelib.messaging import dispatch_repository as repository
from chalicelib.messaging import making_service
from chalicelib.messaging.model import Made, Message
from chalicelib.runtime.context import Context

log = logging.getLogger("plotihub.messaging")


def make_texts(ctx: Context, messages: Sequence[Message]) -> dict[UUID, Made]:
    """Return what each message says; one that is missing cannot be made, which is logged.

    A kind's maker that raises for a set is asked for each message by itself.
    """

    def kind(message: Message) -> str:
        return message.kind

    made: dict[UUID, Made] = {}
    for name, group in groupby(sorted(messages, key=kind), kind):
        made.update(_make(ctx, name, list(group)))
    return made


def _make(ctx: Context, kind: str, messages: Sequence[Message]) -> dict[UUID, Made]:
    try:
        return making_service.make_texts(ctx, messages)
    except Unavailable:
        raise
    except Exception as error:
        if repository.is_lost(error):
            raise
        # Only the error's name is told: its words may hold a tenant's.
        facts = {"kind": kind, "count": len(messages), "error": type(error).__name__}
        if len(messages) == 1:
            log.error("the text of a message cannot be made", extra={**facts, "message_id": str(messages[0].id)})
            return {}
        log.warning("the texts of a set cannot be made at once", extra=facts)
    found: dict[UUID, Made] = {}
    for each in messages:
        found.update(_make(ctx, kind, [each]))
    return found
