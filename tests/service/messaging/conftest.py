"""An organisation with messages to send, a queue, and a clock that stands at noon."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib import wiring
from chalicelib.clock import MovedClock
from tests.outbox import NOON, FakeQueues, Outbox


@pytest.fixture
def noon(clock: MovedClock) -> dt.datetime:
    clock.at = NOON
    return NOON


@pytest.fixture
def queues() -> FakeQueues:
    return FakeQueues()


@pytest.fixture
def sending(parts: wiring.Parts, queues: FakeQueues, noon: dt.datetime) -> Iterator[wiring.Parts]:
    """Parts that have a queue."""
    with wiring.using(replace(parts, queues=queues)) as these:
        yield these


@pytest.fixture
def outbox(sending: wiring.Parts) -> Outbox:
    return Outbox.found(sending)
