"""The database goes away while messages are dispatched, and comes back: nothing is lost, and nothing is sent twice."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner, recovery_runner, result_runner, sending_runner
from chalicelib.errors import Unavailable
from chalicelib.gateways.key_file import KeyFile
from chalicelib.messaging import RENDERERS
from chalicelib.messaging.model import Message, RenderedText
from chalicelib.runtime.context import Context
from chalicelib.runtime.resources import Resources
from chalicelib.storage import migrate
from chalicelib.storage.engines import make_engine
from tests import databases
from tests.jobs.cut_line import CutLine, cut_line
from tests.outbox import NOON, FakePhones, FakeQueues, Outbox, make_outbound_resources, notice

pytestmark = [pytest.mark.slow, pytest.mark.mariadb]
KIND = "reversal"
Made_ = dict[UUID, RenderedText]


@pytest.fixture
def line(mariadb_url: str) -> Iterator[tuple[CutLine, str]]:
    """A line to a database of the test's own, and the address that leads over it."""
    name = f"cut_{uuid4().hex[:12]}"
    databases.execute(mariadb_url, f"CREATE DATABASE `{name}`")
    migrate.upgrade(mariadb_url + name)
    with cut_line(mariadb_url + name) as both:
        yield both
    databases.execute(mariadb_url, f"DROP DATABASE `{name}`")


@pytest.fixture
def cut_off(line: tuple[CutLine, str], queues: FakeQueues) -> Iterator[Resources]:
    opened = resources_at(line[1], queues)
    yield opened
    opened.writer.dispose()


def resources_at(url: str, queues: FakeQueues) -> Resources:
    engine = make_engine(url, timeout_s=2)
    return Resources(engine, engine, ManualClock(NOON), KeyFile("unused.json"), queues=queues)


@pytest.fixture
def queues() -> FakeQueues:
    return FakeQueues()


@pytest.fixture
def while_deciding() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Have texts of the kind made after a step of the test's own, at the moment a set is being decided."""
    before = RENDERERS.pop(KIND, None)
    step: list[Callable[[], None]] = [lambda: None]

    def make(ctx: Context, messages: Sequence[Message]) -> Made_:
        step[0]()
        return {each.id: RenderedText(f"Reversed {each.input['n']}.") for each in messages}

    def put(wanted: Callable[[], None]) -> None:
        step[0] = wanted

    RENDERERS[KIND] = make
    yield put
    del RENDERERS[KIND]
    if before is not None:
        RENDERERS[KIND] = before


@pytest.fixture
def outbox(cut_off: Resources, while_deciding: object) -> Outbox:
    found = Outbox.found(cut_off)
    found.settings(daily_cap=10_000, monthly_limit_cents=10**9)
    found.queue([notice(None, kind=KIND, input={"n": number}) for number in range(dispatch_runner.SET_SIZE + 100)])
    return found


def all_end_well(resources: Resources, outbox: Outbox, queues: FakeQueues, folder: Path) -> None:
    """Dispatch and sweep once the line is mended, send all that was ever queued, and hold that each came once."""
    clock = resources.clock
    assert isinstance(clock, ManualClock)
    phones = FakePhones()
    dispatch_runner.dispatch(resources)
    clock.at += dt.timedelta(minutes=3)
    recovery_runner.requeue_lost_attempts(resources)
    outbound = make_outbound_resources(folder, clock, queues, africastalking=phones)
    for body in queues.pop("send"):
        assert sending_runner.send_texts(outbound, body)
    for body in queues.pop("results"):
        result_runner.handle_result(resources, body)
    count = dispatch_runner.SET_SIZE + 100
    assert outbox.statuses() == {"sent": count}
    assert Counter(phones.came.values()) == {1: count}
    assert outbox.day() == (count, count * 80)
    assert {each.number for each in outbox.attempts()} == {1}


def test_the_line_is_cut_while_a_set_is_decided(
    line: tuple[CutLine, str],
    cut_off: Resources,
    outbox: Outbox,
    queues: FakeQueues,
    while_deciding: Callable[[Callable[[], None]], None],
    tmp_path: Path,
) -> None:
    while_deciding(line[0].cut)
    with pytest.raises(Unavailable):
        dispatch_runner.dispatch(cut_off)
    assert queues.pop("send") == []
    while_deciding(lambda: None)
    line[0].mend()
    assert outbox.statuses() == {"queued": dispatch_runner.SET_SIZE + 100}, "the set left nothing behind"
    all_end_well(cut_off, outbox, queues, tmp_path)


def test_the_line_is_cut_between_the_commit_and_the_mark(
    line: tuple[CutLine, str], cut_off: Resources, outbox: Outbox, queues: FakeQueues, tmp_path: Path
) -> None:
    queues.struck = line[0].cut
    with pytest.raises(Unavailable):
        dispatch_runner.dispatch(cut_off)
    assert len(queues.texts(outbox.id)) == dispatch_runner.SET_SIZE, "the queue had taken them"
    queues.struck = lambda: None
    line[0].mend()
    assert outbox.statuses() == {"handed": dispatch_runner.SET_SIZE, "queued": 100}
    assert {each.queued_at for each in outbox.attempts()} == {None}
    all_end_well(cut_off, outbox, queues, tmp_path)


def test_results_wait_on_the_queue_while_the_line_is_cut(
    line: tuple[CutLine, str], cut_off: Resources, outbox: Outbox, queues: FakeQueues, tmp_path: Path
) -> None:
    dispatch_runner.dispatch(cut_off)
    outbound = make_outbound_resources(tmp_path, cut_off.clock, queues, africastalking=FakePhones())
    for body in queues.pop("send"):
        sending_runner.send_texts(outbound, body)
    results = queues.pop("results")
    line[0].cut()
    for body in results:
        with pytest.raises(Unavailable):
            result_runner.handle_result(cut_off, body)
    line[0].mend()
    for body in results * 2:
        result_runner.handle_result(cut_off, body)
    assert outbox.statuses() == {"sent": dispatch_runner.SET_SIZE + 100}


def test_a_server_that_is_stopped_stops_the_dispatcher_and_nothing_more(queues: FakeQueues, tmp_path: Path) -> None:
    """What had been put on the queue by then goes out once; there is no database to ask what has not."""
    server = databases.start(buffer_pool_mb=32, in_memory=True)
    try:
        url = server.create_database("stopped")
        migrate.upgrade(url)
        here = resources_at(url, queues)
        found = Outbox.found(here)
        found.settings(daily_cap=10_000, monthly_limit_cents=10**9)
        found.texts(dispatch_runner.SET_SIZE + 100)
        queues.struck = server.stop
        with pytest.raises(Unavailable):
            dispatch_runner.dispatch(here)
        here.writer.dispose()
    finally:
        server.stop()
    phones = FakePhones()
    outbound = make_outbound_resources(tmp_path, here.clock, queues, africastalking=phones)
    for body in queues.pop("send"):
        sending_runner.send_texts(outbound, body)
    assert Counter(phones.came.values()) == {1: dispatch_runner.SET_SIZE}
