"""The same slot fired by two Regions, each more than once, as real processes; and one that is killed."""

import datetime as dt
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, update

from app import app
from chalicelib import organisations
from chalicelib.organisations.model import OrganisationChange
from chalicelib.payments.late_fees import LATE_FEES
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.tables.tasks import job_runs, job_slots, tasks
from local.runner import event_at
from tests.contexts import context
from tests.jobs.job_process import SCOPES, SLOW
from tests.service.worker_process import resources_on

pytestmark = pytest.mark.slow

ORGANISATIONS = 15
THREADS = 10
CLAIM_S = 1
HELD_S = 300  # longer than any process takes to start
Process = subprocess.Popen[str]


@pytest.fixture
def real(fresh_database: str) -> Iterator[Resources]:
    opened = resources_on(fresh_database)
    yield opened
    opened.writer.dispose()


def start(*arguments: object) -> Process:
    command = [sys.executable, "-m", "tests.jobs.job_process", *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def found(resources: Resources) -> list[UUID]:
    """Found organisations that want the bill run by itself, and late fees."""

    def one(db: Connection, number: int) -> UUID:
        now = resources.clock.now()
        made = organisations.found_organisation(db, f"+2547000{number:05d}", name="Homes", person_name="Amina", now=now)
        wanted: OrganisationChange = {"bill_by_itself": True, "late_fee_kind": "fixed", "late_fee_cents": 500_00}
        return organisations.change_organisation(context(db, made.id), None, wanted).id

    return [resources.transact(lambda db, number=number: one(db, number)) for number in range(ORGANISATIONS)]  # type: ignore[misc]


def fired(url: str, function: str, at: dt.datetime) -> list[dict[str, int]]:
    """Fire the function from two processes of ten threads at once; return what all were told."""
    processes = [start("fire", url, function, at.isoformat(), THREADS) for _ in range(2)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # both have imported everything: now
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    results: list[dict[str, int]] = [
        each for process in processes for each in json.loads(process.communicate(timeout=120)[0])
    ]
    assert [process.returncode for process in processes] == [0, 0]
    return results


def queued(resources: Resources) -> Counter[tuple[UUID, str]]:
    with resources.reading() as db:
        return Counter((row[0], row[1]) for row in db.execute(select(tasks.c.organisation_id, tasks.c.kind)))


def runs(resources: Resources) -> list[Any]:
    with resources.reading() as db:
        columns = (job_runs.c.slot, job_runs.c.status, job_runs.c.attempts, job_runs.c.sets, job_runs.c.count)
        return [tuple(row) for row in db.execute(select(*columns).order_by(job_runs.c.slot))]


def lapse(resources: Resources) -> None:
    """Let the claim of a run that nobody works any more lapse now, rather than wait for it."""
    lapsed = update(job_runs).values(claimed_until=resources.clock.now() - dt.timedelta(seconds=1))
    resources.transact(lambda db: db.execute(lapsed.where(job_runs.c.claimed_until.is_not(None))))


@pytest.mark.parametrize(("function", "kind"), [("bill_due", "bill_run"), ("late_fees", LATE_FEES)])
def test_a_slot_that_is_fired_twenty_times_at_once_is_worked_once(
    fresh_database: str, real: Resources, function: str, kind: str
) -> None:
    organisations = found(real)
    at = real.clock.now()
    results = fired(fresh_database, function, at)
    assert len(results) == 2 * THREADS
    assert sum(each["slots"] for each in results) == 1, "one of the twenty had it"
    assert sum(each["count"] for each in results) == ORGANISATIONS
    assert queued(real) == {(organisation_id, kind): 1 for organisation_id in organisations}
    slot = at.replace(minute=0, second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert runs(real) == [(slot, "done", 1, ORGANISATIONS, ORGANISATIONS)]


def test_slots_that_were_missed_are_each_caught_up_once_when_twenty_come_at_once(
    fresh_database: str, real: Resources
) -> None:
    organisations = found(real)
    at = real.clock.now()
    before = at - dt.timedelta(hours=5)
    with using(real):
        app.handler_map["bill_due"](event_at(before, "bill_due"), None)
    results = fired(fresh_database, "bill_due", at)
    assert sum(each["slots"] for each in results) == 5
    assert [row[1:3] for row in runs(real)] == [("done", 1)] * 6
    days = {(at - dt.timedelta(hours=hours) + dt.timedelta(hours=3)).date() for hours in range(6)}
    assert queued(real) == {(organisation_id, "bill_run"): len(days) for organisation_id in organisations}


def test_a_killed_run_is_taken_over_and_each_set_is_done_once(fresh_database: str, real: Resources) -> None:
    at = real.clock.now()
    first = start("slow", fresh_database, at.isoformat(), HELD_S, 0.3)
    assert first.stdout
    for line in first.stdout:
        if line == "begun 2\n":
            break
    first.kill()  # SIGKILL, to the process that we started
    first.communicate(timeout=10)
    assert sum(queued(real).values()) == 2, "the set that it was killed in left nothing"

    def go_on() -> list[str]:
        process = start("slow", fresh_database, at.isoformat(), HELD_S, 0)
        return process.communicate(timeout=60)[0].splitlines()

    assert go_on() == [], "its claim has not lapsed"
    lapse(real)
    assert go_on() == ["over 0", "over 1", "begun 2", "over 2", "begun 3", "over 3", "done 2 2"]
    assert queued(real) == {(scope_id, "test_never_worked"): 1 for scope_id in SCOPES}
    assert [row[1:] for row in runs(real)] == [("done", 1, 4, 4)]


def test_a_run_slower_than_its_claim_and_one_that_would_take_over_do_each_set_once(
    fresh_database: str, real: Resources
) -> None:
    at = real.clock.now()
    slow = start("slow", fresh_database, at.isoformat(), CLAIM_S, CLAIM_S + 1)
    assert slow.stdout
    assert slow.stdout.readline() == "begun 0\n"
    time.sleep(CLAIM_S + 0.5)  # its claim has lapsed, and it is still in its set
    others = [start("slow", fresh_database, at.isoformat(), CLAIM_S, 0) for _ in range(2)]
    results = [process.communicate(timeout=60)[0].splitlines() for process in [*others, slow]]
    for _ in range(3):
        lapse(real)
        start("slow", fresh_database, at.isoformat(), CLAIM_S, 0).communicate(timeout=60)
    print(results)
    assert queued(real) == {(scope_id, "test_never_worked"): 1 for scope_id in SCOPES}
    assert [row[1] for row in runs(real)] == ["done"]
    with real.reading() as db:
        assert db.scalars(select(job_slots.c.count).where(job_slots.c.job == SLOW)).all() == [1, 1, 1, 1]
