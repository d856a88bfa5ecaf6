"""The document: valid, whole, and true of what is answered."""

import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from app import app
from chalicelib.access.roles import PUBLIC
from chalicelib.api import OPERATIONS
from chalicelib.web import openapi
from tests.api.client import Client

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return openapi.document(OPERATIONS)


def operations_of(document: Document) -> dict[str, Document]:
    return {one["operationId"]: one for path in document["paths"].values() for one in path.values()}


def test_the_document_is_valid_openapi(document: Document) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_route_of_the_application_is_told(document: Document) -> None:
    told = {(path, method.upper()) for path, each in document["paths"].items() for method in each}
    assert told == {(path, method) for path, methods in app.routes.items() for method in methods}


def test_every_operation_lies_in_a_group_that_is_described(document: Document) -> None:
    used = {tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]}
    assert used == {tag["name"] for tag in document["tags"]}


def test_every_operation_has_a_short_summary_and_a_description(document: Document) -> None:
    operations = operations_of(document).items()
    assert [name for name, one in operations if not re.fullmatch(r"[A-Z][^.]{3,50}", one["summary"])] == []
    assert [name for name, one in operations if not re.fullmatch(r"[A-Z`].{20,}\.", one["description"])] == []


def test_every_reference_leads_somewhere(document: Document) -> None:
    def walk(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [found for inner in part.values() for found in walk(inner)]
        return [found for inner in part for found in walk(inner)] if isinstance(part, list) else []

    for reference in walk(document):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_what_is_asked_for_refuses_unknown_fields_and_what_is_told_is_whole(document: Document) -> None:
    asked = document["components"]["schemas"]["NewUnit"]
    assert asked["additionalProperties"] is False
    assert asked["required"] == ["name", "property_id", "rent", "type"]
    assert asked["properties"]["size_sqm"]["type"] == ["integer", "null"]
    told = document["components"]["schemas"]["Unit"]
    assert set(told["required"]) == set(told["properties"])


def test_every_body_that_is_asked_for_refuses_unknown_fields(document: Document) -> None:
    schemas = document["components"]["schemas"]
    open_ended = []
    for name, one in operations_of(document).items():
        content = one.get("requestBody", {}).get("content", {}).get("application/json")
        if content and schemas[content["schema"]["$ref"].split("/")[-1]].get("additionalProperties") is not False:
            open_ended.append(name)
    assert open_ended == []


def test_a_problem_is_documented_wherever_it_can_happen(document: Document) -> None:
    change = operations_of(document)["change_unit"]["responses"]
    assert {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429"} < set(change)
    assert {"500", "503", "504"} < set(change)
    assert "304" in operations_of(document)["get_unit"]["responses"]
    public = [operation.view.__name__ for operation in OPERATIONS if operation.may == PUBLIC]
    for name, one in operations_of(document).items():
        assert ("401" in one["responses"]) == (name not in public)
        assert one["security"] == ([] if name in public else [{"bearer": []}])


def test_a_link_leads_from_what_was_made_to_all_that_can_be_done_with_it(document: Document) -> None:
    links = operations_of(document)["add_unit"]["responses"]["201"]["links"]
    assert links["get_unit"] == {"operationId": "get_unit", "parameters": {"unit_id": "$response.body#/id"}}
    assert links["change_unit"]["parameters"]["If-Match"] == "$response.header.ETag"


def test_two_views_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two views are called get_health"):
        openapi.document([*OPERATIONS, next(each for each in OPERATIONS if each.path == "/health")])


@pytest.mark.usefixtures("resources")
def test_the_document_is_served_to_anybody_and_once(document: Document) -> None:
    anybody = Client(None)
    answer = anybody.get("/v1/openapi.json")
    assert answer.status == 200
    assert answer.json == document
    again = anybody.get("/v1/openapi.json", If_None_Match=answer.etag)
    assert (again.status, again.text) == (304, "")
