"""Programs that tests start as processes of their own, since a thread cannot be killed.

    python -m tests.service.worker_process post DATABASE_URL ORGANISATION_ID SECONDS
    python -m tests.service.worker_process work DATABASE_URL CLAIM_S SET_S

``post`` posts bills into October 2026 as fast as it can and prints how many; ``work`` works tasks
of the kind "sets" until there are none, sleeping ``SET_S`` seconds within each set.
"""

import datetime as dt
import sys
import time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from chalicelib import ledger
from chalicelib.clock import SystemClock
from chalicelib.errors import Conflict
from chalicelib.gateways.key_file import KeyFile
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine
from chalicelib.tasks import task_queue
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.model import Task
from chalicelib.tasks.registry import REGISTRY
from chalicelib.tasks.task_queue import save_progress
from tests.contexts import context

OCTOBER = dt.date(2026, 10, 1)
SETS_KIND = "sets"


def resources_on(url: str) -> Resources:
    engine = make_engine(url, timeout_s=20)
    return Resources(writer=engine, reader=engine, clock=SystemClock(), keys=KeyFile("unused.json"))


def bill() -> Entry:
    """Return a bill of KES 1, effective in October 2026."""
    key = uuid4()
    legs = (Leg("receivable", 100), Leg("income.rent", -100, charge_type="rent"))
    return Entry("bill", OCTOBER.replace(day=31), f"bill:{key}", "invoice", new_id(), legs)


def post(url: str, organisation_id: UUID, seconds: float) -> int:
    """Post one bill a transaction until ``seconds`` are over; return how many."""
    resources, posted, until = resources_on(url), 0, time.monotonic() + seconds

    def post_one(db: Connection) -> None:
        ctx, entry = context(db, organisation_id, now=resources.clock.now()), bill()
        ledger.post(ctx, [entry._replace(effective_on=ledger.posting_day(ctx, entry.effective_on))])

    while time.monotonic() < until:
        try:
            resources.transact(post_one)
        except Conflict:
            continue  # the month was closed between the two; nothing was posted
        posted += 1
    return posted


def work_sets(resources: Resources, task: Task, set_s: float) -> dict[str, Any]:
    """Post one bill a set, and say on standard output which set was begun and which is done."""
    for number in range(int(task.cursor or 0), task.input["sets"]):

        def one_set(db: Connection, number: int = number) -> None:
            ledger.post(context(db, task.organisation_id, now=resources.clock.now()), [bill()])
            print(f"begun {number}", flush=True)
            time.sleep(set_s)
            save_progress(db, task, done=number + 1, total=task.input["sets"], cursor=str(number + 1))

        resources.transact(one_set)
        print(f"done {number}", flush=True)
    return {"sets": task.input["sets"]}


def main(command: str, url: str, *rest: str) -> None:
    if command == "post":
        print(post(url, UUID(rest[0]), float(rest[1])))
        return
    task_queue.CLAIM_S, set_s = int(rest[0]), float(rest[1])
    REGISTRY.add_task_handler(SETS_KIND, lambda resources, task: work_sets(resources, task, set_s))
    print(f"worked {tasks.run_tasks(resources_on(url))}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
