"""Fields of the wire: strict about types, so that what a client meant is never guessed.

Each field's ``openapi`` says what it takes, for the document, and the same words check it: a field
and its description cannot part. Each field's ``tell`` says how a value goes out; None: as it is.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate

from chalicelib import money, values
from chalicelib.values import EARLIEST, LATEST, MOST_WHOLE
from chalicelib.web.texts import EMAIL, KRA_PIN, OneOf, Phone, Text, Told, let_in

__all__ = [
    "EARLIEST",
    "EMAIL",
    "KRA_PIN",
    "LATEST",
    "Day",
    "Flag",
    "ListOf",
    "Moment",
    "Money",
    "Month",
    "Nested",
    "OneOf",
    "Paging",
    "Phone",
    "Text",
    "Uuid",
    "Whole",
    "sort_of",
]

MOST_IN_LIST = 1000
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

Nested = fields.Nested


class ListOf(fields.List[Any]):
    """A list; one that is asked for has at most ``most`` items, each once if ``once``."""

    def __init__(self, inner: Any, *, least: int = 0, most: int = MOST_IN_LIST, once: bool = False, **options: Any):
        self._least, self._most, self._once = least, most, once
        self.openapi_of_asked: dict[str, Any] = {"minItems": least, "maxItems": most, "uniqueItems": once}
        super().__init__(inner, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError("expected a list")
        if not self._least <= len(value) <= self._most:
            raise ValidationError(f"expected {self._least} to {self._most} items")
        found: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        if self._once and any(each in found[:place] for place, each in enumerate(found)):
            raise ValidationError("each may stand once")
        return found


class Whole(Told, fields.Integer):
    """A whole number between two bounds; from a query string too (``from_text``)."""

    def __init__(self, least: int = 0, most: int = MOST_WHOLE, *, from_text: bool = False, **options: Any):
        self._from_text = from_text
        self.openapi = {"type": "integer", "minimum": least, "maximum": most}
        super().__init__(validate=validate.Range(least, most, error="expected {min} to {max}"), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if self._from_text and isinstance(value, str):
            return let_in(values.parse_whole, value)
        if type(value) is not int:
            raise ValidationError("expected a whole number")
        return value


class Flag(Told, fields.Boolean):
    tell = staticmethod(bool)  # a sum in SQL gives 0 and 1

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


class Money(Told, fields.Field[int]):
    """Cents inside, a string such as "15000.00" outside; not negative unless ``signed``, not zero if ``positive``."""

    tell = staticmethod(money.format_cents)

    def __init__(self, *, signed: bool = False, positive: bool = False, **options: Any):
        self._signs = {"signed": signed, "positive": positive}
        form = money.amount_pattern(signed=signed, positive=positive)
        self.openapi = {"type": "string", "pattern": form, "examples": ["15000.00"]}
        # What is told may be a sum of many, and always has its two decimals.
        self.openapi_of_told = {"pattern": f"^{'-?' if signed else ''}(0|[1-9][0-9]*)[.][0-9]{{2}}$"}
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ValidationError('expected a string such as "15000.00"')
        return let_in(money.parse_cents, value, **self._signs)


class Day(Told, fields.Date):
    """A business day, ISO 8601 "2026-11-20"."""

    tell = staticmethod(dt.date.isoformat)
    openapi: ClassVar[dict[str, Any]] = {
        "type": "string",
        "format": "date",
        "pattern": values.DAY,
        "examples": ["2026-11-20"],
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        return let_in(values.parse_day, value if isinstance(value, str) else "")


class Month(Told, fields.Date):
    """A period: the first day of its month inside, "2026-11" outside."""

    tell = staticmethod("{:%Y-%m}".format)
    openapi: ClassVar[dict[str, Any]] = {"type": "string", "pattern": values.MONTH, "examples": ["2026-11"]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        return let_in(values.parse_month, value if isinstance(value, str) else "")


def _tell_moment(value: dt.datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


class Moment(Told, fields.DateTime):
    """An instant in UTC, RFC 3339; only told, never asked for."""

    tell = staticmethod(_tell_moment)
    openapi = {"type": "string", "format": "date-time"}


class Uuid(Told, fields.UUID):
    tell = staticmethod(str)
    openapi = {"type": "string", "format": "uuid"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or not UUID_FORM.fullmatch(value):
            raise ValidationError("expected an id such as 0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a")
        return UUID(value)


class Paging(Schema):
    """What every list takes; a list with filters or sorts of its own extends it."""

    cursor = Text(400, least=1, pattern="^[A-Za-z0-9_-]+$")
    limit = Whole(1, 200, from_text=True, load_default=50)


def sort_of(*keys: str, default: str) -> OneOf:
    """Return the ``sort`` parameter of a list; "-" before a key asks for descending order."""
    words: Sequence[str] = [sign + key for key in keys for sign in ("", "-")]
    return OneOf(*words, load_default=default)
