"""Telling what a view returned, by its schema, without marshmallow's cost for each field of each row.

A schema is compiled once, when it is first told, out of the same fields that the OpenAPI document
is made from. What it cannot compile (hooks, methods, dotted names) marshmallow dumps as ever.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import marshmallow
from marshmallow import Schema
from marshmallow.decorators import POST_DUMP, PRE_DUMP

from chalicelib.pages import Page

Teller = Callable[[Any], Any]

_compiled: dict[int, tuple[Schema, Teller]] = {}  # the schema is kept too, so that its id stays its own


def tell(schema: Schema | None, result: Any) -> Any:
    """Return ``result``, one thing or a page of them, as JSON's own types; without a schema it is that already."""
    if schema is None:
        return result
    teller = teller_of(schema)
    if isinstance(result, Page):
        return {"items": [teller(item) for item in result.items], "next_cursor": result.next_cursor}
    return teller(result)


def teller_of(schema: Schema) -> Teller:
    found = _compiled.get(id(schema))
    if found is None:
        found = _compiled[id(schema)] = (schema, _compile(schema))
    return found[1]


def _compile(schema: Schema) -> Teller:
    dumped = schema.dump_fields
    names = [field.attribute or name for name, field in dumped.items()]
    keys = [field.data_key or name for name, field in dumped.items()]
    if not _is_plain(schema, names):
        return lambda value: schema.dump(value, many=False)
    tellers = [_field_teller(field) for field in dumped.values()]
    entries = list(zip(keys, names, tellers, strict=True))
    read = _reader(names)

    def tell_object(value: Any) -> dict[str, Any]:
        if isinstance(value, Mapping):  # of a mapping, what is missing is left out
            return {
                key: each if each is None or teller is None else teller(each)
                for key, name, teller in entries
                if (each := value.get(name, marshmallow.missing)) is not marshmallow.missing
            }
        return {
            key: each if each is None or teller is None else teller(each)
            for key, teller, each in zip(keys, tellers, read(value), strict=True)
        }

    return tell_object


def _is_plain(schema: Schema, names: list[str]) -> bool:
    hooked = schema._hooks.get(PRE_DUMP) or schema._hooks.get(POST_DUMP)
    own_reading = type(schema).get_attribute is not Schema.get_attribute
    computed = any(not field._CHECK_ATTRIBUTE for field in schema.dump_fields.values())
    defaults = any(field.dump_default is not marshmallow.missing for field in schema.dump_fields.values())
    return not (hooked or own_reading or computed or defaults or any("." in name for name in names))


def _reader(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) < 2:  # attrgetter returns a tuple of two or more only
        return lambda value: tuple(getattr(value, name) for name in names)
    return attrgetter(*names)


def _field_teller(field: Any) -> Teller | None:
    """Return how a value of ``field`` that is not None is told; None where it is told as it is."""
    if isinstance(field, marshmallow.fields.Nested) and not isinstance(field, marshmallow.fields.Pluck):
        teller = teller_of(field.schema)
        return (lambda values: [teller(each) for each in values]) if field.many or field.schema.many else teller
    if isinstance(field, marshmallow.fields.List):
        inner = _field_teller(field.inner)
        return list if inner is None else lambda values: [None if each is None else inner(each) for each in values]
    if hasattr(field, "tell"):
        own: Teller | None = field.tell
        return own
    return lambda value: field._serialize(value, None, None)
