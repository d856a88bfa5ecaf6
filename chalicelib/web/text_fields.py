"""Fields that are text on the wire; ``chalicelib.web.fields`` tells how fields are made."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from marshmallow import ValidationError, fields, validate

from chalicelib import phones, values
from chalicelib.errors import Invalid
from chalicelib.values import EMAIL, KRA_PIN

__all__ = ["EMAIL", "KRA_PIN", "JsonValueMixin", "OneOf", "Phone", "Text", "parse_value"]

T = TypeVar("T")


def parse_value(door: Callable[..., T], value: Any, **options: Any) -> T:
    """Return what the door of a kind of value makes of ``value``; its refusal is told of the field.

    Raises:
        ValidationError: the door does not let it in.
    """
    try:
        return door(value, **options)
    except Invalid as error:
        raise ValidationError(error.facts["errors"][0]["why"]) from error
    except ValueError as error:
        raise ValidationError(str(error)) from error


class JsonValueMixin:
    """A field that serializes a value by ``to_json``, and None as None."""

    to_json: ClassVar[Any] = None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value if value is None or self.to_json is None else self.to_json(value)


class Text(JsonValueMixin, fields.String):
    """Text of one line, or with ``lines=True`` of many; trimmed, unless its form says how it begins and ends.

    ``most`` counts what was sent. A form of its own has what is given a ``pattern``, and what must be longer
    than a character: a length that counts after trimming could not be told in JSON Schema.
    """

    # What is told may have come another way: from a sheet, or made by ourselves.
    openapi_of_response: ClassVar[dict[str, Any]] = {"pattern": None, "minLength": None}

    def __init__(self, most: int = 120, *, least: int = 0, lines: bool = False, pattern: str = "", **options: Any):
        self._rules = {"most": most, "least": least, "lines": lines, "pattern": pattern}
        shown = pattern or values.text_pattern(least=least, lines=lines)
        self.openapi: dict[str, Any] = {"type": "string", "minLength": least, "maxLength": most, "pattern": shown}
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return parse_value(values.parse_text, super()._deserialize(value, attr, data, **kwargs), **self._rules)


class OneOf(JsonValueMixin, fields.String):
    def __init__(self, *words: str, **options: Any):
        self.openapi = {"type": "string", "enum": list(words)}
        super().__init__(validate=validate.OneOf(words, error="expected one of: {choices}"), **options)


class Phone(JsonValueMixin, fields.String):
    """A Kenyan mobile number in any spelling; E.164 inside and on the way out."""

    openapi: ClassVar[dict[str, Any]] = {
        "type": "string",
        "maxLength": phones.MAX_CHARACTERS,
        "pattern": phones.PATTERN,
        "examples": ["+254712345678"],
    }
    openapi_of_response: ClassVar[dict[str, Any]] = {"pattern": "^[+]254[17][0-9]{8}$", "maxLength": 13}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return parse_value(phones.parse_phone, super()._deserialize(value, attr, data, **kwargs))
