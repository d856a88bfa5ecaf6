"""The published document, docs/openapi.json, is what the routes say; a change that breaks clients is named.

After an intended change: ``make openapi``, and read what git then shows.
"""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api import OPERATIONS
from chalicelib.web import openapi

Document = dict[str, Any]

PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.json"
LIMITS = {"maxLength": -1, "maximum": -1, "maxItems": -1, "minLength": 1, "minimum": 1, "minItems": 1}


@pytest.fixture(scope="module")
def published() -> Document:
    document: Document = json.loads(PUBLISHED.read_text())
    return document


def test_the_published_document_is_that_of_the_routes(published: Document) -> None:
    now = json.loads(json.dumps(openapi.document(OPERATIONS)))
    broken = list(breaking(published, now))
    assert now == published, "\n".join(["docs/openapi.json is of before; make openapi", *broken])


def breaking(before: Document, after: Document) -> Iterator[str]:
    """Yield what a client of ``before`` may stumble over in ``after``."""
    told = _schemas_told(before)
    for path, method, old in _operations(before):
        new = after["paths"].get(path, {}).get(method)
        name = old["operationId"]
        if new is None:
            yield f"{name}: {method.upper()} {path} is gone"
            continue
        if new["operationId"] != name:
            yield f"{name}: is called {new['operationId']}"
        yield from _parameters(name, old, new)
        if not old.get("requestBody", {}).get("required") and new.get("requestBody", {}).get("required"):
            yield f"{name}: a body is required"
        yield from (f"{name}: status {status} is gone" for status in old["responses"] if status not in new["responses"])
    for name, old in before["components"]["schemas"].items():
        new = after["components"]["schemas"].get(name)
        if new is None:
            yield f"{name}: the schema is gone"
        elif name in told:
            yield from _told(name, old, new)
        else:
            yield from _asked(name, old, new)


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _schemas_told(document: Document) -> set[str]:
    """Return the schemas that answers are made of, directly or through others."""
    found: set[str] = set()
    waiting = [each["responses"] for _, _, each in _operations(document)] + [document["components"]["responses"]]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            name = str(part.get("$ref", "")).removeprefix("#/components/schemas/")
            if name in document["components"]["schemas"] and name not in found:
                found.add(name)
                waiting.append(document["components"]["schemas"][name])
    return found


def _parameters(name: str, old: Document, new: Document) -> Iterator[str]:
    before = {each["name"]: each for each in old["parameters"] if "name" in each}
    after = {each["name"]: each for each in new["parameters"] if "name" in each}
    yield from (f"{name}: the parameter {each} is gone" for each in before if each not in after)
    for each, parameter in after.items():
        if parameter["required"] and not before.get(each, {}).get("required"):
            yield f"{name}: the parameter {each} is required"
        if each in before:
            yield from _narrowed(f"{name}: the parameter {each}", before[each]["schema"], parameter["schema"])


def _asked(name: str, old: Document, new: Document) -> Iterator[str]:
    """Yield what was taken of a client before and is not any more."""
    added = [each for each in new.get("required", []) if each not in old.get("required", [])]
    yield from (f"{name}.{each}: is required" for each in added)
    for each, schema in old.get("properties", {}).items():
        if each not in new.get("properties", {}):
            yield f"{name}.{each}: is gone"
        else:
            yield from _narrowed(f"{name}.{each}", schema, new["properties"][each])


def _told(name: str, old: Document, new: Document) -> Iterator[str]:
    """Yield what a client was sure to be told before and is not any more."""
    lost = [each for each in old.get("properties", {}) if each not in new.get("properties", {})]
    yield from (f"{name}.{each}: is gone" for each in lost)
    for each in old.get("required", []):
        if each not in new.get("required", []) and each in new.get("properties", {}):
            yield f"{name}.{each}: may be left out"
    for each, schema in old.get("properties", {}).items():
        present = new.get("properties", {}).get(each, schema)
        if schema.get("type") != present.get("type"):
            yield f"{name}.{each}: is of the type {present.get('type')}, was {schema.get('type')}"


def _narrowed(name: str, old: Document, new: Document) -> Iterator[str]:
    if _types(old) - _types(new):
        yield f"{name}: is of the type {new.get('type')}, was {old.get('type')}"
    before, after = old.get("enum", []), new.get("enum", [])
    yield from (f"{name}: {word} is not taken any more" for word in before if after and word not in after)
    if after and not before:
        yield f"{name}: takes {', '.join(map(str, after))} only"
    for word, sign in LIMITS.items():
        if word in new and (word not in old or sign * new[word] > sign * old[word]):
            yield f"{name}: {word} is {new[word]}, was {old.get(word)}"
    if old.get("pattern") != new.get("pattern") and "pattern" in new:
        yield f"{name}: has another pattern"


def _types(schema: Document) -> set[str]:
    kind: str | list[str] = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


Change = Callable[[Document], Any]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda at: at["paths"].pop("/v1/payments"), "record_payment: POST /v1/payments is gone"),
        (
            lambda at: at["paths"]["/v1/payments"]["post"].update(operationId="take_payment"),
            "record_payment: is called take_payment",
        ),
        (lambda at: _schema(at, "NewPayment")["required"].append("note"), "NewPayment.note: is required"),
        (lambda at: _schema(at, "NewPayment")["properties"].pop("note"), "NewPayment.note: is gone"),
        (lambda at: _schema(at, "Payment")["properties"].pop("credit"), "Payment.credit: is gone"),
        (lambda at: _schema(at, "Payment")["required"].remove("credit"), "Payment.credit: may be left out"),
        (
            lambda at: _schema(at, "NewPayment")["properties"]["method"]["enum"].remove("cash"),
            "NewPayment.method: cash is not taken any more",
        ),
        (
            lambda at: _schema(at, "Payment")["properties"]["version"].update(type="string"),
            "Payment.version: is of the type string, was",
        ),
    ],
)
def test_a_change_that_breaks_clients_is_named(published: Document, change: Change, named: str) -> None:
    changed = copy.deepcopy(published)
    change(changed)
    assert [each for each in breaking(published, changed) if each.startswith(named)], list(breaking(published, changed))


def test_what_is_only_added_breaks_nobody(published: Document) -> None:
    changed = copy.deepcopy(published)
    changed["paths"]["/v1/new"] = {"get": {**changed["paths"]["/v1/payments"]["get"], "operationId": "list_new"}}
    _schema(changed, "Payment")["properties"]["colour"] = {"type": "string"}
    _schema(changed, "NewPayment")["properties"]["colour"] = {"type": "string"}
    assert list(breaking(published, changed)) == []


def _schema(document: Document, name: str) -> Document:
    schema: Document = document["components"]["schemas"][name]
    return schema
