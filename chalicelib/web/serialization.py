"""Serialize a view's result by its schema, without marshmallow's cost for each field of each row.

A schema is compiled once, at its first use, from the same fields that the OpenAPI document
is generated from. What cannot be compiled (hooks, methods, dotted names) is dumped by marshmallow.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import marshmallow
from marshmallow import Schema
from marshmallow.decorators import POST_DUMP, PRE_DUMP

from chalicelib.paging import Page

Serializer = Callable[[Any], Any]

_compiled: dict[int, tuple[Schema, Serializer]] = {}  # with the schema, so that its id is not reused


def serialize(schema: Schema | None, result: Any) -> Any:
    """Return ``result``, an object or a page of them, as JSON types; without a schema it is returned unchanged."""
    if schema is None:
        return result
    serializer = serializer_for(schema)
    if isinstance(result, Page):
        return {"items": [serializer(item) for item in result.items], "next_cursor": result.next_cursor}
    return serializer(result)


def serializer_for(schema: Schema) -> Serializer:
    found = _compiled.get(id(schema))
    if found is None:
        found = _compiled[id(schema)] = (schema, _compile_schema(schema))
    return found[1]


def _compile_schema(schema: Schema) -> Serializer:
    dumped = schema.dump_fields
    names = [field.attribute or name for name, field in dumped.items()]
    keys = [field.data_key or name for name, field in dumped.items()]
    if not _can_compile(schema, names):
        return lambda value: schema.dump(value, many=False)
    serializers = [_field_serializer(field) for field in dumped.values()]
    entries = list(zip(keys, names, serializers, strict=True))
    read = _attribute_getter(names)

    def serialize_object(value: Any) -> dict[str, Any]:
        if isinstance(value, Mapping):  # missing keys are left out
            return {
                key: each if each is None or serializer is None else serializer(each)
                for key, name, serializer in entries
                if (each := value.get(name, marshmallow.missing)) is not marshmallow.missing
            }
        return {
            key: each if each is None or serializer is None else serializer(each)
            for key, serializer, each in zip(keys, serializers, read(value), strict=True)
        }

    return serialize_object


def _can_compile(schema: Schema, names: list[str]) -> bool:
    hooked = schema._hooks.get(PRE_DUMP) or schema._hooks.get(POST_DUMP)
    own_reading = type(schema).get_attribute is not Schema.get_attribute
    computed = any(not field._CHECK_ATTRIBUTE for field in schema.dump_fields.values())
    defaults = any(field.dump_default is not marshmallow.missing for field in schema.dump_fields.values())
    return not (hooked or own_reading or computed or defaults or any("." in name for name in names))


def _attribute_getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) < 2:  # attrgetter returns a tuple of two or more only
        return lambda value: tuple(getattr(value, name) for name in names)
    return attrgetter(*names)


def _field_serializer(field: Any) -> Serializer | None:
    """Return the serializer of ``field`` for values that are not None; None if they need none."""
    if isinstance(field, marshmallow.fields.Nested) and not isinstance(field, marshmallow.fields.Pluck):
        serializer = serializer_for(field.schema)
        return (lambda values: [serializer(each) for each in values]) if field.many or field.schema.many else serializer
    if isinstance(field, marshmallow.fields.List):
        inner = _field_serializer(field.inner)
        return list if inner is None else lambda values: [None if each is None else inner(each) for each in values]
    if hasattr(field, "to_json"):
        own: Serializer | None = field.to_json
        return own
    return lambda value: field._serialize(value, None, None)
