"""Running one slot of a job, so that its work is done once, whoever runs it and how often.

A job yields its work in sets. Each set is one transaction with the claim of (job, key, scope) in it:
it is done once, however many runs meet it. A run holds its slot for ``CLAIM_S``, prolonged by each
set; one that was killed is taken over when that has lapsed, and whoever does passes over the sets that
are done. A set that raises is told and left out; the sets beside it are done, and its run is tried again.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import Unavailable
from chalicelib.ids import new_id
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import job_repository as repository
from chalicelib.tasks import slots
from chalicelib.tasks.job_model import DONE, FAILED, RUNNING, Outcome, Slot

CLAIM_S = 300
RETRY_AFTER_S = 60  # after the first failure; after each further one twice as long
MAX_ATTEMPTS = 8  # that brought nothing: some two hours
TimeLeft = Callable[[], bool]

log = logging.getLogger("plotihub.jobs")


class JobStep(NamedTuple):
    """One set: ``work`` in one transaction with the claim of (job, ``key``, ``scope_id``); it returns a count.

    ``scope_id`` mostly is an organisation's id. Without one nothing is claimed: ``work`` is such that it
    does no harm twice, and is done again and again, each time in a transaction, until it returns 0.
    ``key`` begins with a day, as 2026-12-05, which says when it may be forgotten; without one it is the slot's.
    """

    scope_id: UUID | None
    work: Callable[[Connection], int]
    key: str = ""


class Job(NamedTuple):
    """``works`` yields the sets of a slot; a job that does not catch up is one whose next slot makes up for a missed.

    ``works`` is run anew where a run goes on: it yields what was done as well, and in any order.
    """

    name: str
    every: dt.timedelta
    works: Callable[[Resources, Slot], Iterator[JobStep]]
    catches_up: bool = True


class ClaimLost(Exception):
    """Another run holds the slot; this one's set is rolled back and it does no more."""


class OutOfTime(Exception):
    """The set after this one is somebody else's."""


def run_slot(
    resources: Resources, job: Job, slot: Slot, time_left: TimeLeft, *, by_hand: bool = False
) -> Outcome | None:
    """Work the slot if it is to be had; return what came of it, or None where another run holds it or it is done.

    Raises:
        Unavailable: the database is gone; whoever comes when the claim has lapsed goes on.
    """
    run = _SlotRun(resources, slot, new_id())
    attempts = run.claim(by_hand=by_hand)
    if attempts is None:
        return None
    if attempts > MAX_ATTEMPTS:
        return run.finish("WorkerDied", attempts)
    try:
        problem = run.work(job.works(resources, slot), time_left)
    except ClaimLost:
        log.warning("jobs.slot.claim_lost: another run claimed the slot", extra=run.facts())
        return None
    except OutOfTime:
        return run.release()
    return run.finish(problem, attempts)


class _SlotRun:
    """A slot held by one claim, and what was done in it so far."""

    def __init__(self, resources: Resources, slot: Slot, claim: UUID) -> None:
        self.parts, self.slot, self.token = resources, slot, claim
        self.sets = self.passed_over = self.count = 0
        self.held_at = resources.clock.now()

    def claim(self, *, by_hand: bool) -> int | None:
        """Take the slot, and return which attempt this is."""

        def take(db: Connection) -> int | None:
            now, until = self.held_at, self._claimed_until()
            return repository.claim_run(db, *self._key(), self.token, now, until, by_hand=by_hand)

        return self.parts.transact(take)

    def work(self, works: Iterator[JobStep], time_left: TimeLeft) -> str | None:
        """Do the sets, and return the name of the first error that one, or the making of them, raised."""
        problem = None
        try:
            for work in works:
                problem = self._try_step(work, time_left) or problem
        except (ClaimLost, OutOfTime):
            raise
        except Unavailable:
            log.warning("jobs.slot.unavailable: the job could not continue", extra=self.facts())
            return problem or Unavailable.__name__
        except Exception as error:
            log.exception("jobs.slot.error: the job raised an exception", extra=self.facts())
            return problem or type(error).__name__
        return problem

    def _try_step(self, work: JobStep, time_left: TimeLeft) -> str | None:
        try:
            while self._run_step(work, time_left) and work.scope_id is None:
                pass
        except (ClaimLost, OutOfTime, Unavailable):
            raise
        except Exception as error:
            log.exception(
                "jobs.step.error: a step of the job raised an exception",
                extra={**self.facts(), "scope": str(work.scope_id)},
            )
            return type(error).__name__
        return None

    def _run_step(self, work: JobStep, time_left: TimeLeft) -> int:
        """Do one set unless it was done before, and return its count."""
        if not time_left():
            raise OutOfTime
        self._extend_claim()
        counted = self.parts.transact(lambda db: self._run_claimed(db, work))
        if counted is None:
            self.passed_over += 1
            return 0
        if counted or work.scope_id is not None:
            self.sets, self.count = self.sets + 1, self.count + counted
        return counted

    def _run_claimed(self, db: Connection, work: JobStep) -> int | None:
        job, key, now = self.slot.job, work.key or self.slot.key, self.parts.clock.now()
        dt.date.fromisoformat(key[:10])  # it says when it may be forgotten
        if work.scope_id is not None and not slots.claim_for_scope(db, job, key, work.scope_id, now):
            return None
        counted = work.work(db)
        if work.scope_id is not None:
            repository.count_slot(db, job, key, work.scope_id, counted)
        self.held_at = self.parts.clock.now()
        if not repository.count_set(db, *self._key(), self.token, self._claimed_until(), counted):
            raise ClaimLost
        return counted

    def _extend_claim(self) -> None:
        """Hold the slot for longer where many sets in a row were done before, which writes nothing."""
        now = self.parts.clock.now()
        if now - self.held_at < dt.timedelta(seconds=CLAIM_S // 2):
            return
        self.held_at = now
        if not self.parts.transact(
            lambda db: repository.extend_run(db, *self._key(), self.token, self._claimed_until())
        ):
            raise ClaimLost

    def finish(self, problem: str | None, attempts: int) -> Outcome | None:
        """Let go of the slot: done, or failed by ``problem``, to be tried again unless that was often enough."""
        now = self.parts.clock.now()
        attempts = 1 if self.sets else attempts
        again_at = None
        if problem is not None and attempts < MAX_ATTEMPTS:
            again_at = now + dt.timedelta(seconds=RETRY_AFTER_S * 2 ** (attempts - 1))
        outcome = self._outcome(DONE if problem is None else FAILED, problem)
        if not self._finish_run(outcome, at=now, again_at=again_at):
            log.warning("jobs.slot.claim_lost: another run claimed the slot", extra=self.facts())
            return None
        level = logging.INFO if problem is None else logging.ERROR
        extra = {**self.facts(), "status": outcome.status, "problem": problem, "attempts": attempts}
        log.log(
            level,
            "jobs.slot.done: the slot is done" if problem is None else "jobs.slot.failed: the slot failed",
            extra=extra,
        )
        return outcome

    def release(self) -> Outcome | None:
        """Leave the rest to whoever comes next, at once."""
        outcome = self._outcome(RUNNING, None)
        log.info("jobs.slot.out_of_time: time is up; the next call continues", extra=self.facts())
        return outcome if self._finish_run(outcome, at=None, again_at=self.parts.clock.now()) else None

    def _finish_run(self, outcome: Outcome, *, at: dt.datetime | None, again_at: dt.datetime | None) -> bool:
        def finish(db: Connection) -> bool:
            key, status, problem = self._key(), outcome.status, outcome.problem
            return repository.finish_run(db, *key, self.token, status=status, problem=problem, at=at, again_at=again_at)

        return self.parts.transact(finish)

    def _outcome(self, status: str, problem: str | None) -> Outcome:
        return Outcome(self.slot, status, self.sets, self.passed_over, self.count, problem)

    def facts(self) -> dict[str, object]:
        counts = {"sets": self.sets, "passed_over": self.passed_over, "count": self.count}
        return {"job": self.slot.job, "slot": self.slot.key, **counts}

    def _key(self) -> tuple[str, str]:
        return self.slot.job, self.slot.key

    def _claimed_until(self) -> dt.datetime:
        return self.held_at + dt.timedelta(seconds=CLAIM_S)
