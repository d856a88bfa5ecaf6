"""Fill and validate templates: plain {name}s, none of Python's format syntax."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from chalicelib.messaging.footer_rules import append_sentence
from chalicelib.messaging.model import KINDS, RenderedText, SmsSize
from chalicelib.messaging.rules import MAX_PARTS
from chalicelib.messaging.sms_encoding_rules import measure_sms, normalize_sms
from chalicelib.translations.message_templates import (
    DEFAULT_TEMPLATES,
    MAX_VALUE_LENGTHS,
    REQUIRED_PLACEHOLDERS,
    SAMPLE_VALUES,
    SHORT_TEMPLATES,
)

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}", re.ASCII)

Values = Mapping[str, str]


TRUNCATED_PLACEHOLDERS = ("tenant", "property", "unit", "organisation")  # an account number must be typed exactly
NAME_WIDTHS, ELLIPSIS = (20, 14, 10), ".."


class MissingValue(ValueError):
    """A placeholder has no value; the message is its name."""


@lru_cache(maxsize=1024)
def _split(text: str) -> list[str]:
    """Return literal text at even and placeholder names at odd positions."""
    return _PLACEHOLDER.split(text)


def placeholders_of(text: str) -> list[str]:
    """Return the names of the placeholders in ``text``, each once."""
    return list(dict.fromkeys(_split(text)[1::2]))


def fill_placeholders(text: str, values: Values) -> str:
    """Return ``text`` with each {name} replaced; braces inside a value are not expanded.

    Raises:
        MissingValue: a placeholder has no value, or a blank one.
    """
    parts = list(_split(text))
    for place in range(1, len(parts), 2):
        value = values.get(parts[place], "").strip()
        if not value:
            raise MissingValue(parts[place])
        parts[place] = value
    return "".join(parts)


def render(kind: str, language: str, values: Values, own: str | None = None, footer: str = "") -> RenderedText:
    """Return the text: ``own``, or the default if that is None, lacks a value or is too long.

    ``footer`` is the longest that may follow. If a default exceeds one SMS with it, names are truncated, months dropped
    and shorter wording used where that makes it fit; an organisation's template is left as is.

    ``reason`` is why the own template was not used: "no_value:paybill", "too_long". With a text of None it is why
    nothing can be sent.
    """
    if own is None:
        return _render_default(kind, language, values, "", footer)
    try:
        text = normalize_sms(fill_placeholders(own, values))
    except MissingValue as missing:
        return _render_default(kind, language, values, f"no_value:{missing}", footer)
    if measure_sms(append_sentence(text, footer)).parts > MAX_PARTS:
        return _render_default(kind, language, values, "too_long", footer)
    return RenderedText(text)


def _render_default(kind: str, language: str, values: Values, reason: str, footer: str) -> RenderedText:
    """Return the first default text that fits one SMS with its footer; else the longest."""
    first: RenderedText | None = None
    for pieces, variant in _shorter_variants(kind, language, values):
        rendered = _fill_pieces(pieces, variant, reason)
        if rendered.text is None or measure_sms(append_sentence(rendered.text, footer)).parts <= 1:
            return rendered
        first = first or rendered
    return first or RenderedText(None, reason)


def _shorter_variants(kind: str, language: str, values: Values) -> Iterator[tuple[tuple[str, ...], Values]]:
    """Yield the default texts, shortening step by step: long names, the months, wording, names again."""
    full = DEFAULT_TEMPLATES.get((kind, language)) or DEFAULT_TEMPLATES[kind, "en"]
    short = SHORT_TEMPLATES.get((kind, language), full)
    yield full, values
    for pieces, width in ((full, NAME_WIDTHS[0]), *((short, width) for width in NAME_WIDTHS)):
        truncated = {
            name: truncate(value, width) if name in TRUNCATED_PLACEHOLDERS else value for name, value in values.items()
        }
        yield pieces, truncated
        yield pieces, {name: value for name, value in truncated.items() if name != "periods"}


def truncate(name: str, width: int) -> str:
    """Return ``name`` in at most ``width`` characters, with a mark if it was cut."""
    normalized = normalize_sms(name).strip()
    return normalized if len(normalized) <= width else normalized[: width - len(ELLIPSIS)].rstrip() + ELLIPSIS


def _fill_pieces(pieces: tuple[str, ...], values: Values, reason: str) -> RenderedText:
    filled = []
    for piece in pieces:
        try:
            filled.append(fill_placeholders(piece, values))
        except MissingValue as missing:
            if str(missing) in REQUIRED_PLACEHOLDERS:
                return RenderedText(None, f"no_value:{missing}")
    return RenderedText(normalize_sms("".join(filled)), reason)


def default_text(kind: str, language: str) -> str:
    """Return the default template, with all its placeholders."""
    return "".join(DEFAULT_TEMPLATES[kind, language])


LONGEST_VALUES = {
    name: "x" * length for name, length in MAX_VALUE_LENGTHS.items()
}  # the longest possible, in GSM 7-bit


def measure_template(kind: str, language: str, values: Values, own: str | None, footer: str) -> SmsSize:
    """Return the size of the text for ``values``, from ``own`` or the default, footer included."""
    text = (
        normalize_sms(fill_placeholders(own, values))
        if own is not None
        else render(kind, language, values, None, footer).text
    )
    return measure_sms(append_sentence(text or "", footer))


def find_template_problem(kind: str, text: str, footer: str = "") -> str:
    """Return why ``text`` is not a valid template of ``kind``, or ""."""
    allowed = KINDS[kind].placeholders
    placeholders = ", ".join(f"{{{name}}}" for name in allowed)
    unknown = [name for name in placeholders_of(text) if name not in allowed]
    if unknown:
        return f"unknown placeholder {{{unknown[0]}}}; expected one of: {placeholders}"
    if any(brace in part for part in _split(text)[::2] for brace in "{}"):
        return f"a brace must belong to a placeholder; expected one of: {placeholders}"
    if not normalize_sms(text).strip():
        return "expected text"
    parts = measure_sms(append_sentence(normalize_sms(fill_placeholders(text, SAMPLE_VALUES)), footer)).parts
    if parts > MAX_PARTS:
        return f"expected at most {MAX_PARTS} parts; with usual values it takes {parts}"
    return ""
