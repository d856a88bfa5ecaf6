"""Registry of renderers: texts rendered at sending, so that they state what is true then.

Messaging depends on none of its callers; a package that queues a kind without text registers its renderer.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from chalicelib.messaging.model import KINDS, Message, RenderedText
from chalicelib.runtime.context import Context

# (context, messages of the kind) → their texts, by message id
Renderer = Callable[[Context, Sequence[Message]], Mapping[UUID, RenderedText]]

_renderers: dict[str, Renderer] = {}


def register_renderer(*kinds: str) -> Callable[[Renderer], Renderer]:
    """Register the function that renders the texts of ``kinds``, for a set of one organisation's messages at once.

    It returns a text per message, or ``RenderedText(None, reason)`` if there is nothing left to send: the message is
    then cancelled for that reason. It is called again for each attempt, and must use a constant number of queries.
    """

    def register(renderer: Renderer) -> Renderer:
        for kind in kinds:
            if kind not in KINDS:
                raise ValueError(f"there is no kind {kind!r} of messages")
            if _renderers.setdefault(kind, renderer) is not renderer:
                raise ValueError(f"messages of the kind {kind!r} have a maker already")
        return renderer

    return register


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
        found = _renderers[kind](ctx, same_kind)
        rendered.update((each.id, found[each.id]) for each in same_kind)
    return rendered


def has_renderer(kind: str) -> bool:
    """Return whether texts of the kind are rendered at sending."""
    return kind in _renderers
