"""Filling templates, and what is wrong with one: plain {name}s, nothing of Python's own formatting."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from chalicelib.messaging.gsm7_rules import harmless, measure
from chalicelib.messaging.model import KINDS, Made, Measured
from chalicelib.messaging.rules import MOST_PARTS
from chalicelib.messaging.signing_rules import join
from chalicelib.messaging.text_model import BRIEF, BUILT_IN, ESSENTIAL, LONGEST, USUAL

_NAMED = re.compile(r"\{([a-z_]+)\}", re.ASCII)

Values = Mapping[str, str]


CLIPPED = ("tenant", "property", "unit", "organisation")  # an account number is typed as it is told
WIDTHS, SHORTENED = (20, 14, 10), ".."


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


def render(kind: str, language: str, values: Values, own: str | None = None, ending: str = "") -> Made:
    """Return what is sent: ``own``, or what we say where that is none, lacks a value or gets too long.

    ``ending`` is the most that follows the text. Where ours is more than one SMS with it, names are cut short,
    months left out and words spared, if that makes it one; what an organisation wrote is left as it is.

    The reason says why the own words were not taken: "no_value:paybill", "too_long". A text of None
    has the reason for which nothing can be said at all.
    """
    if own is None:
        return _built_in(kind, language, values, "", ending)
    try:
        text = harmless(fill(own, values))
    except NoValue as missing:
        return _built_in(kind, language, values, f"no_value:{missing}", ending)
    if measure(join(text, ending)).parts > MOST_PARTS:
        return _built_in(kind, language, values, "too_long", ending)
    return Made(text)


def _built_in(kind: str, language: str, values: Values, reason: str, ending: str) -> Made:
    """Return the first of our texts that is one SMS with its ending; the longest where none is."""
    first: Made | None = None
    for pieces, shorter in _shorter(kind, language, values):
        made = _said(pieces, shorter, reason)
        if made.text is None or measure(join(made.text, ending)).parts <= 1:
            return made
        first = first or made
    return first or Made(None, reason)


def _shorter(kind: str, language: str, values: Values) -> Iterator[tuple[tuple[str, ...], Values]]:
    """Yield our texts, each with less of what can be done without: long names, the months, words, names again."""
    full = BUILT_IN.get((kind, language)) or BUILT_IN[kind, "en"]
    brief = BRIEF.get((kind, language), full)
    yield full, values
    for pieces, width in ((full, WIDTHS[0]), *((brief, width) for width in WIDTHS)):
        cut = {name: clip(value, width) if name in CLIPPED else value for name, value in values.items()}
        yield pieces, cut
        yield pieces, {name: value for name, value in cut.items() if name != "periods"}


def clip(name: str, width: int) -> str:
    """Return ``name`` in at most ``width`` characters; the last say that it was cut."""
    plain = harmless(name).strip()
    return plain if len(plain) <= width else plain[: width - len(SHORTENED)].rstrip() + SHORTENED


def _said(pieces: tuple[str, ...], values: Values, reason: str) -> Made:
    said = []
    for piece in pieces:
        try:
            said.append(fill(piece, values))
        except NoValue as missing:
            if str(missing) in ESSENTIAL:
                return Made(None, f"no_value:{missing}")
    return Made(harmless("".join(said)), reason)


def built_in(kind: str, language: str) -> str:
    """Return what we say, with all its placeholders."""
    return "".join(BUILT_IN[kind, language])


LONG = {name: "x" * length for name, length in LONGEST.items()}  # the longest there are, in letters of GSM 7-bit


def measured(kind: str, language: str, values: Values, own: str | None, ending: str) -> Measured:
    """Return the measure of what is said for ``values``, ``own`` words or ours, with what follows it."""
    text = harmless(fill(own, values)) if own is not None else render(kind, language, values, None, ending).text
    return measure(join(text or "", ending))


def why_not(kind: str, text: str, ending: str = "") -> str:
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
    parts = measure(join(harmless(fill(text, USUAL)), ending)).parts
    if parts > MOST_PARTS:
        return f"expected at most {MOST_PARTS} parts; with usual values it takes {parts}"
    return ""
