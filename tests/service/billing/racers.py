"""What the processes of the races do; started with ``spawn``, each with an engine of its own."""

import datetime as dt
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import billing
from chalicelib.billing.model import BilledSet
from chalicelib.clock import SystemClock
from chalicelib.errors import Conflict
from chalicelib.gateways.key_file import KeyFile
from chalicelib.payments import late_fees
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine
from tests.contexts import context

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
TIMEOUT_S = 30


class GivenUp(Exception):
    """A transaction that does its work and is then rolled back."""


def resources_of(url: str) -> Resources:
    engine = make_engine(url, timeout_s=TIMEOUT_S)
    return Resources(writer=engine, reader=engine, clock=SystemClock(), keys=KeyFile(str(Path("/dev/null"))))


def bill_all(url: str, organisation_id: UUID, period: dt.date, start: Barrier) -> None:
    """Bill the month in small sets, as a task does."""
    resources, after = resources_of(url), None
    start.wait(TIMEOUT_S)
    while True:
        billed = resources.transact(lambda db, at=after: _bill(db, organisation_id, period, at))  # type: ignore[misc]
        if billed.last_id is None:
            return
        after = billed.last_id


def assess_all(url: str, organisation_id: UUID, on: dt.date, start: Barrier) -> None:
    """Assess late fees in small sets, as a task does."""
    resources, after = resources_of(url), None
    start.wait(TIMEOUT_S)
    while True:
        after, _ = resources.transact(
            lambda db, at=after: late_fees.assess_next(context(db, organisation_id, now=NOW), on, after=at, limit=5)  # type: ignore[misc]
        )
        if after is None:
            return


def _bill(db: Connection, organisation_id: UUID, period: dt.date, after: UUID | None) -> BilledSet:
    return billing.bill_leases(context(db, organisation_id, now=NOW), period, after=after, limit=5, issued_on=period)


def issue_some(url: str, organisation_id: UUID, lease_id: UUID, count: int, start: Barrier) -> None:
    """Issue ``count`` invoices, and as many that are rolled back once they have their numbers."""
    resources = resources_of(url)
    start.wait(TIMEOUT_S)
    for number in range(2 * count):
        try:
            resources.transact(lambda db, fails=number % 2: _issue(db, organisation_id, lease_id, fails))  # type: ignore[misc]
        except GivenUp:
            continue


def _issue(db: Connection, organisation_id: UUID, lease_id: UUID, fails: int) -> None:
    billing.issue_invoice_of_kind(
        context(db, organisation_id, now=NOW),
        lease_id,
        kind="single",
        lines=[("water", "", 1_00)],
        period=TODAY,
        issued_on=TODAY,
    )
    if fails:
        raise GivenUp


def settle_or_void(
    url: str, organisation_id: UUID, work: list[tuple[UUID, UUID]], settles: bool, start: Barrier
) -> None:
    """Pay one cent on each (invoice, line), or void each invoice: of two processes only one can have its way."""
    resources = resources_of(url)
    start.wait(TIMEOUT_S)
    for invoice_id, line_id in work:
        try:
            if settles:
                resources.transact(lambda db, line=line_id: _settle(db, organisation_id, line))  # type: ignore[misc]
            else:
                resources.transact(lambda db, one=invoice_id: _void(db, organisation_id, one))  # type: ignore[misc]
        except Conflict:
            continue


def _settle(db: Connection, organisation_id: UUID, line_id: UUID) -> None:
    billing.apply_paid(context(db, organisation_id), [(line_id, 1)])


def _void(db: Connection, organisation_id: UUID, invoice_id: UUID) -> None:
    billing.record_void(context(db, organisation_id, today=TODAY, now=NOW), invoice_id)
