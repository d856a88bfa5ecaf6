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
TRY_AGAIN_S = 60  # after the first failure; after each further one twice as long
MOST_ATTEMPTS = 8  # that brought nothing: some two hours
Still = Callable[[], bool]

log = logging.getLogger("plotihub.jobs")


class Work(NamedTuple):
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
    works: Callable[[Resources, Slot], Iterator[Work]]
    catches_up: bool = True


class TakenOver(Exception):
    """Another run holds the slot; this one's set is rolled back and it does no more."""


class OutOfTime(Exception):
    """The set after this one is somebody else's."""


def run_slot(resources: Resources, job: Job, slot: Slot, still: Still, *, by_hand: bool = False) -> Outcome | None:
    """Work the slot if it is to be had; return what came of it, or None where another run holds it or it is done.

    Raises:
        Unavailable: the database is gone; whoever comes when the claim has lapsed goes on.
    """
    run = _Run(resources, slot, new_id())
    attempts = run.claim(by_hand=by_hand)
    if attempts is None:
        return None
    if attempts > MOST_ATTEMPTS:
        return run.finish("WorkerDied", attempts)
    try:
        problem = run.work(job.works(resources, slot), still)
    except TakenOver:
        log.warning("a job's run was taken over", extra=run.facts())
        return None
    except OutOfTime:
        return run.give_back()
    return run.finish(problem, attempts)


class _Run:
    """A slot held by one claim, and what was done in it so far."""

    def __init__(self, resources: Resources, slot: Slot, claim: UUID) -> None:
        self.parts, self.slot, self.token = resources, slot, claim
        self.sets = self.passed_over = self.count = 0
        self.held_at = resources.clock.now()

    def claim(self, *, by_hand: bool) -> int | None:
        """Take the slot, and return which attempt this is."""

        def take(db: Connection) -> int | None:
            now, until = self.held_at, self._until()
            return repository.claim_run(db, *self._key(), self.token, now, until, by_hand=by_hand)

        return self.parts.transact(take)

    def work(self, works: Iterator[Work], still: Still) -> str | None:
        """Do the sets, and return the name of the first error that one, or the making of them, raised."""
        problem = None
        try:
            for work in works:
                problem = self._try(work, still) or problem
        except (TakenOver, OutOfTime):
            raise
        except Unavailable:
            log.warning("a job could not go on", extra=self.facts())
            return problem or Unavailable.__name__
        except Exception as error:
            log.exception("a job raised an exception", extra=self.facts())
            return problem or type(error).__name__
        return problem

    def _try(self, work: Work, still: Still) -> str | None:
        try:
            while self._do(work, still) and work.scope_id is None:
                pass
        except (TakenOver, OutOfTime, Unavailable):
            raise
        except Exception as error:
            log.exception("a set of a job raised an exception", extra={**self.facts(), "scope": str(work.scope_id)})
            return type(error).__name__
        return None

    def _do(self, work: Work, still: Still) -> int:
        """Do one set unless it was done before, and return its count."""
        if not still():
            raise OutOfTime
        self._keep_holding()
        counted = self.parts.transact(lambda db: self._claimed(db, work))
        if counted is None:
            self.passed_over += 1
            return 0
        if counted or work.scope_id is not None:
            self.sets, self.count = self.sets + 1, self.count + counted
        return counted

    def _claimed(self, db: Connection, work: Work) -> int | None:
        job, key, now = self.slot.job, work.key or self.slot.key, self.parts.clock.now()
        dt.date.fromisoformat(key[:10])  # it says when it may be forgotten
        if work.scope_id is not None and not slots.claim(db, job, key, work.scope_id, now):
            return None
        counted = work.work(db)
        if work.scope_id is not None:
            repository.count_slot(db, job, key, work.scope_id, counted)
        self.held_at = self.parts.clock.now()
        if not repository.count_set(db, *self._key(), self.token, self._until(), counted):
            raise TakenOver
        return counted

    def _keep_holding(self) -> None:
        """Hold the slot for longer where many sets in a row were done before, which writes nothing."""
        now = self.parts.clock.now()
        if now - self.held_at < dt.timedelta(seconds=CLAIM_S // 2):
            return
        self.held_at = now
        if not self.parts.transact(lambda db: repository.hold_run(db, *self._key(), self.token, self._until())):
            raise TakenOver

    def finish(self, problem: str | None, attempts: int) -> Outcome | None:
        """Let go of the slot: done, or failed by ``problem``, to be tried again unless that was often enough."""
        now = self.parts.clock.now()
        attempts = 1 if self.sets else attempts
        again_at = None
        if problem is not None and attempts < MOST_ATTEMPTS:
            again_at = now + dt.timedelta(seconds=TRY_AGAIN_S * 2 ** (attempts - 1))
        outcome = self._outcome(DONE if problem is None else FAILED, problem)
        if not self._let_go(outcome, at=now, again_at=again_at):
            log.warning("a job's run was taken over", extra=self.facts())
            return None
        level = logging.INFO if problem is None else logging.ERROR
        extra = {**self.facts(), "status": outcome.status, "problem": problem, "attempts": attempts}
        log.log(level, "a job ran" if problem is None else "a job failed", extra=extra)
        return outcome

    def give_back(self) -> Outcome | None:
        """Leave the rest to whoever comes next, at once."""
        outcome = self._outcome(RUNNING, None)
        log.info("a job's time is up", extra=self.facts())
        return outcome if self._let_go(outcome, at=None, again_at=self.parts.clock.now()) else None

    def _let_go(self, outcome: Outcome, *, at: dt.datetime | None, again_at: dt.datetime | None) -> bool:
        def finish(db: Connection) -> bool:
            key, status, problem = self._key(), outcome.status, outcome.problem
            return repository.finish_run(db, *key, self.token, status=status, problem=problem, at=at, again_at=again_at)

        return self.parts.transact(finish)

    def _outcome(self, status: str, problem: str | None) -> Outcome:
        return Outcome(self.slot, status, self.sets, self.passed_over, self.count, problem)

    def facts(self) -> dict[str, object]:
        told = {"sets": self.sets, "passed_over": self.passed_over, "count": self.count}
        return {"job": self.slot.job, "slot": self.slot.key, **told}

    def _key(self) -> tuple[str, str]:
        return self.slot.job, self.slot.key

    def _until(self) -> dt.datetime:
        return self.held_at + dt.timedelta(seconds=CLAIM_S)
