"""The nightly proof: queued once a night for everybody, and loud where books do not add up."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.clock import ManualClock
from chalicelib.paging import PageRequest
from chalicelib.reporting import books_proof
from chalicelib.reporting.jobs import prove_books
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.model import Task
from chalicelib.tasks.task_queue import list_tasks
from local.runner import event_at
from tests.contexts import context
from tests.service.reporting import breaking
from tests.service.reporting.breaking import unguarded
from tests.service.reporting.landlord import Landlord, found


@pytest.fixture
def alone(fresh_database: str, resources: Resources, clock: ManualClock) -> Iterator[Resources]:
    """Parts on a database of their own, since the job looks at all organisations."""
    clock.at = dt.datetime(2026, 6, 1, 23, 5, tzinfo=dt.UTC)  # five past two on the 2nd, in Nairobi
    engine = make_engine(fresh_database)
    with using(replace(resources, writer=engine, reader=engine)) as these:
        yield these
    engine.dispose()


def fire(resources: Resources) -> int:
    queued: int = prove_books(event_at(resources.clock.now(), "prove_books"), None)["count"]
    return queued


def tasks_of(landlord: Landlord) -> list[Task]:
    with landlord.resources.reading() as db:
        return list_tasks(context(db, landlord.organisation_id), PageRequest()).items


def books(resources: Resources) -> Landlord:
    landlord = found(resources)
    landlord.issue(landlord.let(), ("rent", 20_000_00))
    return landlord


def test_books_are_proved_once_a_night_and_the_result_is_kept(alone: Resources, clock: ManualClock) -> None:
    landlord = books(alone)
    assert [fire(alone), fire(alone)] == [1, 0]
    clock.at += dt.timedelta(hours=5)
    assert fire(alone) == 0
    assert tasks.run_tasks(alone) == 1
    [task] = tasks_of(landlord)
    assert (task.status, task.progress) == ("done", {"done": books_proof.STEPS, "total": books_proof.STEPS})
    assert task.result
    assert (task.result["holds"], task.result["checked"]["journals_balance"]) == (True, 1)
    clock.at = dt.datetime(2026, 6, 2, 22, 30, tzinfo=dt.UTC)  # half past one on the 3rd: not yet night enough
    assert fire(alone) == 0
    clock.at += dt.timedelta(hours=1)
    assert fire(alone) == 1


def test_books_that_do_not_add_up_fail_their_task_and_are_told_as_an_error(
    alone: Resources,
    fresh_database: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("METRICS_ENVIRONMENT", "plotihub-test")
    sound, broken = books(alone), books(alone)
    with unguarded(fresh_database) as db:
        breaking.post_to_no_journal(db, broken)
    fire(alone)
    assert tasks.run_tasks(alone) == 2
    assert [task.status for task in tasks_of(sound)] == ["done"]
    [task] = tasks_of(broken)
    assert (task.status, task.result) == ("failed", None)
    assert task.problem
    assert task.problem["kinds"][:2] == ["BooksDiffer", "Conflict"]
    findings = {finding["name"]: finding for finding in task.problem["facts"]["findings"]}
    assert findings["postings_sum"]["differences"] == 1
    assert findings["postings_sum"]["places"][0]["subject"] == "organisation"
    [error] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert error.getMessage() == "books.proof.difference_found: the books do not balance"
    assert error.organisation_id == str(broken.organisation_id)  # type: ignore[attr-defined]  # what "extra" names
    [metric] = [line for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert json.loads(metric)["BooksDoNotBalance"] == 1  # what an alarm looks at
    assert "postings_sum" in error.checks  # type: ignore[attr-defined]
