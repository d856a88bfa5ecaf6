"""Scheduled jobs: their slots, and the run of each slot."""

import datetime as dt
from typing import NamedTuple

RUNNING, DONE, FAILED = RUN_STATUSES = ("running", "done", "failed")


class Slot(NamedTuple):
    """One scheduled occurrence of a job: ``at`` is its nominal instant, even if run later; ``key`` identifies it."""

    job: str
    at: dt.datetime
    key: str


class JobRun(NamedTuple):
    """A slot's run, over all organisations."""

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
    """What one call did in a slot; ``status`` is running if time ran out and another call is to continue.

    ``sets`` steps were done, ``passed_over`` had been done before; ``counted`` is the sum of the steps' counts.
    """

    slot: Slot
    status: str
    sets: int
    passed_over: int
    counted: int
    problem: str | None


class LastWorked(NamedTuple):
    """When a job last completed a step for an organisation, and its count."""

    job: str
    at: dt.datetime
    counted: int | None


class JobState(NamedTuple):
    """A job as shown to an organisation: the runs are shared by all, the last step is the organisation's own."""

    name: str
    every_minutes: int
    last_run: JobRun | None
    next_run_at: dt.datetime
    last_worked_at: dt.datetime | None
    last_count: int | None
