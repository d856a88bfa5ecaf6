"""Fill and validate the text of a notice: {tenant}, {unit} and {property} are its placeholders."""

import re
from collections.abc import Mapping

PLACEHOLDERS = ("tenant", "unit", "property")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}", re.ASCII)


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with each placeholder replaced; braces inside a value are not expanded."""
    parts = _PLACEHOLDER.split(text)
    parts[1::2] = [values[name] for name in parts[1::2]]
    return "".join(parts)


def find_text_problem(text: str) -> str:
    """Return why ``text`` is not a valid notice, or ""."""
    placeholders = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    parts = _PLACEHOLDER.split(text)
    unknown = [name for name in parts[1::2] if name not in PLACEHOLDERS]
    if unknown:
        return f"unknown placeholder {{{unknown[0]}}}; expected one of: {placeholders}"
    if any(brace in part for part in parts[::2] for brace in "{}"):
        return f"a brace must belong to a placeholder; expected one of: {placeholders}"
    return ""


def language_for(language: str, texts: Mapping[str, str]) -> str:
    """Return the language to use for a tenant: theirs, or the other if theirs has no text."""
    return language if texts.get(language) else next(other for other, text in texts.items() if text)
