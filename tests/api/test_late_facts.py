"""Facts that arrive late, over the API: what is charged is what is right, on whichever day it is entered."""

import datetime as dt
from typing import Any

import pytest

from chalicelib.clock import NAIROBI, ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import job_runner, task_runner
from tests.api.client import Client


class Books:
    """An organisation with one unit, and what is done to its leases, each on the day that the clock shows."""

    def __init__(self, owner: Client, resources: Resources, clock: ManualClock) -> None:
        self.owner, self.resources, self.clock = owner, resources, clock
        self.on("2026-10-01")
        self.property_id = self.make("properties", name="Mwangaza Court")["id"]

    def on(self, day: str) -> None:
        """Make it the day, at nine in the morning in Nairobi."""
        self.clock.at = dt.datetime.fromisoformat(f"{day}T06:00:00+00:00")

    def make(self, path: str, **values: Any) -> Any:
        made = self.owner.post(f"/v1/{path}", values)
        assert made.status in (200, 201, 202), made.text
        return made.json

    def lease(self, starts_on: str, rent: str, **terms: Any) -> str:
        unit = self.make("units", property_id=self.property_id, name=f"A{starts_on}", type="apartment", rent=rent)
        tenant = self.make("tenants", given_name="Amina")
        lease = self.make("leases", unit_id=unit["id"], tenants=[tenant["id"]], starts_on=starts_on, rent=rent, **terms)
        return str(lease["id"])

    def fee(self, **policy: Any) -> None:
        """Set the organisation's late fee."""
        changed = self.owner.patch("/v1/organisation", policy)
        assert changed.status == 200, changed.text

    def bill(self, period: str, issued_on: str = "", **values: Any) -> None:
        self.make("bill-runs", period=period, issued_on=issued_on or f"{period}-01", **values)
        task_runner.run_tasks(self.resources)

    def late_fees(self, on: str) -> None:
        """Run the job of that day, as ``make job NAME=late_fees`` does."""
        list(job_runner.run_job_by_hand(self.resources, "late_fees", dt.date.fromisoformat(on), NAIROBI))
        task_runner.run_tasks(self.resources)

    def invoices(self, lease_id: str) -> Any:
        return self.owner.get(f"/v1/invoices?lease_id={lease_id}").json["items"]

    def overdue(self, lease_id: str) -> int:
        """Return how many of the lease's invoices are overdue."""
        return len(self.owner.get(f"/v1/invoices?lease_id={lease_id}&status=overdue").json["items"])

    def charges(self, lease_id: str) -> Any:
        """Return (type, status, amount) of the one-off charges."""
        listed = self.owner.get(f"/v1/charges?lease_id={lease_id}").json["items"]
        return [(each["charge_type"], each["status"], each["amount"]) for each in listed]


@pytest.fixture
def books(owner: Client, resources: Resources, clock: ManualClock) -> Books:
    return Books(owner, resources, clock)


def test_what_is_billed_late_is_due_when_it_is_issued_and_fined_only_after_that(books: Books) -> None:
    books.fee(late_fee_kind="fixed", late_fee_amount="500")
    lease_id = books.lease("2026-11-16", "20000")
    books.on("2026-11-30")
    books.bill("2026-11", "2026-11-30")
    [invoice] = books.invoices(lease_id)
    assert (invoice["issued_on"], invoice["due_on"]) == ("2026-11-30", "2026-11-30")
    assert books.overdue(lease_id) == 0
    books.late_fees("2026-11-30")
    assert books.charges(lease_id) == []
    books.on("2026-12-01")
    assert books.overdue(lease_id) == 1
    books.late_fees("2026-12-01")
    assert books.charges(lease_id) == [("late_fee", "pending", "500.00")]


def test_what_is_voided_and_billed_again_is_due_when_it_is_issued_again(books: Books) -> None:
    lease_id = books.lease("2026-10-01", "20000")
    books.bill("2026-10")
    [first] = books.invoices(lease_id)
    assert first["due_on"] == "2026-10-05"
    books.on("2026-10-20")
    books.make(f"invoices/{first['id']}/void")
    books.bill("2026-10", "2026-10-20")
    again = next(each for each in books.invoices(lease_id) if each["status"] == "open")
    assert again["due_on"] == "2026-10-20"


def test_a_run_may_name_an_earlier_due_day_on_purpose(books: Books) -> None:
    lease_id = books.lease("2026-10-01", "20000")
    books.on("2026-10-20")
    books.bill("2026-10", "2026-10-20", due_on="2026-10-05")
    [invoice] = books.invoices(lease_id)
    assert invoice["due_on"] == "2026-10-05"
    assert books.overdue(lease_id) == 1


@pytest.mark.parametrize("due_on", ["2026-09-30", "2026-12-01"])
def test_a_due_day_far_from_the_month_is_refused(books: Books, due_on: str) -> None:
    books.on("2026-10-20")
    refused = books.owner.post("/v1/bill-runs", {"period": "2026-10", "due_on": due_on})
    assert refused.status == 422
    assert refused.json["errors"][0]["field"] == "due_on"
