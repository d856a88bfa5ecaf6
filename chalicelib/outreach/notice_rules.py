"""Filling the text of a notice, and what is wrong with one: {tenant}, {unit} and {property} may stand in it."""

import re
from collections.abc import Mapping

PLACEHOLDERS = ("tenant", "unit", "property")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}", re.ASCII)


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with each placeholder replaced; a value is put in as it is, whatever braces it has."""
    parts = _PLACEHOLDER.split(text)
    parts[1::2] = [values[name] for name in parts[1::2]]
    return "".join(parts)


def find_text_problem(text: str) -> str:
    """Return what is wrong with ``text`` as a notice, or ""."""
    placeholders = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    parts = _PLACEHOLDER.split(text)
    unknown = [name for name in parts[1::2] if name not in PLACEHOLDERS]
    if unknown:
        return f"unknown placeholder {{{unknown[0]}}}; expected one of: {placeholders}"
    if any(brace in part for part in parts[::2] for brace in "{}"):
        return f"a brace must belong to a placeholder; expected one of: {placeholders}"
    return ""


def language_for(language: str, texts: Mapping[str, str]) -> str:
    """Return in which language who reads ``language`` is told: theirs, or the other where theirs has no text."""
    return language if texts.get(language) else next(other for other, text in texts.items() if text)
