"""Running slots: each set once, whatever died, raised, was missed or ran out of time."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, select, update

from chalicelib.clock import ManualClock
from chalicelib.errors import NotFound, Unavailable
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine
from chalicelib.storage.tables.tasks import job_runs, job_slots
from chalicelib.tasks import job_runner
from chalicelib.tasks.job_model import Outcome, Slot
from chalicelib.tasks.registry import REGISTRY, Job, JobStep
from chalicelib.tasks.slot_runner import CLAIM_S, MAX_ATTEMPTS, RETRY_AFTER_S

HOUR = dt.timedelta(hours=1)
NINE = dt.datetime(2026, 11, 20, 9, 40, tzinfo=dt.UTC)


class Killed(BaseException):
    """Ends the process as SIGKILL would, past every handler of errors."""


@dataclass
class Script:
    """A job of the test's own; each set writes that it was done into a table, in the set's own transaction."""

    resources: Resources
    every: dt.timedelta = HOUR
    catches_up: bool = True
    scopes: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(3)])
    before: Callable[[int], None] = lambda _number: None  # within a set, once it is claimed
    between: Callable[[int], None] = lambda _number: None
    key: Callable[[Slot], str] = lambda _slot: ""
    name: str = field(default_factory=lambda: f"job_{uuid4().hex[:20]}")
    seen: list[Slot] = field(default_factory=list)

    def __post_init__(self) -> None:
        REGISTRY.add_job(Job(self.name, self.every, self.works, self.catches_up))

    def works(self, resources: Resources, slot: Slot) -> Iterator[JobStep]:
        self.seen.append(slot)
        for number, scope_id in enumerate(self.scopes):
            self.between(number)
            yield JobStep(scope_id, lambda db, number=number: self.do(db, slot, number), self.key(slot))  # type: ignore[misc]

    def do(self, db: Connection, slot: Slot, number: int) -> int:
        self.before(number)
        effect = {"job": f"{self.name}_did", "slot": slot.key, "scope_id": uuid4(), "claimed_at": slot.at}
        db.execute(job_slots.insert().values(**effect, count=number))
        return number + 1

    def fire(self, at: dt.datetime | None = None) -> list[Outcome]:
        return job_runner.run_due_slots(self.resources, self.name, at or self.resources.clock.now())

    def done(self) -> list[tuple[str, int]]:
        """Return (hour of the slot, number) of every set whose effect is there."""
        query = select(job_slots.c.slot, job_slots.c.count).where(job_slots.c.job == f"{self.name}_did")
        with self.resources.reading() as db:
            return sorted((row[0][8:13], row[1]) for row in db.execute(query))

    def run(self, slot: str = "2026-11-20T09:00:00Z") -> tuple[str, str | None, int, int, int]:
        columns = (job_runs.c.status, job_runs.c.problem, job_runs.c.attempts, job_runs.c.sets, job_runs.c.count)
        query = select(*columns).where(job_runs.c.job == self.name, job_runs.c.slot == slot)
        with self.resources.reading() as db:
            row = db.execute(query).one()
        return row[0], row[1], row[2], row[3], row[4]


@pytest.fixture(autouse=True)
def nine(clock: ManualClock) -> None:
    clock.at = NINE


@pytest.fixture
def script(resources: Resources) -> Script:
    return Script(resources)


ALL = [("20T09", 0), ("20T09", 1), ("20T09", 2)]


def test_a_slot_is_worked_once_and_what_was_done_is_kept(script: Script) -> None:
    [outcome] = script.fire()
    slot = Slot(script.name, dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC), "2026-11-20T09:00:00Z")
    assert outcome == Outcome(slot, "done", sets=3, passed_over=0, counted=6, problem=None)
    assert script.fire() == []
    assert script.fire(NINE + dt.timedelta(minutes=19)) == []
    assert script.done() == ALL
    assert script.run() == ("done", None, 1, 3, 6)
    with script.resources.reading() as db:
        counts = db.scalars(select(job_slots.c.count).where(job_slots.c.job == script.name)).all()
    assert sorted(counts) == [1, 2, 3]


def test_a_run_that_dies_between_sets_is_taken_over_and_the_rest_is_done_once(
    script: Script, clock: ManualClock
) -> None:
    def die(number: int) -> None:
        if number == 2 and len(script.seen) == 1:
            raise Killed

    script.between = die
    with pytest.raises(Killed):
        script.fire()
    assert (script.run()[0], script.done()) == ("running", ALL[:2])
    clock.at += dt.timedelta(seconds=CLAIM_S - 1)
    assert script.fire() == [], "the claim has not lapsed"
    clock.at += dt.timedelta(seconds=2)
    [outcome] = script.fire()
    assert (outcome.status, outcome.sets, outcome.passed_over) == ("done", 1, 2)
    assert script.done() == ALL
    assert script.run() == ("done", None, 1, 3, 6)


def test_a_run_that_dies_within_a_set_leaves_nothing_of_it(script: Script, clock: ManualClock) -> None:
    def die(number: int) -> None:
        if number == 1 and len(script.seen) == 1:
            raise Killed

    script.before = die
    with pytest.raises(Killed):
        script.fire()
    assert script.done() == ALL[:1]
    clock.at += dt.timedelta(seconds=CLAIM_S + 1)
    script.fire()
    assert script.done() == ALL


def test_a_run_that_keeps_dying_is_given_up_and_told(script: Script, clock: ManualClock) -> None:
    def die(_number: int) -> None:
        raise Killed

    script.before = die
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            script.fire()
        clock.at += dt.timedelta(seconds=CLAIM_S + 1)
    slot = script.seen[0].at
    assert [outcome.problem for outcome in script.fire(slot)] == ["WorkerDied"]
    assert script.run()[:2] == ("failed", "WorkerDied")
    clock.at += dt.timedelta(days=1)
    assert script.fire(slot) == []
    assert len(script.seen) == MAX_ATTEMPTS


def test_missed_slots_are_caught_up_oldest_first_each_with_its_own_time(script: Script, clock: ManualClock) -> None:
    assert len(script.fire()) == 1, "what was before the first run was not missed"
    clock.at += 3 * HOUR
    assert [outcome.slot.at.hour for outcome in script.fire()] == [10, 11, 12]
    assert [slot.at for slot in script.seen] == [
        dt.datetime(2026, 11, 20, hour, tzinfo=dt.UTC) for hour in range(9, 13)
    ]
    assert len(script.done()) == 12
    assert script.fire() == []


def test_no_more_than_three_days_are_caught_up(script: Script, clock: ManualClock) -> None:
    script.fire()
    clock.at += dt.timedelta(days=10)
    script.scopes = script.scopes[:1]
    outcomes = script.fire()
    assert len(outcomes) == 73
    assert outcomes[0].slot.key == "2026-11-27T09:00:00Z"


def test_a_hole_that_another_s_run_left_is_caught_up_too(script: Script, clock: ManualClock) -> None:
    script.fire()
    list(job_runner.run_job_by_hand(script.resources, script.name, dt.date(2026, 11, 21), "UTC"))  # by hand, ahead
    clock.at = dt.datetime(2026, 11, 22, 0, 10, tzinfo=dt.UTC)
    hours = [outcome.slot.at for outcome in script.fire()]
    assert (hours[0].day, hours[0].hour, len(hours)) == (20, 10, 15)


def test_what_does_not_catch_up_runs_its_own_slot_alone(resources: Resources, clock: ManualClock) -> None:
    script = Script(resources, catches_up=False)
    script.fire()
    clock.at += 5 * HOUR
    assert [outcome.slot.at.hour for outcome in script.fire()] == [14]


def test_a_set_that_raises_is_told_and_tried_again_and_its_neighbours_are_done(
    script: Script, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(number: int) -> None:
        if number == 1 and len(script.seen) == 1:
            raise KeyError("lost")

    script.before = fail
    [outcome] = script.fire()
    assert (outcome.status, outcome.sets, outcome.problem) == ("failed", 2, "KeyError")
    assert script.done() == [ALL[0], ALL[2]]
    assert script.run() == ("failed", "KeyError", 1, 2, 4)
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert script.fire() == [], "not at once"
    clock.at += dt.timedelta(seconds=RETRY_AFTER_S + 1)
    [again] = script.fire()
    assert (again.status, again.sets, again.passed_over) == ("done", 1, 2)
    assert script.done() == ALL
    assert script.run() == ("done", None, 1, 3, 6)


def test_what_keeps_failing_is_tried_ever_more_rarely_and_then_given_up(script: Script, clock: ManualClock) -> None:
    def fail(_number: int) -> None:
        raise KeyError("lost")

    script.between = fail
    tried, began = [], clock.at
    slot = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    while clock.at < began + dt.timedelta(hours=12):
        if any(outcome.slot.at == slot for outcome in script.fire(slot)):
            tried.append((clock.at - began) // dt.timedelta(minutes=1))
        clock.at += dt.timedelta(minutes=1)
    assert tried == [0, 2, 5, 10, 19, 36, 69, 134]
    assert script.run() == ("failed", "KeyError", MAX_ATTEMPTS, 0, 0)


def test_a_failed_slot_holds_up_no_later_one(script: Script, clock: ManualClock) -> None:
    def fail(_number: int) -> None:
        if script.seen[-1].at.hour == 9:
            raise KeyError("lost")

    script.between = fail
    script.fire()
    clock.at += HOUR
    assert [(outcome.slot.at.hour, outcome.status) for outcome in script.fire()] == [(9, "failed"), (10, "done")]


def test_a_database_that_goes_ends_the_run_and_is_tried_again(script: Script, clock: ManualClock) -> None:
    def gone(number: int) -> None:
        if number == 1 and len(script.seen) == 1:
            raise Unavailable("The database does not answer.")

    script.before = gone
    [outcome] = script.fire()
    assert (outcome.status, outcome.problem, script.done()) == ("failed", "Unavailable", ALL[:1])
    clock.at += dt.timedelta(seconds=RETRY_AFTER_S + 1)
    assert [each.status for each in script.fire()] == ["done"]
    assert script.done() == ALL


def test_when_time_is_up_the_rest_is_left_to_whoever_comes_next(script: Script, clock: ManualClock) -> None:
    left = iter([True, True, False])
    [outcome] = job_runner.run_due_slots(script.resources, script.name, clock.now(), lambda: next(left))
    assert (outcome.status, outcome.sets) == ("running", 1)
    assert script.run()[0] == "running"
    clock.at += dt.timedelta(seconds=1)
    [rest] = script.fire()
    assert (rest.status, rest.sets, rest.passed_over) == ("done", 2, 1)
    assert script.done() == ALL


def test_a_slow_run_s_set_is_undone_when_another_has_taken_over(script: Script, clock: ManualClock) -> None:
    stolen = update(job_runs).where(job_runs.c.job == script.name).values(claim=uuid4())

    def steal(number: int) -> None:
        if number == 1 and len(script.seen) == 1:
            script.resources.transact(lambda db: db.execute(stolen).close())

    script.between = steal
    assert script.fire() == [], "it is another's now"
    assert script.done() == ALL[:1]
    clock.at += dt.timedelta(seconds=CLAIM_S + 1)
    script.fire()
    assert script.done() == ALL


def test_passing_over_many_done_sets_keeps_the_slot_held(script: Script, clock: ManualClock) -> None:
    script.scopes = [uuid4() for _ in range(6)]
    script.key = lambda slot: slot.at.date().isoformat()
    script.fire()
    clock.at += HOUR
    held: list[list[Outcome]] = []

    def linger(_number: int) -> None:
        clock.at += dt.timedelta(seconds=CLAIM_S - 100)
        if len(script.seen) == 2:
            held.append(job_runner.run_due_slots(script.resources, script.name, NINE + HOUR))

    script.between = linger
    [outcome] = script.fire()
    assert (outcome.status, outcome.sets, outcome.passed_over) == ("done", 0, 6)
    assert held == [[]] * 6


def test_a_key_of_the_day_is_worked_once_in_all_its_hours(script: Script, clock: ManualClock) -> None:
    script.key = lambda slot: slot.at.date().isoformat()
    script.fire()
    clock.at += HOUR
    [outcome] = script.fire()
    assert (outcome.status, outcome.sets, outcome.passed_over) == ("done", 0, 3)
    assert script.done() == ALL


def test_a_key_that_names_no_day_is_refused(script: Script) -> None:
    script.key = lambda _slot: "tuesday"
    assert [outcome.problem for outcome in script.fire()] == ["ValueError"]
    assert script.done() == []


def test_work_without_a_scope_is_repeated_until_there_is_none(resources: Resources) -> None:
    left = [3, 2, 0, 5]

    def works(resources: Resources, slot: Slot) -> Iterator[JobStep]:
        yield JobStep(None, lambda db: left.pop(0))

    name = f"job_{uuid4().hex[:20]}"
    REGISTRY.add_job(Job(name, HOUR, works))
    [outcome] = job_runner.run_due_slots(resources, name, NINE)
    assert (outcome.sets, outcome.counted, left) == (2, 5, [5])


def test_a_day_is_run_by_hand_slot_by_slot_and_what_was_done_stays_done_once(
    script: Script, clock: ManualClock
) -> None:
    script.fire()
    ran = list(job_runner.run_job_by_hand(script.resources, script.name, dt.date(2026, 11, 20), "Africa/Nairobi"))
    assert [slot.key for slot, _ in ran][::23] == ["2026-11-19T21:00:00Z", "2026-11-20T20:00:00Z"]
    [nine] = [outcome for slot, outcome in ran if outcome and slot.at.hour == 9]
    assert (nine.status, nine.sets, nine.passed_over) == ("done", 0, 3)
    assert sum(outcome.sets for _, outcome in ran if outcome) == 23 * 3
    again = [
        outcome
        for _, outcome in job_runner.run_job_by_hand(script.resources, script.name, dt.date(2026, 11, 20), "UTC")
    ]
    assert sum(outcome.sets for outcome in again if outcome) == 3 * 3  # 21 to 23 h UTC are of the next day in Nairobi


def test_by_hand_no_slot_is_taken_that_another_holds(script: Script) -> None:
    def meanwhile(number: int) -> None:
        if number == 0 and len(script.seen) == 1:
            ran = dict(job_runner.run_job_by_hand(script.resources, script.name, dt.date(2026, 11, 20), "UTC"))
            assert [slot.at.hour for slot, outcome in ran.items() if outcome is None] == [9]

    script.between = meanwhile
    script.fire()
    assert len(script.done()) == 24 * 3


def test_an_unknown_job_tells_which_there_are(script: Script) -> None:
    with pytest.raises(NotFound) as caught:
        list(job_runner.run_job_by_hand(script.resources, "lost", dt.date(2026, 11, 20), "UTC"))
    assert script.name in caught.value.detail
    assert script.name in caught.value.facts["jobs"]


def test_one_name_is_one_job(script: Script) -> None:
    with pytest.raises(ValueError):
        REGISTRY.add_job(Job(script.name, HOUR, script.works))


@pytest.fixture
def alone(fresh_database: str, resources: Resources) -> Iterator[Resources]:
    """Parts on a database whose runs are this test's only."""
    engine = make_engine(fresh_database)
    yield replace(resources, writer=engine, reader=engine)
    engine.dispose()


def test_what_died_or_failed_is_resumed_without_its_schedule(alone: Resources, clock: ManualClock) -> None:
    dying, failing, swept = Script(alone), Script(alone), Script(alone, catches_up=False)

    def die(_number: int) -> None:
        if len(dying.seen) == 1:
            raise Killed

    def fail(number: int) -> None:
        if number == 1 and len(failing.seen) == 1:
            raise KeyError("lost")

    dying.before, failing.before, swept.before = die, fail, die
    for script in (dying, swept):
        with pytest.raises(Killed):
            script.fire()
    failing.fire()
    assert job_runner.resume_runs(alone) == []
    clock.at += dt.timedelta(seconds=CLAIM_S + 1)
    assert job_runner.resume_runs(alone, lambda: False) == []
    resumed = {outcome.slot.job: outcome.sets for outcome in job_runner.resume_runs(alone)}
    assert resumed == {dying.name: 3, failing.name: 1}
    assert (dying.done(), failing.done(), swept.done()) == (ALL, ALL, [])
    assert job_runner.resume_runs(alone) == []


def test_slots_and_runs_are_forgotten_after_ninety_days_in_sets(alone: Resources, clock: ManualClock) -> None:
    script = Script(alone, scopes=[uuid4() for _ in range(300)])
    script.fire()
    clock.at += dt.timedelta(days=90)
    script.scopes = script.scopes[:2]
    script.fire(clock.at)
    kept = script.done()

    def forget() -> int:
        return alone.transact(lambda db: job_runner.purge_old_runs(db, clock.now()))

    assert forget() == 0, "ninety days are not over"
    clock.at += dt.timedelta(days=1)
    forgotten = [forget() for _ in range(3)]
    assert forgotten == [500, 100, 1]  # claims and effects of three hundred sets; the run
    assert forget() == 0
    assert len(kept) - len(script.done()) == 300
    assert script.fire(NINE + dt.timedelta(days=90)) == [], "what is younger is still known"
