"""Texts that are made when they are sent, so that they tell what is true then: each kind's maker is registered here.

Messaging lies under all that send and knows none of them; who queues a kind without a text registers its maker.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from chalicelib.messaging.model import KINDS, Message, RenderedText
from chalicelib.runtime.context import Context

# (context, messages of the kind) → what each says, by its id
Renderer = Callable[[Context, Sequence[Message]], Mapping[UUID, RenderedText]]

_renderers: dict[str, Renderer] = {}


def register_renderer(*kinds: str) -> Callable[[Renderer], Renderer]:
    """Register the function that makes the texts of ``kinds``, for a set of one organisation's messages at once.

    It says for each what is to be sent, or ``RenderedText(None, reason)`` where there is nothing left to say: the
    message is cancelled for that reason then. It is asked anew for each attempt, whatever the one before
    said. It asks the database a constant number of times.
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
    """Return what each of ``messages`` says now, by its id; one that has its text says that.

    Raises:
        KeyError: nothing is registered for a kind, or it left out a message.
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
    """Return whether texts of the kind can be made at sending."""
    return kind in _renderers
