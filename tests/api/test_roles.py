"""Every operation with every role, with another organisation's member, and with nobody."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import app
from chalicelib.access.roles import CARETAKER, OWNER, PERMISSIONS, PUBLIC, ROLES, SIGNED_IN
from chalicelib.api import OPERATIONS
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables import metadata
from chalicelib.web.request_context import Operation
from tests.api.client import Answer, Client

# Written down once more here: nobody opens a route to everybody by a slip.
OPEN_TO_ALL = {
    "GET /health",
    "GET /health/deep",
    "GET /v1/openapi.json",
    "GET /docs",
    "GET /docs/{asset}",
    "POST /v1/callbacks/africastalking/{token}/delivery",
    "POST /v1/callbacks/africastalking/{token}/incoming",
    "POST /v1/callbacks/africastalking/{token}/opt-out",
    "POST /v1/callbacks/africastalking/{token}/ussd",
}
OPEN_TO_ANY_PERSON = {
    "GET /v1/me",
    "POST /v1/organisations",
    "POST /v1/invitations/{member_id}/accept",
}
GUARDED = [each for each in OPERATIONS if each.may not in (PUBLIC, SIGNED_IN)]
SOME_ID = "0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a"

Members = dict[str, Client]


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.fixture
def members(owner: Client, new_phone: Callable[[], str]) -> Members:
    """One signed-in member of the owner's organisation for each role; the caretaker has one property."""
    found = {OWNER: owner}
    house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
    for role in ROLES:
        if role not in found:
            member = Client(new_phone(), owner.organisation_id)
            named = {"properties": [house]} if role == CARETAKER else {}
            invited = owner.post("/v1/members", {"phone": member.phone, "name": role, "role": role, **named})
            assert invited.status == 201, invited.text
            accepted = member.post(f"/v1/invitations/{invited.json['id']}/accept", {"name": role})
            assert accepted.status == 200, accepted.text
            found[role] = member
    return found


def attempt(client: Client, operation: Operation) -> Answer:
    """Send what no schema takes, so that whatever is checked before the role shows itself."""
    path = operation.path.replace("{period}", "2026-01")
    for name in path.split("{")[1:]:
        path = path.replace(f"{{{name.partition('}')[0]}}}", SOME_ID)
    return client.send(operation.method, f"{path}?no_such_parameter=1", {"no_such_field": 1})


def row_counts(resources: Resources, organisation_id: str) -> dict[str, int]:
    with resources.reading() as db:
        return {
            table.name: db.scalar(
                select(func.count()).select_from(table).where(table.c.organisation_id == UUID(organisation_id))
            )
            or 0
            for table in metadata.sorted_tables
            if "organisation_id" in table.c
        }


def test_every_route_of_the_application_was_declared_with_who_may_use_it() -> None:
    declared = {(each.path, each.method) for each in OPERATIONS}
    assert declared == {(path, method) for path, methods in app.routes.items() for method in methods}
    assert {name_of(each) for each in OPERATIONS if each.may == PUBLIC} == OPEN_TO_ALL
    assert {name_of(each) for each in OPERATIONS if each.may == SIGNED_IN} == OPEN_TO_ANY_PERSON
    assert {each.may for each in GUARDED} <= PERMISSIONS.keys()


def test_every_route_but_the_open_ones_asks_the_authorizer() -> None:
    unguarded = {
        f"{method} {path}"
        for path, methods in app.routes.items()
        for method, entry in methods.items()
        if entry.authorizer is None
    }
    assert unguarded == OPEN_TO_ALL


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(members: Members, role: str, resources: Resources) -> None:
    before = row_counts(resources, str(members[role].organisation_id))
    statuses = {name_of(each): attempt(members[role], each).status for each in GUARDED}
    refused = {name for name, status in statuses.items() if status == 403}
    assert refused == {name_of(each) for each in GUARDED if role not in PERMISSIONS[each.may]}
    assert {name: status for name, status in statuses.items() if status == 401 or status >= 500} == {}
    assert row_counts(resources, str(members[role].organisation_id)) == before


def test_another_organisations_member_finds_nothing(owner: Client, new_phone: Callable[[], str]) -> None:
    stranger = Client(new_phone())
    founded = stranger.post("/v1/organisations", {"name": "Baraka Agencies", "person_name": "Baraka"})
    assert founded.status == 201
    stranger.organisation_id = owner.organisation_id
    assert {name_of(each) for each in GUARDED if attempt(stranger, each).status != 404} == set()


def test_a_person_without_an_organisation_finds_nothing(resources: Resources, new_phone: Callable[[], str]) -> None:
    assert {name_of(each) for each in GUARDED if attempt(Client(new_phone()), each).status != 404} == set()


def test_nobody_gets_in(resources: Resources) -> None:
    nobody = Client(None, SOME_ID)
    signed = [each for each in OPERATIONS if each.may != PUBLIC]
    answers = {name_of(each): attempt(nobody, each) for each in signed}
    assert {name for name, answer in answers.items() if answer.status != 401} == set()
    assert {answer.headers.get("WWW-Authenticate") for answer in answers.values()} == {"Bearer"}
