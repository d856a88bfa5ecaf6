"""Run one slot of a job so that each step is done exactly once, however many runs there are.

A job yields steps. Each step is one transaction that includes the claim of (job, key, scope), so it is
done once even if several runs reach it. A run claims its slot for ``CLAIM_S``, extended by each step.
When a run is killed, its claim expires and another run claims the slot and skips the steps already done.
A step that raises is logged and skipped; the other steps are done, and the run is retried.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import Unavailable
from chalicelib.ids import new_id
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import job_repository as repository
from chalicelib.tasks import slots
from chalicelib.tasks.job_model import DONE, FAILED, RUNNING, Outcome, Slot
from chalicelib.tasks.model import ClaimLost
from chalicelib.tasks.registry import Job, JobStep, TimeLeft

CLAIM_S = 300
RETRY_AFTER_S = 60  # after the first failure; doubled after each further one
MAX_ATTEMPTS = 8  # without progress: about two hours

log = logging.getLogger("plotihub.jobs")


class OutOfTime(Exception):
    """There is no time left for the next step; another run does it."""


def run_slot(
    resources: Resources, job: Job, slot: Slot, time_left: TimeLeft, *, by_hand: bool = False
) -> Outcome | None:
    """Run the slot if it can be claimed; return its outcome, or None if another run has it or it is done.

    Raises:
        Unavailable: the database is unreachable; another run continues once the claim has expired.
    """
    run = _SlotRun(resources, slot, new_id())
    attempts = run.claim(by_hand=by_hand)
    if attempts is None:
        return None
    if attempts > MAX_ATTEMPTS:
        return run.finish("WorkerDied", attempts)
    try:
        problem = run.run_steps(job.steps(resources, slot), time_left)
    except ClaimLost:
        log.warning("jobs.slot.claim_lost: another run claimed the slot", extra=run.facts())
        return None
    except OutOfTime:
        return run.release()
    return run.finish(problem, attempts)


class _SlotRun:
    """A slot under one claim, and the counts of its steps so far."""

    def __init__(self, resources: Resources, slot: Slot, claim: UUID) -> None:
        self.resources, self.slot, self.claim_id = resources, slot, claim
        self.sets = self.passed_over = self.count = 0
        self.extended_at = resources.clock.now()

    def claim(self, *, by_hand: bool) -> int | None:
        """Claim the slot and return the number of this attempt."""

        def claim(db: Connection) -> int | None:
            now, until = self.extended_at, self._claimed_until()
            return repository.claim_run(db, *self._key(), self.claim_id, now, until, by_hand=by_hand)

        return self.resources.transact(claim)

    def run_steps(self, steps: Iterator[JobStep], time_left: TimeLeft) -> str | None:
        """Run the steps; return the name of the first error raised by a step or by the job's iterator."""
        problem = None
        try:
            for step in steps:
                problem = self._try_step(step, time_left) or problem
        except (ClaimLost, OutOfTime):
            raise
        except Unavailable:
            log.warning("jobs.slot.unavailable: the job could not continue", extra=self.facts())
            return problem or Unavailable.__name__
        except Exception as error:
            log.exception("jobs.slot.error: the job raised an exception", extra=self.facts())
            return problem or type(error).__name__
        return problem

    def _try_step(self, step: JobStep, time_left: TimeLeft) -> str | None:
        try:
            while self._run_step(step, time_left) and step.scope_id is None:
                pass
        except (ClaimLost, OutOfTime, Unavailable):
            raise
        except Exception as error:
            log.exception(
                "jobs.step.error: a step of the job raised an exception",
                extra={**self.facts(), "scope": str(step.scope_id)},
            )
            return type(error).__name__
        return None

    def _run_step(self, step: JobStep, time_left: TimeLeft) -> int:
        """Run one step unless it was done before; return its count."""
        if not time_left():
            raise OutOfTime
        self._extend_claim()
        counted = self.resources.transact(lambda db: self._run_claimed(db, step))
        if counted is None:
            self.passed_over += 1
            return 0
        if counted or step.scope_id is not None:
            self.sets, self.count = self.sets + 1, self.count + counted
        return counted

    def _run_claimed(self, db: Connection, step: JobStep) -> int | None:
        job, key, now = self.slot.job, step.key or self.slot.key, self.resources.clock.now()
        dt.date.fromisoformat(key[:10])  # the purge date follows from it
        if step.scope_id is not None and not slots.claim_for_scope(db, job, key, step.scope_id, now):
            return None
        counted = step.work(db)
        if step.scope_id is not None:
            repository.count_slot(db, job, key, step.scope_id, counted)
        self.extended_at = self.resources.clock.now()
        if not repository.count_set(db, *self._key(), self.claim_id, self._claimed_until(), counted):
            raise ClaimLost
        return counted

    def _extend_claim(self) -> None:
        """Extend the claim when many steps in a row were done before, since skipping them writes nothing."""
        now = self.resources.clock.now()
        if now - self.extended_at < dt.timedelta(seconds=CLAIM_S // 2):
            return
        self.extended_at = now
        if not self.resources.transact(
            lambda db: repository.extend_run(db, *self._key(), self.claim_id, self._claimed_until())
        ):
            raise ClaimLost

    def finish(self, problem: str | None, attempts: int) -> Outcome | None:
        """Release the slot as done, or as failed with ``problem``, to be retried until the attempts run out."""
        now = self.resources.clock.now()
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
        """Release the slot so that the next run can continue at once."""
        outcome = self._outcome(RUNNING, None)
        log.info("jobs.slot.out_of_time: time is up; the next call continues", extra=self.facts())
        return outcome if self._finish_run(outcome, at=None, again_at=self.resources.clock.now()) else None

    def _finish_run(self, outcome: Outcome, *, at: dt.datetime | None, again_at: dt.datetime | None) -> bool:
        def finish(db: Connection) -> bool:
            key, status, problem = self._key(), outcome.status, outcome.problem
            return repository.finish_run(
                db, *key, self.claim_id, status=status, problem=problem, at=at, again_at=again_at
            )

        return self.resources.transact(finish)

    def _outcome(self, status: str, problem: str | None) -> Outcome:
        return Outcome(self.slot, status, self.sets, self.passed_over, self.count, problem)

    def facts(self) -> dict[str, object]:
        counts = {"sets": self.sets, "passed_over": self.passed_over, "count": self.count}
        return {"job": self.slot.job, "slot": self.slot.key, **counts}

    def _key(self) -> tuple[str, str]:
        return self.slot.job, self.slot.key

    def _claimed_until(self) -> dt.datetime:
        return self.extended_at + dt.timedelta(seconds=CLAIM_S)
