"""Kenyan mobile numbers, whatever way they are written."""

import re

from chalicelib.errors import Invalid

_SPELLINGS = re.compile(r"(?:\+?254|0)?([17]\d{8})", re.ASCII)
_SEPARATORS = re.compile(r"[\s\-().\u00a0]+")


def to_e164(text: str, field: str = "phone") -> str:
    """Return the number as "+254…" from any Kenyan spelling: 07…, 01…, 7…, 254…, +254…, spaced or dashed.

    Numbers are portable, so the prefix says nothing about the network.

    Raises:
        Invalid: it is not a Kenyan mobile number.
    """
    found = _SPELLINGS.fullmatch(_SEPARATORS.sub("", text))
    if not found:
        raise Invalid([(field, "expected a Kenyan mobile number such as 0712 345 678 or +254712345678")])
    return "+254" + found[1]
