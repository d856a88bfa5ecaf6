"""Programs that tests start as processes of their own: whole functions of the application, fired by the clock.

    python -m tests.jobs.job_process fire DATABASE_URL FUNCTION TIME THREADS
    python -m tests.jobs.job_process slow DATABASE_URL TIME CLAIM_S SET_S

``fire`` waits for a line on standard input, then calls the function as EventBridge does, from each of
its threads at once, and prints what each was told. ``slow`` runs a job of four sets of ``SET_S`` seconds
each and prints each set as it begins and once it is done.
"""

import datetime as dt
import json
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

import app
from chalicelib.runtime.resources import Resources, using
from chalicelib.tasks import job_runner, slot_runner
from chalicelib.tasks.job_model import Slot
from chalicelib.tasks.registry import REGISTRY, Job, JobStep
from chalicelib.tasks.task_queue import queue_task
from local.runner import event_at
from tests.contexts import context
from tests.service.worker_process import resources_on

SLOW = "test_slow"
SCOPES = [UUID(int=number) for number in range(1, 5)]


def fire(url: str, function: str, at: dt.datetime, threads: int) -> None:

    resources = resources_on(url)
    together = threading.Barrier(threads)
    results: list[object] = [None] * threads

    def call(place: int) -> None:
        together.wait(60)
        results[place] = app.app.handler_map[function](event_at(at, function), None)

    with using(resources):
        running = [threading.Thread(target=call, args=(place,)) for place in range(threads)]
        print("ready", flush=True)
        sys.stdin.readline()
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    print(json.dumps(results), flush=True)


def slow(url: str, at: dt.datetime, claim_s: int, set_s: float) -> None:
    slot_runner.CLAIM_S = claim_s
    resources = resources_on(url)

    def do(db: Connection, number: int) -> int:
        queue_task(context(db, SCOPES[number], now=resources.clock.now()), "test_never_worked", {}, created_by=None)
        print(f"begun {number}", flush=True)
        time.sleep(set_s)
        return 1

    def steps(_resources: Resources, _slot: Slot) -> Iterator[JobStep]:
        for number, scope_id in enumerate(SCOPES):
            yield JobStep(scope_id, partial(do, number=number))
            print(f"over {number}", flush=True)

    REGISTRY.add_job(Job(SLOW, dt.timedelta(hours=1), steps))
    for outcome in job_runner.run_due_slots(resources, SLOW, at):
        print(f"{outcome.status} {outcome.sets} {outcome.passed_over}", flush=True)


if __name__ == "__main__":
    command, database, *rest = sys.argv[1:]
    if command == "fire":
        fire(database, rest[0], dt.datetime.fromisoformat(rest[1]), int(rest[2]))
    else:
        slow(database, dt.datetime.fromisoformat(rest[0]), int(rest[1]), float(rest[2]))
