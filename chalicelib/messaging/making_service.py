"""Texts that are made when they are sent, so that they tell what is true then: each kind's maker is registered here.

Messaging lies under all that send and knows none of them; who queues a kind without a text registers its maker.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from chalicelib.messaging.model import KINDS, Made, Message
from chalicelib.runtime.context import Context

# (context, messages of the kind) → what each says, by its id
Maker = Callable[[Context, Sequence[Message]], Mapping[UUID, Made]]

_makers: dict[str, Maker] = {}


def renders(*kinds: str) -> Callable[[Maker], Maker]:
    """Register the function that makes the texts of ``kinds``, for a set of one organisation's messages at once.

    It says for each what is to be sent, or ``Made(None, reason)`` where there is nothing left to say: the
    message is cancelled for that reason then. It is asked anew for each attempt, whatever the one before
    said. It asks the database a constant number of times.
    """

    def register(maker: Maker) -> Maker:
        for kind in kinds:
            if kind not in KINDS:
                raise ValueError(f"there is no kind {kind!r} of messages")
            if _makers.setdefault(kind, maker) is not maker:
                raise ValueError(f"messages of the kind {kind!r} have a maker already")
        return maker

    return register


def make_texts(ctx: Context, messages: Sequence[Message]) -> dict[UUID, Made]:
    """Return what each of ``messages`` says now, by its id; one that has its text says that.

    Raises:
        KeyError: nothing is registered for a kind, or it left out a message.
    """
    waiting: dict[str, list[Message]] = {}
    made: dict[UUID, Made] = {}
    for message in messages:
        if message.text is None:
            waiting.setdefault(message.kind, []).append(message)
        else:
            made[message.id] = Made(message.text)
    for kind, those in waiting.items():
        found = _makers[kind](ctx, those)
        made.update((each.id, found[each.id]) for each in those)
    return made


def has_maker(kind: str) -> bool:
    """Return whether texts of the kind can be made at sending."""
    return kind in _makers
