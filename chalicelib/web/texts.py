"""Fields that are text on the wire; ``chalicelib.web.fields`` tells how fields are made."""

import re
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate

from chalicelib import phones

_ATOM = "[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322 section 3.2.3
EMAIL = f"^{_ATOM}([.]{_ATOM})*@[0-9A-Za-z-]+([.][0-9A-Za-z-]+)+$"
KRA_PIN = "^[AP][0-9]{9}[A-Z]$"

# Seen by nobody: control characters and the byte order mark, which stop exports and prints; spaces without
# width, by which two names look like one; and what turns the direction of writing, and with it what is read.
_HIDING = r"\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_UNSEEN = rf"\u0000-\u001f\u007f-\u009f{_HIDING}"
_UNSEEN_IN_LINES = rf"\u0000-\u0008\u000b-\u001f\u007f-\u009f{_HIDING}"
_JOINERS = r"\u200c\u200d"  # right between the letters of some scripts; alone they are nothing
_SPACER = r"[ ().\u00a0-]*"  # what people put between the digits of a number


class Told:
    """A field that tells a value by ``tell``, and None as None."""

    tell: ClassVar[Any] = None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value if value is None or self.tell is None else self.tell(value)


class Text(Told, fields.String):
    """Text of one line, or with ``lines=True`` of many; trimmed, unless its form says how it begins and ends.

    ``most`` counts what was sent. A form of its own has what is given a ``pattern``, and what must be longer
    than a character: a length that counts after trimming could not be told in JSON Schema.
    """

    # What is told may have come another way: from a sheet, or made by ourselves.
    openapi_of_told: ClassVar[dict[str, Any]] = {"pattern": None, "minLength": None}

    def __init__(self, most: int = 120, *, least: int = 0, lines: bool = False, pattern: str = "", **options: Any):
        self._trimmed = least < 2 and not pattern
        self._most, self._least = most, least
        self._why = f"expected the form {pattern}" if pattern else "control characters are not allowed"
        form = pattern or _text_form(_UNSEEN_IN_LINES if lines else _UNSEEN, least)
        self._form = form  # compiled at first use, by re itself: a cold start has no time for all of them
        self.openapi: dict[str, Any] = {"type": "string", "minLength": least, "maxLength": most, "pattern": form}
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        trimmed = text.strip()
        if len(text) > self._most:
            raise ValidationError(f"expected at most {self._most} characters")
        if len(trimmed) < self._least:
            raise ValidationError(f"expected {self._least} characters or more" if self._least > 1 else "expected text")
        if not re.fullmatch(self._form, text) or not _can_be_kept(text):
            spaced = not self._trimmed and text != trimmed
            raise ValidationError("expected no space before or after it" if spaced else self._why)
        return trimmed if self._trimmed else text


def _text_form(unseen: str, least: int) -> str:
    some, visible = f"[^{unseen}]*", rf"[^{unseen}\s{_JOINERS}]"
    if least > 1:
        return f"^{visible}{some}{visible}$"
    return f"^{some}{visible}{some}$" if least else f"^{some}$"


def _can_be_kept(text: str) -> bool:
    """Return whether ``text`` has no half of a surrogate pair, which JSON can write and UTF-8 cannot."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


class OneOf(Told, fields.String):
    def __init__(self, *words: str, **options: Any):
        self.openapi = {"type": "string", "enum": list(words)}
        super().__init__(validate=validate.OneOf(words, error="expected one of: {choices}"), **options)


class Phone(Told, fields.String):
    """A Kenyan mobile number in any spelling; E.164 inside and on the way out."""

    openapi: ClassVar[dict[str, Any]] = {
        "type": "string",
        "maxLength": 40,
        "pattern": _SPACER.join([rf"^{_SPACER}([+]?{_SPACER}2{_SPACER}5{_SPACER}4|0)?", "[17]", *["[0-9]"] * 8, "$"]),
        "examples": ["+254712345678"],
    }
    openapi_of_told: ClassVar[dict[str, Any]] = {"pattern": "^[+]254[17][0-9]{8}$", "maxLength": 13}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > self.openapi["maxLength"] or not re.fullmatch(self.openapi["pattern"], text):
            raise ValidationError("expected a Kenyan mobile number such as 0712 345 678 or +254712345678")
        return phones.to_e164(text)
