"""Ids of what is not the caller's, in every path, query and body: as if they named nothing, and nothing is written.

The walk is made out of the operations and their schemas, so a new route is in it by itself.
"""

import datetime as dt
import itertools
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from chalicelib.access.roles import CARETAKER, PERMISSIONS, PUBLIC
from chalicelib.api import OPERATIONS
from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.web.request_context import Operation
from tests.api.client import Answer, Client
from tests.api.estates import KIND_OF, UNKNOWN, Ids, body_of, estate, named_ids, path_of, put, query_of
from tests.api.imports import row_counts

TODAY = dt.date(2026, 6, 10)
Sender = Callable[[Client, Operation, Ids, tuple[str, ...], str], Answer]


@pytest.fixture(autouse=True)
def june(clock: ManualClock) -> None:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)


def by_path(client: Client, operation: Operation, own: Ids, where: tuple[str, ...], named: str) -> Answer:
    ids = {**own, KIND_OF[where[0]]: named}
    return send(client, operation, path_of(operation, ids, TODAY), body_of(operation.body, own, TODAY))


def by_body(client: Client, operation: Operation, own: Ids, where: tuple[str, ...], named: str) -> Answer:
    body = body_of(operation.body, own, TODAY, where)
    put(body, where, named)
    return send(client, operation, path_of(operation, own, TODAY), body)


def by_query(client: Client, operation: Operation, own: Ids, where: tuple[str, ...], named: str) -> Answer:
    return send(client, operation, path_of(operation, own, TODAY), {}, {where[0]: named})


def send(client: Client, operation: Operation, path: str, body: object, also: dict[str, str] | None = None) -> Answer:
    query = query_of(operation, TODAY) | (also or {})
    raw = b"Unit,Rent" if operation.request_types else body if operation.body else None
    headers = {
        "If-Match": "*",
        "Content-Type": operation.request_types[0] if operation.request_types else "application/json",
    }
    return client.send(operation.method, f"{path}?{urlencode(query)}" if query else path, raw, headers)


def cases(operation: Operation) -> list[tuple[Sender, tuple[str, ...]]]:
    """Return each place where the operation takes an id."""
    in_path = [(part,) for part in operation.path.replace("}", "{").split("{")[1::2] if part.endswith("_id")]
    return [
        *((by_path, where) for where in in_path),
        *((by_body, where) for where in named_ids(operation.body)),
        *((by_query, where) for where in named_ids(operation.query)),
    ]


def plain(answer: Answer, named: str) -> str:
    """Return the answer as it reads whatever id was named."""
    return answer.text.replace(named, "ID").replace(answer.headers["X-Request-Id"], "")


def told_apart(client: Client, operation: Operation, own: Ids, others: Ids) -> list[str]:
    """Return what is wrong with the operation's answers to ids that are not the client's."""
    wrong = []
    for sender, where in cases(operation):
        kind = KIND_OF[where[-1]]
        theirs, unknown = (sender(client, operation, own, where, named) for named in (others[kind], UNKNOWN))
        told = f"{operation.method} {operation.path} {sender.__name__} {where}: {theirs.status} {theirs.text[:200]}"
        if plain(theirs, others[kind]) != plain(unknown, UNKNOWN) or theirs.status != unknown.status:
            wrong.append(f"another's id is told from an unknown one: {told} // {unknown.status} {unknown.text[:200]}")
        if sender is by_query:
            harmless = theirs.status == 404 or (theirs.status == 200 and theirs.json["items"] == [])
        elif sender is by_path:
            harmless = theirs.status == 404
        else:
            fields = [each["field"] for each in theirs.json.get("errors", [])]
            harmless = theirs.status == 404 or (theirs.status == 422 and any(where[0] in name for name in fields))
        if not harmless:
            wrong.append(told)
    return wrong


def test_the_walk_knows_what_every_id_names() -> None:
    names = {where[-1] for operation in OPERATIONS for _, where in cases(operation)}
    assert names <= KIND_OF.keys()
    assert len(list(itertools.chain.from_iterable(map(cases, OPERATIONS)))) > 90


def test_an_id_of_another_organisation_names_nothing(owner: Client, stranger: Client, resources: Resources) -> None:
    own, others = estate(owner, TODAY), estate(stranger, TODAY)
    before = [row_counts(resources, each.organisation_id) for each in (owner, stranger)]
    walked = [each for each in OPERATIONS if each.may != PUBLIC]
    assert [wrong for each in walked for wrong in told_apart(owner, each, own, others)] == []
    assert [row_counts(resources, each.organisation_id) for each in (owner, stranger)] == before


def test_an_id_of_another_property_names_nothing_to_a_caretaker(
    owner: Client, new_phone: Callable[[], str], resources: Resources
) -> None:
    own, others = estate(owner, TODAY, "Mwangaza Court"), estate(owner, TODAY, "Pendo Flats")
    caretaker = Client(new_phone(), owner.organisation_id)
    named = {"phone": caretaker.phone, "name": "Juma", "role": CARETAKER, "properties": [own["property"]]}
    member_id = owner.post("/v1/members", named).json["id"]
    assert caretaker.post(f"/v1/invitations/{member_id}/accept", {"name": "Juma"}).status == 200
    before = row_counts(resources, owner.organisation_id)
    walked = [each for each in OPERATIONS if CARETAKER in PERMISSIONS.get(each.may, ())]
    assert [wrong for each in walked for wrong in told_apart(caretaker, each, own, others)] == []
    assert row_counts(resources, owner.organisation_id) == before
