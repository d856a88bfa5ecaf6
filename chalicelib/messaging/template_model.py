"""Templates of messages, and previews of what they render. Money is whole cents."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple


class Template(NamedTuple):
    """The text of a kind in a language; ``own`` where the organisation wrote it.

    Sizes and price are for typical values, ``most_`` for the longest; prices are those of the gateway tried first.
    """

    kind: str
    language: str
    text: str
    own: bool
    placeholders: tuple[str, ...]
    encoding: str
    characters: int
    parts: int
    price_cents: int
    most_parts: int
    most_price_cents: int
    version: int
    changed_at: dt.datetime | None


class PreviewRequest(NamedTuple):
    """What to preview: the current template of a kind, or ``text`` in its place."""

    kind: str
    language: str = "en"
    text: str | None = None
    values: Mapping[str, str] = {}  # of placeholders; typical ones are used where they are missing


class MessagePreview(NamedTuple):
    """A text as it would be sent. ``reason``: why the organisation's own template was not used."""

    text: str
    reason: str
    encoding: str
    characters: int
    parts: int
    price_cents: int
    replaced: list[str]  # the characters replaced by ``normalize_sms``
