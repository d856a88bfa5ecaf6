"""Filling templates, and what is wrong with one: plain {name}s, nothing of Python's own formatting."""

import re
from collections.abc import Mapping
from functools import lru_cache

from chalicelib.messaging.gsm7_rules import harmless, measure
from chalicelib.messaging.model import KINDS, Made, Measured
from chalicelib.messaging.rules import MOST_PARTS
from chalicelib.messaging.text_model import BUILT_IN, ESSENTIAL, LONGEST, USUAL

_NAMED = re.compile(r"\{([a-z_]+)\}", re.ASCII)

Values = Mapping[str, str]


class NoValue(ValueError):
    """A placeholder has no value; its name is the message."""


@lru_cache(maxsize=1024)
def _parts_of(text: str) -> list[str]:
    """Return what stands between the placeholders, and at the odd places their names."""
    return _NAMED.split(text)


def placeholders_of(text: str) -> list[str]:
    """Return the names of the placeholders in ``text``, each once."""
    return list(dict.fromkeys(_parts_of(text)[1::2]))


def fill(text: str, values: Values) -> str:
    """Return ``text`` with each {name} replaced; a value is put in as it is, whatever braces it has.

    Raises:
        NoValue: a placeholder has none, or one that says nothing.
    """
    parts = list(_parts_of(text))
    for place in range(1, len(parts), 2):
        value = values.get(parts[place], "").strip()
        if not value:
            raise NoValue(parts[place])
        parts[place] = value
    return "".join(parts)


def render(kind: str, language: str, values: Values, own: str | None = None) -> Made:
    """Return what is sent: ``own``, or what we say where that is none, lacks a value or gets too long.

    The reason says why the own words were not taken: "no_value:paybill", "too_long". A text of None
    has the reason for which nothing can be said at all.
    """
    if own is None:
        return _built_in(kind, language, values, "")
    try:
        text = harmless(fill(own, values))
    except NoValue as missing:
        return _built_in(kind, language, values, f"no_value:{missing}")
    if measure(text).parts > MOST_PARTS:
        return _built_in(kind, language, values, "too_long")
    return Made(text)


def _built_in(kind: str, language: str, values: Values, reason: str) -> Made:
    said = []
    for piece in BUILT_IN.get((kind, language)) or BUILT_IN[kind, "en"]:
        try:
            said.append(fill(piece, values))
        except NoValue as missing:
            if str(missing) in ESSENTIAL:
                return Made(None, f"no_value:{missing}")
    return Made(harmless("".join(said)), reason)


def built_in(kind: str, language: str) -> str:
    """Return what we say, with all its placeholders."""
    return "".join(BUILT_IN[kind, language])


def usual(text: str) -> Measured:
    """Return the measure of the template filled with usual values."""
    return measure(harmless(fill(text, USUAL)))


def at_most(text: str) -> Measured:
    """Return the measure of the template filled with the longest values that there are, in letters of GSM 7-bit."""
    return measure(harmless(fill(text, {name: "x" * length for name, length in LONGEST.items()})))


def why_not(kind: str, text: str) -> str:
    """Return what is wrong with ``text`` as a template of ``kind``, or ""."""
    allowed = KINDS[kind].placeholders
    told = ", ".join(f"{{{name}}}" for name in allowed)
    unknown = [name for name in placeholders_of(text) if name not in allowed]
    if unknown:
        return f"there is no {{{unknown[0]}}} here; expected of: {told}"
    if any(brace in part for part in _parts_of(text)[::2] for brace in "{}"):
        return f"a brace must be a placeholder's; expected of: {told}"
    if not harmless(text).strip():
        return "expected text"
    if usual(text).parts > MOST_PARTS:
        return f"expected at most {MOST_PARTS} parts; with usual values it takes {usual(text).parts}"
    return ""
