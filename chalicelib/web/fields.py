"""Schema fields, strict about types, so that what a client meant is never guessed.

Each field's ``openapi`` is its JSON Schema in the OpenAPI document, and the same values validate it: a field
and its description cannot diverge. Each field's ``to_json`` serializes a value; None: unchanged.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, post_load, validate

from chalicelib import money, values
from chalicelib.values import EARLIEST_DAY, LATEST_DAY, MAX_WHOLE
from chalicelib.web.text_fields import EMAIL, KRA_PIN, AnyPhone, JsonValueMixin, OneOf, Phone, Text, parse_value

__all__ = [
    "EARLIEST_DAY",
    "EMAIL",
    "KRA_PIN",
    "LATEST_DAY",
    "AnyPhone",
    "Boolean",
    "CommandSchema",
    "Date",
    "DateTime",
    "Integer",
    "ListOf",
    "Money",
    "Month",
    "Nested",
    "OneOf",
    "Paging",
    "Phone",
    "Text",
    "Uuid",
    "sort_field",
]

MAX_LIST_ITEMS = 1000
UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

Nested = fields.Nested


class ListOf(fields.List[Any]):
    """A list; in a request it has ``least`` to ``most`` items, each only once if ``once``."""

    def __init__(self, inner: Any, *, least: int = 0, most: int = MAX_LIST_ITEMS, once: bool = False, **options: Any):
        self._min_items, self._max_items, self._unique = least, most, once
        self.openapi_of_request: dict[str, Any] = {"minItems": least, "maxItems": most, "uniqueItems": once}
        super().__init__(inner, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError("expected a list")
        if not self._min_items <= len(value) <= self._max_items:
            raise ValidationError(f"expected {self._min_items} to {self._max_items} items")
        found: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        if self._unique and any(each in found[:place] for place, each in enumerate(found)):
            raise ValidationError("each may occur only once")
        return found


class Integer(JsonValueMixin, fields.Integer):
    """A whole number between two bounds; from a query string too (``from_text``)."""

    def __init__(self, least: int = 0, most: int = MAX_WHOLE, *, from_text: bool = False, **options: Any):
        self._from_text = from_text
        self.openapi = {"type": "integer", "minimum": least, "maximum": most}
        super().__init__(validate=validate.Range(least, most, error="expected {min} to {max}"), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if self._from_text and isinstance(value, str):
            return parse_value(values.parse_int, value)
        if type(value) is not int:
            raise ValidationError("expected a whole number")
        return value


class Boolean(JsonValueMixin, fields.Boolean):
    to_json = staticmethod(bool)  # SQL returns 0 and 1

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


class Money(JsonValueMixin, fields.Field[int]):
    """Cents in Python, a string such as "15000.00" in JSON; negative only if ``signed``, not zero if ``positive``."""

    to_json = staticmethod(money.format_cents)

    def __init__(self, *, signed: bool = False, positive: bool = False, **options: Any):
        self._signs = {"signed": signed, "positive": positive}
        form = money.amount_pattern(signed=signed, positive=positive)
        self.openapi = {"type": "string", "pattern": form, "examples": ["15000.00"]}
        # In a response it may be a sum of many, and always has two decimals.
        self.openapi_of_response = {"pattern": f"^{'-?' if signed else ''}(0|[1-9][0-9]*)[.][0-9]{{2}}$"}
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ValidationError('expected a string such as "15000.00"')
        return parse_value(money.parse_cents, value, **self._signs)


class Date(JsonValueMixin, fields.Date):
    """A business day, ISO 8601 "2026-11-20"."""

    to_json = staticmethod(dt.date.isoformat)
    openapi: ClassVar[dict[str, Any]] = {
        "type": "string",
        "format": "date",
        "pattern": values.DAY,
        "examples": ["2026-11-20"],
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        return parse_value(values.parse_day, value if isinstance(value, str) else "")


class Month(JsonValueMixin, fields.Date):
    """A period: the first day of its month in Python, "2026-11" in JSON."""

    to_json = staticmethod("{:%Y-%m}".format)
    openapi: ClassVar[dict[str, Any]] = {"type": "string", "pattern": values.MONTH, "examples": ["2026-11"]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        return parse_value(values.parse_month, value if isinstance(value, str) else "")


def _format_instant(value: dt.datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


class DateTime(JsonValueMixin, fields.DateTime):
    """An instant in UTC, RFC 3339; in responses only."""

    to_json = staticmethod(_format_instant)
    openapi = {"type": "string", "format": "date-time"}


class Uuid(JsonValueMixin, fields.UUID):
    to_json = staticmethod(str)
    openapi = {"type": "string", "format": "uuid"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or not UUID_PATTERN.fullmatch(value):
            raise ValidationError("expected an id such as 0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a")
        return UUID(value)


class CommandSchema(Schema):
    """A body that is loaded as ``command``, a NamedTuple of the package that handles it; optional fields have defaults.

    The body of a PATCH stays a dict, which a TypedDict describes: there, absent is not null.
    """

    command: ClassVar[Callable[..., Any]]

    @post_load
    def make_command(self, values: dict[str, Any], **_: Any) -> Any:
        return self.command(**values)


class Paging(Schema):
    """Query parameters of every list; a list with filters or a sort order extends it."""

    cursor = Text(400, least=1, pattern="^[A-Za-z0-9_-]+$")
    limit = Integer(1, 200, from_text=True, load_default=50)


def sort_field(*keys: str, default: str) -> OneOf:
    """Return the ``sort`` parameter of a list; "-" before a key asks for descending order."""
    words: Sequence[str] = [sign + key for key in keys for sign in ("", "-")]
    return OneOf(*words, load_default=default)
