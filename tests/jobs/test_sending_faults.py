"""Dispatchers and senders are killed, raced and cut off; each phone gets each SMS once, and each is accounted for."""

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner, recovery_runner, result_runner, sending_runner
from chalicelib.runtime.resources import using
from tests.jobs.sending_process import FolderPhones, FolderQueues, outbound_on, resources_on
from tests.outbox import Outbox, new_phone, notice

pytestmark = pytest.mark.slow
MINUTE = dt.timedelta(minutes=1)


class Estate:
    """A database of the test's own, with the queue and the phones that processes share."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.queues, self.phones = FolderQueues(folder), FolderPhones(folder)
        self.resources = resources_on(url, self.queues)

    def start(self, command: str, stop: str = "never") -> "subprocess.Popen[str]":
        line = [sys.executable, "-m", "tests.jobs.sending_process", command, self.url, str(self.folder), stop]
        return subprocess.Popen(line, stdout=subprocess.PIPE, text=True)

    def kill_at(self, command: str, stop: str) -> None:
        """Start a process and kill it where it stops, by SIGKILL, as a host that goes down would."""
        process = self.start(command, stop)
        assert process.stdout
        assert any(line == "stopped\n" for line in process.stdout)
        process.kill()
        assert process.wait(20) == -9
        process.stdout.close()

    def move(self, by: dt.timedelta) -> dt.datetime:
        clock = self.resources.clock
        assert isinstance(clock, ManualClock)
        clock.at += by
        return clock.at

    def recover(self) -> None:
        recovery_runner.match_reports_by_phone(self.resources)
        recovery_runner.requeue_lost_attempts(self.resources)
        dispatch_runner.dispatch(self.resources)

    def send_all(self, times: int = 1) -> None:
        """Give senders all that ever was put on the queue, ``times`` over, and take what they tell."""
        outbound = outbound_on(self.folder, at=self.resources.clock.now())
        for body in self.queues.bodies("send") * times:
            assert sending_runner.send_texts(outbound, body)
        for body in self.queues.bodies("results"):
            result_runner.handle_result(self.resources, body)

    def texts(self) -> list[dict[str, str]]:
        return [text for body in self.queues.bodies("send") for text in json.loads(body)["texts"]]


@pytest.fixture
def estate(fresh_database: str, tmp_path: Path) -> Iterator[Estate]:
    opened = Estate(fresh_database, tmp_path / "estate")
    opened.folder.mkdir()
    with using(opened.resources):
        yield opened
    opened.resources.writer.dispose()


@pytest.fixture
def outbox(estate: Estate) -> Outbox:
    found = Outbox.found(estate.resources)
    found.settings(daily_cap=10_000, monthly_limit_cents=10**9)
    return found


@pytest.mark.parametrize("stop", ["before_queue", "after_queue"])
def test_a_dispatcher_killed_between_commit_queue_and_mark_sends_each_once(
    estate: Estate, outbox: Outbox, stop: str
) -> None:
    outbox.texts(45)
    estate.kill_at("dispatch", stop)
    assert outbox.statuses() == {"handed": 45}, "its set had committed"
    assert {each.queued_at for each in outbox.attempts()} == {None}
    on_queue = len(estate.texts())
    assert on_queue == (0 if stop == "before_queue" else 45)

    estate.recover()
    assert len(estate.texts()) == on_queue, "for two minutes it may still be at it"
    estate.move(3 * MINUTE)
    estate.recover()
    estate.recover()
    assert len(estate.texts()) == on_queue + 45
    estate.send_all(times=2)
    assert Counter(estate.phones.came().values()) == {1: 45}
    assert outbox.statuses() == {"sent": 45}
    assert outbox.day() == (45, 45 * 80)


@pytest.mark.parametrize(("stop", "came"), [("in_gateway", 0), ("after_gateway", 1)])
def test_a_sender_killed_at_the_gateway_leaves_its_texts_unknown_and_nobody_sends_them_again(
    estate: Estate, outbox: Outbox, stop: str, came: int
) -> None:
    """Nobody can tell whether the provider had them, but its report."""
    (message_id,) = outbox.texts(1)
    dispatch_runner.dispatch(estate.resources)
    estate.kill_at("send", stop)
    (body,) = estate.queues.bodies("send")
    assert not sending_runner.send_texts(outbound_on(estate.folder), body), "its taker may still be waiting"
    estate.move(3 * MINUTE)
    estate.send_all(times=3)
    estate.recover()
    assert outbox.message(message_id).status == "unknown"
    assert sum(estate.phones.came().values()) == came
    assert len(estate.texts()) == 1


def test_senders_as_processes_with_the_same_queue_send_each_once(estate: Estate, outbox: Outbox) -> None:
    outbox.queue([notice(f"Your meter reads {number}.") for number in range(100)])
    dispatch_runner.dispatch(estate.resources)
    senders = [estate.start("send") for _ in range(3)]
    for sender in senders:
        assert sender.communicate(timeout=60)[0].startswith("began")
        assert sender.returncode == 0
    assert Counter(estate.phones.came().values()) == {1: 100}
    estate.move(3 * MINUTE)
    estate.send_all()
    assert outbox.statuses() == {"sent": 100}
    assert Counter(estate.phones.came().values()) == {1: 100}


def test_dispatchers_racing_as_processes_hand_each_once_and_keep_the_caps(estate: Estate, outbox: Outbox) -> None:
    tight = Outbox.found(estate.resources)
    tight.settings(daily_cap=700, monthly_limit_cents=10**9)
    spent = Outbox.found(estate.resources)
    spent.settings(daily_cap=10_000, monthly_limit_cents=600 * 80 + 79)
    tenants = [(uuid4(), new_phone()) for _ in range(100)]
    outbox.texts(1_200)
    outbox.queue([notice(tenant_id=tenant, address=phone) for _ in range(5) for tenant, phone in tenants])
    tight.texts(1_100)
    spent.texts(1_100)
    dispatchers = [estate.start("dispatch") for _ in range(3)]
    outputs = [dispatcher.communicate(timeout=120)[0] for dispatcher in dispatchers]
    handed = [int(text.split("handed ")[1]) for text in outputs]
    print(handed)
    assert outbox.statuses() == {"handed": 1_500, "queued": 200}
    by_tenant = Counter(each.tenant_id for each in outbox.messages().values() if each.status == "handed")
    assert {count for tenant, count in by_tenant.items() if tenant} == {3}
    assert tight.statuses() == {"handed": 700, "queued": 400}
    assert spent.statuses() == {"handed": 600, "cancelled": 500}
    assert (outbox.day(), tight.day(), spent.day()) == ((1_500, 120_000), (700, 56_000), (600, 48_000))
    texts = estate.texts()
    assert len(texts) == len({text["key"] for text in texts}) == sum(handed) == 2_800
    assert {UUID(text["message_id"]) for text in texts} == {
        each.id for box in (outbox, tight, spent) for each in box.messages().values() if each.status == "handed"
    }
    assert {each.queued_times for box in (outbox, tight, spent) for each in box.attempts()} == {1}
