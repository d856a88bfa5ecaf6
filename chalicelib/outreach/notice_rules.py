"""Filling the text of a notice, and what is wrong with one: {tenant}, {unit} and {property} may stand in it."""

import re
from collections.abc import Mapping

PLACEHOLDERS = ("tenant", "unit", "property")

_NAMED = re.compile(r"\{([a-z_]+)\}", re.ASCII)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with each placeholder replaced; a value is put in as it is, whatever braces it has."""
    parts = _NAMED.split(text)
    parts[1::2] = [values[name] for name in parts[1::2]]
    return "".join(parts)


def why_not(text: str) -> str:
    """Return what is wrong with ``text`` as a notice, or ""."""
    told = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    parts = _NAMED.split(text)
    unknown = [name for name in parts[1::2] if name not in PLACEHOLDERS]
    if unknown:
        return f"there is no {{{unknown[0]}}} here; expected of: {told}"
    if any(brace in part for part in parts[::2] for brace in "{}"):
        return f"a brace must be a placeholder's; expected of: {told}"
    return ""


def language_for(language: str, texts: Mapping[str, str]) -> str:
    """Return in which language who reads ``language`` is told: theirs, or the other where theirs has no text."""
    return language if texts.get(language) else next(other for other, text in texts.items() if text)
