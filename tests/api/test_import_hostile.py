"""Hostile sheets through the API: each is answered, read by a task, and told as a problem of its import."""

import pytest

from chalicelib import imports
from chalicelib.imports.subprocess_parser import ResourceLimits, UploadedFile, parse_in_subprocess
from chalicelib.runtime.resources import Resources
from tests.api.client import Client
from tests.api.imports import commit, everything, sheet, upload
from tests.api.test_import_at_once import claimed
from tests.contexts import context
from tests.hostile_sheets import CORPUS

pytestmark = pytest.mark.usefixtures("resources")
SMALL = [each for each in CORPUS if each.verdict and ("a number" in each.name or "row 1" in each.name)]
SMALL += [each for each in CORPUS if each.name in {"entities", "1,500 sheets", "a cell of 30 MB", "a CSV with 1E400"}]


def test_every_verdict_is_a_problem_of_the_import_and_nothing_is_a_fault_of_ours(owner: Client) -> None:
    for hostile in SMALL:
        imported = upload(owner, hostile.make(), kind="application/octet-stream").json
        assert imported["status"] == "previewed", hostile.name
        problems = everything(owner, f"/v1/imports/{imported['id']}/problems?severity=error")
        assert hostile.verdict in {each["code"] for each in problems}, hostile.name
        assert owner.get(f"/v1/tasks/{imported['task_id']}").json["status"] == "done"
        assert commit(owner, imported).status == 409


def test_a_file_whose_reader_was_ended_is_previewed_with_that_as_its_problem(
    owner: Client, resources: Resources
) -> None:
    content = sheet()
    answer = owner.post("/v1/imports", content, Content_Type="text/csv")
    task = claimed(resources, owner, owner.get(answer.headers["Location"]))
    reading, now = parse_in_subprocess(UploadedFile(content, "", 5), ResourceLimits(wall_s=0)), resources.clock.now()
    told = resources.transact(
        lambda db: imports.preview_in_task(
            context(db, task.organisation_id, now=now), task, reading, keys=resources.keys
        )
    )
    assert (told["errors"], told["notices"]) == (1, 0)
    imported = owner.get(f"/v1/imports/{answer.json['id']}").json
    assert (imported["status"], imported["summary"]["units"]) == ("previewed", 0)
    [problem] = everything(owner, f"/v1/imports/{imported['id']}/problems")
    assert (problem["severity"], problem["code"], problem["row"]) == ("error", "takes_too_long", None)
