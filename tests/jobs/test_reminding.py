"""Reminders fired and worked by two processes of ten threads each: every tenant is told once."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from chalicelib.clock import NAIROBI, day_of
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.messaging import messages
from chalicelib.storage.tables.tasks import tasks
from tests.jobs.test_firing import fired
from tests.service.reminders.estate import Estate
from tests.service.worker_process import resources_on

pytestmark = pytest.mark.slow

LANDLORDS, TENANTS = 6, 4
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def real(fresh_database: str) -> Iterator[Resources]:
    made = resources_on(fresh_database)
    yield made
    made.writer.dispose()


def landlord(resources: Resources) -> Estate:
    """Return one who reminds at any hour, and whose tenants owe since today."""
    made = Estate.found(resources, day_of(resources.clock.now(), NAIROBI))
    assert isinstance(made, Estate)
    made.policy(send_hour=0, skip_holidays=False)
    for _ in range(TENANTS):
        made.owing(made.today)
    return made


def test_twenty_that_queue_and_work_reminders_at_once_tell_every_tenant_once(
    fresh_database: str, real: Resources
) -> None:
    estates = [landlord(real) for _ in range(LANDLORDS)]
    at = real.clock.now()
    if day_of(at + HOUR, NAIROBI) != day_of(at, NAIROBI):
        at -= HOUR  # tomorrow is another step
    assert sum(each["count"] for each in fired(fresh_database, "rent_reminders", at)) == LANDLORDS
    fired(fresh_database, "rent_reminders", at + HOUR)
    fired(fresh_database, "work_tasks", at)
    with real.reading() as db:
        notified = Counter(db.scalars(select(messages.c.tenant_id)))
        queued = Counter(db.scalars(select(tasks.c.organisation_id)))
        status = set(db.scalars(select(tasks.c.status)))
    assert (set(notified.values()), len(notified)) == ({1}, LANDLORDS * TENANTS)
    assert set(queued) == {estate.organisation_id for estate in estates}
    assert status == {"done"}
    assert [len(estate.said()) for estate in estates] == [TENANTS] * LANDLORDS
