"""Schemas as JSON Schema, by apispec: each field has its own ``openapi``, and this adds what depends on the use.

A request schema rejects unknown fields and lists the required ones. A response always has all of
its fields. Imported only when the document is requested: apispec is slow to import at a cold start.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import marshmallow
from apispec import APISpec
from apispec.ext.marshmallow.common import make_schema_key
from apispec.ext.marshmallow.openapi import OpenAPIConverter

JsonSchema = dict[str, Any]


class SchemaConverter(OpenAPIConverter):
    """Converts schemas to components of ``spec``, for responses or for requests."""

    def __init__(self, spec: APISpec, *, for_response: bool) -> None:
        self._for_response = for_response
        self._names: dict[str, Any] = {}
        super().__init__(spec.openapi_version, self.name_of, spec)

    def name_of(self, schema: marshmallow.Schema) -> str:
        """Return the component's name: "Unit" for UnitView, "UnitChange" as it is.

        Raises:
            ValueError: two schemas would share the name, and one would be documented as the other.
        """
        name = type(schema).__name__.removesuffix("View")
        known = self.spec.components.schemas
        if not self._for_response and name in known and name not in self._names:
            name += "Asked"  # the same nested schema is also part of a response, with all its fields
        if self._names.setdefault(name, make_schema_key(schema)) != make_schema_key(schema):
            raise ValueError(f"two schemas are called {name}")
        return name

    def reference(self, schema: marshmallow.Schema) -> JsonSchema:
        """Return a reference to the component of ``schema``, created at the first use."""
        name = self.name_of(schema)
        if name not in self.spec.components.schemas:
            self.spec.components.schemas[name] = {}  # reserves the name for a recursive schema
            self.spec.components.schemas[name] = self.schema2jsonschema(schema)
        return {"$ref": f"#/components/schemas/{name}"}

    def resolve_nested_schema(self, schema: Any) -> JsonSchema:
        found = self.reference(schema)
        return {"type": "array", "items": found} if schema.many else found

    def schema2jsonschema(self, schema: marshmallow.Schema) -> JsonSchema:
        fields = schema.dump_fields if self._for_response else schema.load_fields
        described: JsonSchema = self.fields2jsonschema(fields)
        if not self._for_response and schema.unknown == marshmallow.RAISE:
            described["additionalProperties"] = False
        if schema.__doc__ and type(schema).__module__.startswith("chalicelib."):
            described["description"] = schema.__doc__.strip()
        return described

    def fields2jsonschema(self, fields: Mapping[str, Any], **_: Any) -> JsonSchema:
        named = {field.data_key or name: field for name, field in fields.items()}
        properties = {name: self.field2property(field) for name, field in named.items()}
        described: JsonSchema = {"type": "object", "properties": properties}
        required = sorted(name for name, field in named.items() if self._for_response or field.required)
        return described | ({"required": required} if required else {})

    def field2property(self, field: Any) -> JsonSchema:
        own = getattr(field, "openapi", None)
        described = dict(own) if own is not None else super().field2property(field)
        if self._for_response:
            described |= getattr(field, "openapi_of_response", {})
            described = {name: value for name, value in described.items() if value is not None}
        else:
            described |= _narrow_bounds(getattr(field, "openapi_of_request", {}), described)
            described |= self.field2default(field)
        if own is not None and field.allow_none:
            described = _nullable(described)
        return described | ({"description": field.metadata["description"]} if "description" in field.metadata else {})


def _narrow_bounds(request_bounds: JsonSchema, described: JsonSchema) -> JsonSchema:
    """Return the bounds of a list in a request; its own validator may be narrower."""
    bounds = {"minItems": max, "maxItems": min}
    return {name: bounds[name](value, described.get(name, value)) if name in bounds else value
            for name, value in request_bounds.items()}  # fmt: skip


def _nullable(described: JsonSchema) -> JsonSchema:
    also: JsonSchema = {"type": [described["type"], "null"]}
    if "enum" in described:
        also["enum"] = [*described["enum"], None]
    return described | also


def page_schema(item: JsonSchema) -> JsonSchema:
    """Return the JSON Schema of a page of a list."""
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Cursor of the next page; null on the last page.",
            },
        },
        "required": ["items", "next_cursor"],
        "additionalProperties": False,
    }


PROBLEM: JsonSchema = {
    "type": "object",
    "description": "A problem (RFC 9457). Further members depend on its type.",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:plotihub:problem:[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Each invalid value: its dotted path, and the reason.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "why": {"type": "string"}},
                "required": ["field", "why"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}


def response_header(description: str, schema: JsonSchema | None = None, *, always: bool = False) -> JsonSchema:
    """Return the description of a response header; ``always``: every response of this status has it."""
    described: JsonSchema = {"description": description, "schema": schema or {"type": "string"}}
    return described | ({"required": True} if always else {})


def component_references(kind: str, names: Iterable[str]) -> JsonSchema:
    return {name: {"$ref": f"#/components/{kind}/{name}"} for name in names}
