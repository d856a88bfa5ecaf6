"""Sheets and requests that are refused, and commits that meet what has come meanwhile: nothing is written."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import update

from app import app
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.imports import imports
from chalicelib.tasks import task_runner as tasks
from tests.api.client import Answer, Client
from tests.api.imports import (
    HEADINGS,
    OF_A_PREVIEW,
    SAMPLE,
    XLSX,
    commit,
    everything,
    grown,
    row,
    row_counts,
    sheet,
    upload,
    worked,
)

pytestmark = pytest.mark.usefixtures("resources")


def problems(client: Client, imported: dict[str, Any], severity: str = "error") -> list[tuple[str, int | None]]:
    listed = everything(client, f"/v1/imports/{imported['id']}/problems?severity={severity}")
    return [(each["code"], each["row"]) for each in listed]


def workbook(*rows: tuple[str, ...]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for each in rows:
        book.active.append(each)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SAMPLE.replace(b"Barasa", b"Bar\xef\xbf\xbdsa"), [("wrong_encoding", None)]),
        ("Unité;Loyer\n".encode("utf-32"), [("wrong_encoding", None)]),
        (sheet(row("A1"), row("a 1")), [("duplicate_unit", 3)]),
        (sheet(row("A1", balance="about 5000")), [("not_an_amount", 2)]),
        (b"", [("no_header", None)]),
        (b"%PDF-1.7", [("not_a_sheet", None)]),
    ],
)
def test_a_wrong_sheet_is_told_by_row_and_cannot_be_committed(
    owner: Client, resources: Resources, content: bytes, expected: list[tuple[str, int | None]]
) -> None:
    before = row_counts(resources, owner.organisation_id)
    imported = upload(owner, content, kind="application/octet-stream").json
    assert (imported["status"], imported["summary"]["errors"]) == ("previewed", len(expected))
    assert problems(owner, imported) == expected
    refused = commit(owner, imported)
    assert (refused.status, refused.json["detail"][:20]) == (409, "The sheet has errors")
    assert set(grown(before, row_counts(resources, owner.organisation_id))) <= OF_A_PREVIEW


def test_a_workbook_whose_headings_are_merged_over_two_rows_is_read_or_told(owner: Client) -> None:
    """Two rows of headings, the upper merged: the row that names the columns is found, wherever it is."""
    told = upload(owner, workbook(("Tenants", "", "", ""), ("Hse", "Rent", "Tenant", "Phone")), kind=XLSX).json
    assert problems(owner, told) == [("no_rows", None)]
    split = upload(owner, workbook(("Hse", "Money"), ("No.", "per month"), ("A1", "5000")), kind=XLSX).json
    assert [code for code, _ in problems(owner, split)] == ["no_header"]


def test_a_workbook_is_read_as_the_same_sheet(owner: Client) -> None:
    answer = upload(owner, workbook(HEADINGS, row("A1")), kind=XLSX)
    assert (answer.json["summary"]["errors"], answer.json["summary"]["rent"]) == (0, "12000.00")


def test_a_workbook_is_binary_to_the_gateway_and_the_answer_is_not(owner: Client) -> None:
    assert XLSX in app.api.binary_types
    answer = owner.post("/v1/imports", workbook(HEADINGS, row("A1")), Content_Type=XLSX, Accept=XLSX)
    assert answer.json["status"] == "reading"  # told as base64 it would be no JSON


@pytest.mark.parametrize("count", [1, 1500])
def test_every_sheet_is_read_by_a_task(owner: Client, resources: Resources, count: int) -> None:
    content = sheet(*(row(f"A{number}", balance="100") for number in range(count)))
    answer = owner.post("/v1/imports", content, Content_Type="text/csv")
    assert (answer.status, answer.json["status"], answer.json["summary"]) == (202, "reading", None)
    path, task_path = f"/v1/imports/{answer.json['id']}", f"/v1/tasks/{answer.json['task_id']}"
    assert answer.headers["Location"] == task_path
    assert everything(owner, f"{path}/problems") == []
    assert commit(owner, answer.json).status == 409
    assert owner.get(task_path).json["kind"] == "preview_import"
    tasks.run_tasks(resources)
    assert owner.get(task_path).json["result"]["errors"] == 0
    told = owner.get(path).json
    assert (told["status"], told["summary"]["units"]) == ("previewed", count)
    assert told["summary"]["opening_balances"] == f"{count}00.00"


def test_units_are_added_to_a_property_that_is_here_and_one_that_is_here_is_an_error(
    owner: Client, resources: Resources
) -> None:
    first = upload(owner, sheet(row("A1"))).json
    assert worked(owner, resources, commit(owner, first))["status"] == "done"
    more = upload(owner, sheet(row("A2", house="MWANGAZA  COURT"))).json
    assert set(problems(owner, more, "notice")) >= {("property_known", 2), ("phone_known", 2)}
    assert more["summary"]["properties"][0]["known"] is True
    assert worked(owner, resources, commit(owner, more))["status"] == "done"
    assert [each["name"] for each in everything(owner, "/v1/properties")] == ["Mwangaza Court"]
    assert len(everything(owner, "/v1/units")) == 2
    again = upload(owner, sheet(row("A3"), row("a1"))).json
    assert problems(owner, again) == [("unit_known", 3)]
    assert commit(owner, again).status == 409


def test_a_unit_made_meanwhile_refuses_the_whole_commit_and_is_told_in_a_new_preview(
    owner: Client, resources: Resources
) -> None:
    imported = upload(owner, sheet(row("A1"), row("A2"))).json
    queued = commit(owner, imported)
    house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
    unit = {"property_id": house, "name": "A2", "type": "other", "rent": "1.00"}
    assert owner.post("/v1/units", unit).status == 201
    before = row_counts(resources, owner.organisation_id)
    task = worked(owner, resources, queued)
    assert (task["status"], task["problem"]["status"]) == ("failed", 409)
    assert grown(before, row_counts(resources, owner.organisation_id)) == {}
    stands = owner.get(f"/v1/imports/{imported['id']}").json
    assert (stands["status"], stands["summary"]["errors"]) == ("previewed", 1)
    assert problems(owner, stands) == [("unit_known", 3)]


def test_a_property_made_meanwhile_gets_the_units(owner: Client, resources: Resources) -> None:
    queued = commit(owner, upload(owner, sheet(row("A1"))).json)
    house = owner.post("/v1/properties", {"name": "mwangaza court"}).json["id"]
    assert worked(owner, resources, queued)["status"] == "done"
    assert [each["property_id"] for each in everything(owner, "/v1/units")] == [house]


def test_a_plan_that_reads_otherwise_than_it_was_previewed_is_refused(owner: Client, resources: Resources) -> None:
    imported = upload(owner, sheet(row("A1"))).json
    queued = commit(owner, imported)
    with resources.writing() as db:  # as a release that reads sheets otherwise would leave it
        mine = (imports.c.organisation_id == UUID(owner.organisation_id)) & (imports.c.id == UUID(imported["id"]))
        db.execute(update(imports).where(mine).values(fingerprint="0" * 64))
    assert worked(owner, resources, queued)["status"] == "failed"
    assert everything(owner, "/v1/units") == []
    stands = owner.get(f"/v1/imports/{imported['id']}").json
    assert (stands["status"], stands["version"] > imported["version"]) == ("previewed", True)
    assert worked(owner, resources, commit(owner, stands))["status"] == "done"


def test_a_commit_names_the_preview_that_is_agreed_to_and_a_day_that_has_come(owner: Client) -> None:
    path = f"/v1/imports/{upload(owner, sheet(row('A1'))).json['id']}"
    assert owner.post(f"{path}/commit", {}).status == 428
    assert owner.post(f"{path}/commit", {}, If_Match='"9"').status == 412
    late = owner.post(f"{path}/commit", {"opening_on": "2199-01-01"}, If_Match=owner.get(path).etag)
    assert (late.status, late.json["errors"][0]["field"]) == (422, "opening_on")
    assert owner.post(f"{path}/undo").status == 409


@pytest.mark.parametrize("query", ["?due_day=32", "?due_day=0", "?filename=" + "x" * 121, "?colour=red"])
def test_what_goes_with_a_sheet_is_checked(owner: Client, query: str) -> None:
    assert upload(owner, SAMPLE, query).status == 422


def test_only_sheets_of_a_known_type_within_the_limit_are_read(owner: Client) -> None:
    assert upload(owner, b"{}", kind="application/json").status == 415
    assert upload(owner, b"x" * 4_000_001).status == 413


def test_imports_are_their_organisations_and_their_managers(
    owner: Client, stranger: Client, join: Callable[[Client, str], Client]
) -> None:
    path = f"/v1/imports/{upload(owner, sheet(row('A1'))).json['id']}"
    for client, expected in ((stranger, 404), (join(owner, "caretaker"), 403), (join(owner, "accountant"), 403)):
        told = [
            client.get(path).status,
            client.get(f"{path}/problems").status,
            client.post(f"{path}/commit", {}, If_Match="*").status,
            client.post(f"{path}/undo").status,
        ]
        assert told == [expected] * 4
    assert join(owner, "manager").get(path).status == 200
    assert everything(stranger, "/v1/imports") == []


def test_problems_are_paged_and_a_cursor_of_somewhere_else_is_refused(owner: Client) -> None:
    imported = upload(owner, sheet(*(row(f"A{number}", balance="x") for number in range(5)))).json
    path = f"/v1/imports/{imported['id']}/problems?severity=error&limit=2"
    first = owner.get(path).json
    assert ([each["row"] for each in first["items"]], first["next_cursor"]) == ([2, 3], "2")
    last = owner.get(f"{path}&cursor=4").json
    assert ([each["row"] for each in last["items"]], last["next_cursor"]) == ([6], None)
    assert owner.get(f"{path}&cursor=abc").status == 422


def test_an_idempotency_key_imports_once(owner: Client) -> None:
    first = owner.post("/v1/imports", SAMPLE, Content_Type="text/csv", Idempotency_Key="k1")
    again = owner.post("/v1/imports", SAMPLE, Content_Type="text/csv", Idempotency_Key="k1")
    assert again.json == first.json
    assert len(everything(owner, "/v1/imports")) == 1
    other = owner.post("/v1/imports", SAMPLE + b"\n", Content_Type="text/csv", Idempotency_Key="k1")
    assert other.status == 422


def test_a_sixth_sheet_waits_until_one_is_read(owner: Client, stranger: Client, resources: Resources) -> None:
    def send(who: Client) -> Answer:
        return who.post("/v1/imports?property_name=H", b"Unit,Rent\nA1,9000\n", Content_Type="text/csv")

    sent = [send(owner) for _ in range(6)]
    assert [each.status for each in sent] == [202] * 5 + [429]
    assert sent[5].headers["Retry-After"] == "60"
    assert sent[5].json["type"] == "urn:plotihub:problem:too-many-requests"
    assert send(stranger).status == 202
    worked(owner, resources, sent[0])
    assert send(owner).status == 202
