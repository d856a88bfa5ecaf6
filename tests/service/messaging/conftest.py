"""An organisation with messages to send, a queue, and a clock that stands at noon."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources, using
from tests.outbox import NOON, FakeQueues, Outbox


@pytest.fixture
def noon(clock: ManualClock) -> dt.datetime:
    clock.at = NOON
    return NOON


@pytest.fixture
def queues() -> FakeQueues:
    return FakeQueues()


@pytest.fixture
def sending(resources: Resources, queues: FakeQueues, noon: dt.datetime) -> Iterator[Resources]:
    """Parts that have a queue."""
    with using(replace(resources, queues=queues)) as these:
        yield these


@pytest.fixture
def outbox(sending: Resources) -> Outbox:
    return Outbox.found(sending)
