"""Fields that are text in JSON; ``chalicelib.web.fields`` describes how fields work."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from marshmallow import ValidationError, fields, validate

from chalicelib import phones, values
from chalicelib.errors import Invalid
from chalicelib.values import EMAIL, KRA_PIN

__all__ = ["EMAIL", "KRA_PIN", "JsonValueMixin", "OneOf", "Phone", "Text", "parse_value"]

T = TypeVar("T")


def parse_value(parser: Callable[..., T], value: Any, **options: Any) -> T:
    """Return ``value`` as ``parser`` parses it; its error becomes that of the field.

    Raises:
        ValidationError: the parser rejects it.
    """
    try:
        return parser(value, **options)
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
    """Text of one line, or of several with ``lines=True``; trimmed, unless its pattern sets how it begins and ends.

    ``most`` is the length before trimming. With a ``pattern``, or ``least`` above 1, the text is not trimmed:
    JSON Schema could not express a length after trimming.
    """

    # A text in a response may come from elsewhere: from a sheet, or generated.
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


class AnyPhone(JsonValueMixin, fields.String):
    """A number of any country, a foreign one with "+"; E.164 in Python and in responses."""

    openapi: ClassVar[dict[str, Any]] = {
        "type": "string",
        "maxLength": phones.MAX_CHARACTERS,
        "examples": ["+254712345678", "+447911123456"],
    }
    openapi_of_response: ClassVar[dict[str, Any]] = {"pattern": "^[+][1-9][0-9]{7,14}$", "maxLength": 16}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return parse_value(phones.parse_any_phone, super()._deserialize(value, attr, data, **kwargs))


class Phone(JsonValueMixin, fields.String):
    """A Kenyan mobile number in any spelling; E.164 in Python and in responses."""

    openapi: ClassVar[dict[str, Any]] = {
        "type": "string",
        "maxLength": phones.MAX_CHARACTERS,
        "pattern": phones.PATTERN,
        "examples": ["+254712345678"],
    }
    openapi_of_response: ClassVar[dict[str, Any]] = {"pattern": "^[+]254[17][0-9]{8}$", "maxLength": 13}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return parse_value(phones.parse_phone, super()._deserialize(value, attr, data, **kwargs))
