"""What is done by the clock: a job's slots, and how the run of each stands."""

import datetime as dt
from typing import NamedTuple

RUNNING, DONE, FAILED = RUN_STATUSES = ("running", "done", "failed")


class Slot(NamedTuple):
    """One turn of a job: ``at`` is its own instant, also where it is worked later; ``key`` names it for ever."""

    job: str
    at: dt.datetime
    key: str


class JobRun(NamedTuple):
    """A slot's run, over all that the job works for, as its row tells it."""

    job: str
    slot: str
    status: str
    claimed_until: dt.datetime | None
    attempts: int
    sets: int
    counted: int
    problem: str | None
    started_at: dt.datetime
    finished_at: dt.datetime | None


class Outcome(NamedTuple):
    """What one call did in a slot; ``status`` is running where time ran out, and another call goes on.

    ``sets`` were done, ``passed_over`` had been done before, ``counted`` is what the sets counted.
    """

    slot: Slot
    status: str
    sets: int
    passed_over: int
    counted: int
    problem: str | None


class LastWorked(NamedTuple):
    """When a job last did something for an organisation, and how much."""

    job: str
    at: dt.datetime
    counted: int | None


class JobState(NamedTuple):
    """A job as an organisation is told of it: its runs are everybody's, what it did is the organisation's own."""

    name: str
    every_minutes: int
    last_run: JobRun | None
    next_run_at: dt.datetime
    last_worked_at: dt.datetime | None
    last_count: int | None
