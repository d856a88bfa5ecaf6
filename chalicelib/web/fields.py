"""Fields of the wire: strict about types, so that what a client meant is never guessed.

Each field's ``openapi`` says what it takes, for the document; a field and its description stand together.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate

from chalicelib import money, phones
from chalicelib.errors import Invalid

MOST_WHOLE = 2**31 - 1
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2199, 12, 31)

Nested = fields.Nested
ListOf = fields.List


class Text(fields.String):
    """One line of text, trimmed; ``lines=True`` allows line breaks."""

    def __init__(self, most: int = 120, *, least: int = 0, lines: bool = False, pattern: str = "", **options: Any):
        checks: list[Any] = [validate.Length(min=least, max=most)]
        self.openapi: dict[str, Any] = {"type": "string", "minLength": least, "maxLength": most}
        if pattern:
            checks.append(validate.Regexp(re.compile(pattern, re.ASCII), error=f"expected the form {pattern}"))
            self.openapi["pattern"] = pattern
        self._lines = lines
        super().__init__(validate=checks, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs).strip()
        rest = text.replace("\n", "").replace("\t", "") if self._lines else text
        if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF or character == "\x7f" for character in rest):
            raise ValidationError("control characters are not allowed")
        return text


class OneOf(fields.String):
    def __init__(self, *words: str, **options: Any):
        self.openapi = {"type": "string", "enum": list(words)}
        super().__init__(validate=validate.OneOf(words, error="expected one of: {choices}"), **options)


class Whole(fields.Integer):
    """A whole number between two bounds; from a query string too (``from_text``)."""

    def __init__(self, least: int = 0, most: int = MOST_WHOLE, *, from_text: bool = False, **options: Any):
        self._from_text = from_text
        self.openapi = {"type": "integer", "minimum": least, "maximum": most}
        super().__init__(validate=validate.Range(least, most, error="expected {min} to {max}"), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if self._from_text and isinstance(value, str) and re.fullmatch(r"-?\d{1,10}", value, re.ASCII):
            return int(value)
        if type(value) is not int:
            raise ValidationError("expected a whole number")
        return value


class Flag(fields.Boolean):
    def __init__(self, *, from_text: bool = False, **options: Any):
        self._from_text = from_text
        self.openapi = {"type": "boolean"}
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if self._from_text and value in ("true", "false"):
            return bool(value == "true")
        if type(value) is not bool:
            raise ValidationError("expected true or false")
        return value


class Money(fields.Field[int]):
    """Cents inside, a string such as "15000.00" outside; not negative unless ``signed``, not zero if ``positive``."""

    def __init__(self, *, signed: bool = False, positive: bool = False, **options: Any):
        self._least = -money.MOST_CENTS if signed else 1 if positive else 0
        sign = "-?" if signed else ""
        self.openapi = {
            "type": "string",
            "pattern": f"^{'(?!0+([.]0+)?$)' if positive else ''}{sign}(0|[1-9][0-9]{{0,9}})([.][0-9]{{1,2}})?$",
            "examples": ["15000.00"],
        }
        super().__init__(**options)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else money.format_cents(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ValidationError('expected a string such as "15000.00"')
        try:
            cents = money.parse_cents(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if cents < self._least:
            raise ValidationError("expected more than nothing" if self._least == 1 else "may not be negative")
        return cents


class Day(fields.Date):
    """A business day, ISO 8601 "2026-11-20"."""

    openapi = {"type": "string", "format": "date"}

    def _serialize(self, value: dt.date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValidationError("expected a day such as 2026-11-20")
        return _within(_parsed_day(value))


class Month(fields.Date):
    """A period: the first day of its month inside, "2026-11" outside."""

    openapi = {"type": "string", "pattern": "^(199[0-9]|20[0-9][0-9]|21[0-9][0-9])-(0[1-9]|1[0-2])$"}

    def _serialize(self, value: dt.date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value:%Y-%m}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        if not isinstance(value, str) or not _MONTH.fullmatch(value):
            raise ValidationError("expected a month such as 2026-11")
        return _within(_parsed_day(value + "-01"))


def _parsed_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError("there is no such day") from error


def _within(day: dt.date) -> dt.date:
    if not EARLIEST <= day <= LATEST:
        raise ValidationError(f"expected a day from {EARLIEST} to {LATEST}")
    return day


class Moment(fields.DateTime):
    """An instant in UTC, RFC 3339; only told, never asked for."""

    openapi = {"type": "string", "format": "date-time"}

    def _serialize(self, value: dt.datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat().replace("+00:00", "Z")


class Uuid(fields.UUID):
    openapi = {"type": "string", "format": "uuid"}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise ValidationError("expected an id such as 0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a")
        return UUID(value)


class Phone(fields.String):
    """A Kenyan mobile number in any spelling; E.164 inside and on the way out."""

    openapi = {"type": "string", "pattern": r"^(\+?254|0)?[17][0-9]{8}$", "examples": ["+254712345678"]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return phones.to_e164(super()._deserialize(value, attr, data, **kwargs))
        except Invalid as error:
            raise ValidationError(error.facts["errors"][0]["why"]) from error


class Paging(Schema):
    """What every list takes; a list with filters or sorts of its own extends it."""

    cursor = Text(400, least=1)
    limit = Whole(1, 200, from_text=True, load_default=50)


def sort_of(*keys: str, default: str) -> OneOf:
    """Return the ``sort`` parameter of a list; "-" before a key asks for descending order."""
    words: Sequence[str] = [sign + key for key in keys for sign in ("", "-")]
    return OneOf(*words, load_default=default)
