"""Run a job by hand on this machine's database: ``make job NAME=rent_reminders ON=2026-12-05``.

Every slot of that day in Nairobi is run, and the tasks that the job queued. What the job leaves to
others, such as messages to be sent, is worked by ``make run`` where it is on.
"""

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from chalicelib import config
from chalicelib.clock import NAIROBI
from chalicelib.errors import NotFound
from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.storage import migrate
from chalicelib.tasks import job_runner
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.job_model import FAILED, Outcome, Slot
from chalicelib.tasks.registry import REGISTRY
from chalicelib.web import logs
from local.env import environment
from local.state import Home


def main() -> None:
    name, on = parse_arguments()
    home = Home.of_settings()
    if "DATABASE_URL" not in os.environ and not home.database.exists():
        sys.exit(f"there are no data in {home.path} yet; make them with: make run")
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # the lines below report what was done
    with contextlib.suppress(SystemExit):  # no run is on, so there is nobody to wake
        os.environ.update(environment(home, home.running().emulator))
    migrate.upgrade(config.settings().database_url)
    import app  # whose jobs are then known

    logs.configure_logging()
    try:
        failed = run(get_resources(), name, on)
    except NotFound as error:
        sys.exit(error.detail)
    sys.exit(f"{app.app.app_name}: a slot of {name} failed" if failed else 0)


def parse_arguments() -> tuple[str, dt.date]:
    """Return the job and the day that the command line names."""
    try:
        name, day = sys.argv[1:]
        return name, dt.date.fromisoformat(day)
    except ValueError:
        import app  # noqa: F401 - whose jobs are then known

        known = ", ".join(REGISTRY.job_names())
        sys.exit(f"say which job, and of which day: make job NAME=rent_reminders ON=2026-12-05; there are: {known}")


def run(resources: Resources, name: str, on: dt.date) -> bool:
    """Run the job and then the tasks that wait, and print what was done; return whether a slot failed."""
    idle, failed = 0, False
    for slot, outcome in job_runner.run_job_by_hand(resources, name, on, NAIROBI):
        line = describe_outcome(outcome)
        idle += not line
        failed |= outcome is not None and outcome.status == FAILED
        if line:
            print(f"{name} {local(slot)}: {line}", flush=True)
    print(f"{name} {on}: nothing to do in {idle} slots" if idle else f"{name} {on}: that is all", flush=True)
    print(f"tasks worked: {tasks.run_tasks(resources)}", flush=True)
    return failed


def describe_outcome(outcome: Outcome | None) -> str:
    """Return a description of what was done in a slot; "" if there was nothing to do."""
    if outcome is None:
        return "left out, another run has claimed it"
    return ", ".join(_outcome_clauses(outcome))


def _outcome_clauses(outcome: Outcome) -> Iterator[str]:
    if outcome.problem:
        yield f"failed by {outcome.problem}, see the log"
    if outcome.sets:
        yield f"sets done: {outcome.sets}, counted: {outcome.counted}"
    if outcome.passed_over:
        yield f"done before: {outcome.passed_over}"


def local(slot: Slot) -> str:
    return f"{slot.at.astimezone(ZoneInfo(NAIROBI)):%Y-%m-%d %H:%M}"


if __name__ == "__main__":
    main()
