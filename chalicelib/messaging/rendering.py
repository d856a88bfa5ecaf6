"""Registry of renderers: texts rendered at sending, so that they state what is true then.

Messaging depends on none of its callers; app.py names the renderer of each kind that is queued without text.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol
from uuid import UUID

from chalicelib.errors import Unavailable
from chalicelib.messaging import footer_rules, rules, sanitize_rules
from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import SMS, Message, RenderedText
from chalicelib.messaging.suppression_rules import Suppressions
from chalicelib.runtime.context import Context
from chalicelib.runtime.database import is_transaction_lost

# (context, messages of the kind) → their texts, by message id
Renderer = Callable[[Context, Sequence[Message]], Mapping[UUID, RenderedText]]

# By the kind of message; app.py names them. A renderer returns a text per message, or ``RenderedText(None, reason)`` if
# there is nothing left to send: the message is then cancelled for that reason. It is called again for each attempt, and
# must use a constant number of queries.
RENDERERS: dict[str, Renderer] = {}


def render_all(ctx: Context, messages: Sequence[Message]) -> dict[UUID, RenderedText]:
    """Return the current text of each of ``messages``, by id; a stored text is returned as is.

    Raises:
        KeyError: a kind has no renderer, or its renderer left out a message.
    """
    by_kind: dict[str, list[Message]] = {}
    rendered: dict[UUID, RenderedText] = {}
    for message in messages:
        if message.text is None:
            by_kind.setdefault(message.kind, []).append(message)
        else:
            rendered[message.id] = RenderedText(message.text)
    for kind, same_kind in by_kind.items():
        found = RENDERERS[kind](ctx, same_kind)
        rendered.update((each.id, found[each.id]) for each in same_kind)
    return rendered


def has_renderer(kind: str) -> bool:
    """Return whether texts of the kind are rendered at sending."""
    return kind in RENDERERS


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
        return render_all(ctx, messages)
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


class _FinalizableMessage(Protocol):
    """A new or a stored message."""

    @property
    def kind(self) -> str: ...

    @property
    def medium(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def address(self) -> str | None: ...


class TextFinalizer(NamedTuple):
    """What is needed to finalise the texts of one organisation's messages."""

    allowance: Allowance
    suppressions: Suppressions

    def finalize(self, message: _FinalizableMessage, text: str) -> str:
        """Return ``text`` as sent to the message's address, on any medium."""
        if not self.allowance.granted:
            text = sanitize_rules.sanitize_text(text)
        elif message.medium == SMS:
            text = rules.normalize_sms(text)
        confirmed = message.address is not None and self.suppressions.is_confirmed(message.address)
        return footer_rules.add_footer(
            text, message.kind, message.medium, message.language, self.allowance, confirmed=confirmed
        )

    def finalize_subject(self, subject: str) -> str:
        """Return an e-mail's subject as sent."""
        return subject if self.allowance.granted else sanitize_rules.sanitize_text(subject)
