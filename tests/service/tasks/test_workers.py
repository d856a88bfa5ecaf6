"""Workers as processes: one is killed in the middle of a set, several work at once."""

import datetime as dt
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from chalicelib.ids import new_id
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.ledger import journals
from chalicelib.storage.tables.tasks import tasks
from chalicelib.tasks.model import Task
from chalicelib.tasks.task_queue import get_task, queue_task
from tests.contexts import context
from tests.service.worker_process import SETS_KIND, resources_on

pytestmark = pytest.mark.slow
CLAIM_S = 1
LONG_CLAIM_S = 300  # longer than any machine takes to start a worker


@pytest.fixture
def real(fresh_database: str) -> Iterator[Resources]:
    made = resources_on(fresh_database)
    yield made
    made.writer.dispose()


def start(url: str, set_s: float = 0.0, claim_s: int = CLAIM_S) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.service.worker_process", "work", url, str(claim_s), str(set_s)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def queue(resources: Resources, organisation_id: UUID, sets: int) -> Task:
    return resources.transact(
        lambda db: queue_task(
            context(db, organisation_id, now=resources.clock.now()), SETS_KIND, {"sets": sets}, created_by=None
        )
    )


def stands(resources: Resources, task: Task) -> Task:
    with resources.reading() as db:
        return get_task(context(db, task.organisation_id), task.id)


def posted(resources: Resources, organisation_id: UUID) -> int:
    query = select(func.count()).where(journals.c.organisation_id == organisation_id)
    with resources.reading() as db:
        return int(db.execute(query).scalar_one())


def lapse(resources: Resources, task: Task) -> None:
    """Let whatever time the task is claimed for be over."""
    over = resources.clock.now() - dt.timedelta(seconds=1)
    resources.transact(lambda db: db.execute(update(tasks).where(tasks.c.id == task.id).values(claimed_until=over)))


def lines(worker: "subprocess.Popen[str]") -> list[str]:
    return worker.communicate(timeout=60)[0].splitlines()


def test_a_worker_killed_in_a_set_is_taken_over_from_where_it_had_committed(
    fresh_database: str, real: Resources
) -> None:
    task = queue(real, new_id(), sets=4)
    first = start(fresh_database, set_s=0.3, claim_s=LONG_CLAIM_S)
    assert first.stdout
    for line in first.stdout:
        if line == "begun 2\n":
            break
    first.kill()  # SIGKILL, to the process that we started
    first.wait(10)
    first.stdout.close()
    halfway = stands(real, task)
    assert (halfway.status, halfway.progress, halfway.cursor) == ("running", {"done": 2, "total": 4}, "2")
    assert posted(real, task.organisation_id) == 2, "the set that it was killed in left nothing"

    assert lines(start(fresh_database)) == ["worked 0"], "its claim has not lapsed"
    lapse(real, task)
    assert lines(start(fresh_database)) == ["begun 2", "done 2", "begun 3", "done 3", "worked 1"]
    done = stands(real, task)
    assert (done.status, done.result, done.progress) == ("done", {"sets": 4}, {"done": 4, "total": 4})
    assert posted(real, task.organisation_id) == 4


def test_several_workers_share_the_tasks_and_do_no_set_twice(fresh_database: str, real: Resources) -> None:
    queued = [queue(real, new_id(), sets=5) for _ in range(8)]
    workers = [start(fresh_database, set_s=0.02, claim_s=LONG_CLAIM_S) for _ in range(3)]
    told = [line for worker in workers for line in lines(worker)]
    assert Counter(line for line in told if line.startswith("done")) == {f"done {number}": 8 for number in range(5)}
    assert sum(int(line.split()[1]) for line in told if line.startswith("worked")) == 8
    for task in queued:
        assert (stands(real, task).status, stands(real, task).attempts) == ("done", 1)
        assert posted(real, task.organisation_id) == 5


def test_a_worker_slower_than_its_claim_and_one_who_would_take_over_do_each_set_once(
    fresh_database: str, real: Resources
) -> None:
    task = queue(real, new_id(), sets=2)
    slow = start(fresh_database, set_s=CLAIM_S + 1.5)
    assert slow.stdout
    assert slow.stdout.readline() == "begun 0\n"
    time.sleep(CLAIM_S + 0.5)  # its claim has lapsed, and it is still in its set
    others = [start(fresh_database) for _ in range(2)]
    told = [line for worker in [*others, slow] for line in lines(worker)]
    print(told)
    assert stands(real, task).status in {"done", "running"}
    time.sleep(CLAIM_S + 0.5)
    lines(start(fresh_database))
    assert stands(real, task).status == "done"
    assert posted(real, task.organisation_id) == 2
