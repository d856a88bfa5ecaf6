"""Imports whose workers are killed, and imports that race: each is done once, or not at all."""

import datetime as dt
import threading
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection

from chalicelib import imports, organisations, portfolio
from chalicelib.clock import ManualClock
from chalicelib.ids import new_id
from chalicelib.imports import RowRefused
from chalicelib.imports.jobs import commit_import
from chalicelib.imports.subprocess_parser import UploadedFile, parse_in_subprocess
from chalicelib.portfolio.model import NewProperty
from chalicelib.runtime.ports import KeyWrapper
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import repository as task_rows
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.model import ClaimLost, Task
from chalicelib.tasks.task_queue import CLAIM_S
from tests.api.client import Answer, Client
from tests.api.imports import commit, everything, proof, row, row_counts, sheet, upload, worked
from tests.contexts import context

pytestmark = pytest.mark.usefixtures("resources")


class Killed(BaseException):
    """The worker is gone: no handler of exceptions runs for it."""


@dataclass
class KeysUntilKilled:
    """A key keeper whose caller is killed when it asks for the key after the first ``left``."""

    keys: KeyWrapper
    left: int

    def wrap(self, data_key: bytes) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return self.keys.wrap(data_key)

    def unwrap(self, wrapped: bytes) -> bytes:
        return self.keys.unwrap(wrapped)


def claimed(resources: Resources, client: Client, queued: Answer) -> Task:
    """Claim the task that was queued, as a worker does."""
    now = resources.clock.now()

    def work(db: Connection) -> Task:
        until = now + dt.timedelta(seconds=CLAIM_S)
        found = task_rows.claim_task(db, UUID(client.organisation_id), UUID(queued.json["id"]), new_id(), now, until)
        assert found is not None
        return replace(found, clock=resources.clock.now)

    return resources.transact(work)


def lapse(clock: ManualClock) -> None:
    clock.at += dt.timedelta(seconds=CLAIM_S + 1)


def test_a_commit_killed_in_the_middle_is_done_once_by_the_next_worker(
    owner: Client, resources: Resources, clock: ManualClock
) -> None:
    queued = commit(owner, upload(owner, sheet(*(row(f"A{n}", balance="100") for n in range(4)))).json)
    before = row_counts(resources, owner.organisation_id)
    task = claimed(resources, owner, queued)
    with pytest.raises(Killed):
        commit_import(replace(resources, keys=KeysUntilKilled(resources.keys, 0)), task)
    assert row_counts(resources, owner.organisation_id) == before
    lapse(clock)
    assert worked(owner, resources, queued)["status"] == "done"
    assert len(everything(owner, "/v1/leases")) == 4
    assert proof(owner) == []


def test_a_commit_killed_before_it_was_told_is_told_by_the_next_worker_and_not_done_again(
    owner: Client, resources: Resources, clock: ManualClock
) -> None:
    queued = commit(owner, upload(owner, sheet(row("A1", balance="100"), row("A2"))).json)
    result = commit_import(resources, claimed(resources, owner, queued))
    before = row_counts(resources, owner.organisation_id)
    lapse(clock)
    task = worked(owner, resources, queued)
    assert (task["status"], task["result"]) == ("done", result)
    assert row_counts(resources, owner.organisation_id) == before


def test_a_worker_that_was_taken_over_writes_nothing(owner: Client, resources: Resources, clock: ManualClock) -> None:
    queued = commit(owner, upload(owner, sheet(row("A1"))).json)
    slow = claimed(resources, owner, queued)
    lapse(clock)
    claimed(resources, owner, queued)
    with pytest.raises(ClaimLost):
        commit_import(resources, slow)
    assert everything(owner, "/v1/units") == []


def test_an_import_whose_task_failed_can_be_committed_again(
    owner: Client, resources: Resources, clock: ManualClock
) -> None:
    imported = upload(owner, sheet(row("A1"))).json
    queued = commit(owner, imported)
    for _ in range(tasks.MAX_ATTEMPTS):
        claimed(resources, owner, queued)
        lapse(clock)
    assert worked(owner, resources, queued)["status"] == "failed"
    assert owner.get(f"/v1/imports/{imported['id']}").json["status"] == "previewed"
    assert worked(owner, resources, commit(owner, imported))["status"] == "done"


def race(resources: Resources, client: Client, *queued: Answer) -> list[dict[str, Any]]:
    """Commit in as many threads as there are tasks, begun together; return the tasks as they then stand."""
    barrier = threading.Barrier(len(queued))

    def work() -> None:
        barrier.wait(10)
        tasks.run_next_task(resources)

    threads = [threading.Thread(target=work) for _ in queued]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    tasks.run_tasks(resources)
    return [client.get(each.headers["Location"]).json for each in queued]


@pytest.mark.slow
def test_of_two_sheets_with_the_same_unit_one_is_written(owner: Client, resources: Resources) -> None:
    sheets = [sheet(*(row(f"A{n}") for n in range(6))), sheet(*(row(f"{letter}5") for letter in "BCA"))]
    previewed = [upload(owner, each).json for each in sheets]  # which works all that is heavy: before any commit
    queued = [commit(owner, each) for each in previewed]
    told = race(resources, owner, *queued)
    assert sorted(each["status"] for each in told) == ["done", "failed"], told
    won = sheets[[each["status"] for each in told].index("done")]
    assert len(everything(owner, "/v1/units")) == won.count(b"Mwangaza")
    lost = next(each for each in told if each["status"] == "failed")
    stands = owner.get(f"/v1/imports/{lost['input']['import_id']}").json
    assert (stands["status"], stands["summary"]["errors"]) == ("previewed", 1)
    assert len(everything(owner, "/v1/properties")) == 1
    assert proof(owner) == []


@pytest.mark.slow
def test_two_sheets_of_one_property_that_nobody_has_made_yet_are_both_written(
    owner: Client, resources: Resources
) -> None:
    previewed = [upload(owner, sheet(*(row(f"{letter}{n}") for n in range(4)))).json for letter in "AB"]
    queued = [commit(owner, each) for each in previewed]
    told = race(resources, owner, *queued)
    assert [each["status"] for each in told] == ["done", "done"], told
    assert len(everything(owner, "/v1/properties")) == 1
    assert len(everything(owner, "/v1/units")) == 8


@pytest.mark.slow
def test_a_property_made_by_hand_while_the_commit_runs_gets_the_units(owner: Client, resources: Resources) -> None:
    """The hand's transaction is open while the commit looks, so that the commit meets it only when it writes."""
    queued = commit(owner, upload(owner, sheet(row("A1"), row("A2"))).json)
    worker = threading.Thread(target=tasks.run_next_task, args=(resources,))
    with resources.writing() as db:
        portfolio.add_property(
            context(db, UUID(owner.organisation_id), now=resources.clock.now()), NewProperty("MWANGAZA COURT")
        )
        worker.start()
        worker.join(0.5)
    worker.join(60)
    told = owner.get(queued.headers["Location"]).json
    assert told["status"] == "done", told
    assert [each["name"] for each in everything(owner, "/v1/properties")] == ["MWANGAZA COURT"]
    assert len(everything(owner, "/v1/units")) == 2


def test_one_preview_is_committed_once_by_however_many(owner: Client) -> None:
    imported = upload(owner, sheet(row("A1"))).json
    path = f"/v1/imports/{imported['id']}"
    etag = owner.get(path).etag
    assert [owner.post(f"{path}/commit", {}, If_Match=etag).status for _ in range(2)] == [202, 412]


def test_what_a_domain_still_refuses_at_the_last_try_becomes_a_problem_of_its_row(
    owner: Client, resources: Resources
) -> None:
    """A rule of a domain that the reader does not know of, as after a release that made one stricter."""
    content = sheet(row("A1"), row("A2"))
    imported = upload(owner, content).json
    task = claimed(resources, owner, commit(owner, imported))
    reading = parse_in_subprocess(UploadedFile(content, "", 5))
    error = RowRefused(3, "The unit is under repair.")

    def refused(*, last: bool) -> bool:
        def work(db: Connection) -> bool:
            ctx = organisations.system_context(db, task.organisation_id, resources.clock.now(), task.created_by)
            return imports.preview_refused(ctx, task, reading, error, keys=resources.keys, last=last)

        return resources.transact(work)

    assert refused(last=False) is True
    assert refused(last=True) is False
    stands = owner.get(f"/v1/imports/{imported['id']}").json
    assert (stands["status"], stands["summary"]["errors"]) == ("previewed", 1)
    problems = everything(owner, f"/v1/imports/{imported['id']}/problems?severity=error")
    assert [(each["code"], each["row"], each["message"]) for each in problems] == [("row_refused", 3, error.detail)]
