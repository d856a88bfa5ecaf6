"""A landlord of the test's own who reminds, on the day before the usual first step."""

import datetime as dt

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests.service.reminders.estate import Estate

TODAY = dt.date(2026, 12, 1)


@pytest.fixture
def estate(resources: Resources, clock: ManualClock) -> Estate:
    """An estate on 1 December 2026 with the usual policy."""
    made = Estate.found(resources, TODAY)
    assert isinstance(made, Estate)
    made.at_day(TODAY)
    made.policy()
    return made
