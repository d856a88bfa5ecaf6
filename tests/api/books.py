"""A landlord's books over the API, on a clock that the test sets."""

import datetime as dt
import itertools
from typing import Any

from chalicelib.clock import NAIROBI, ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import job_runner, task_runner
from tests.api.client import Client


class Books:
    """An organisation with one unit, and what is done to its leases, each on the day that the clock shows."""

    def __init__(self, owner: Client, resources: Resources, clock: ManualClock) -> None:
        self.owner, self.resources, self.clock = owner, resources, clock
        self.names = itertools.count(1)
        self.on("2026-10-01")
        self.property_id = self.make("properties", name="Mwangaza Court")["id"]

    def on(self, day: str) -> None:
        """Make it the day, at nine in the morning in Nairobi."""
        self.clock.at = dt.datetime.fromisoformat(f"{day}T06:00:00+00:00")

    def make(self, path: str, **values: Any) -> Any:
        made = self.owner.post(f"/v1/{path}", values)
        assert made.status in (200, 201, 202), made.text
        return made.json

    def unit(self, rent: str) -> str:
        name = f"A{next(self.names)}"
        made = self.make("units", property_id=self.property_id, name=name, type="apartment", rent=rent)
        return str(made["id"])

    def lease(self, starts_on: str, rent: str, **terms: Any) -> str:
        tenant = self.make("tenants", given_name="Amina")
        unit_id = self.unit(rent)
        lease = self.make("leases", unit_id=unit_id, tenants=[tenant["id"]], starts_on=starts_on, rent=rent, **terms)
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

    def pay(self, lease_id: str | None, amount: str, received_on: str, method: str = "cash", **values: Any) -> Any:
        return self.make("payments", lease_id=lease_id, amount=amount, received_on=received_on, method=method, **values)

    def credit(self, invoice_id: str, amount: str, **values: Any) -> Any:
        line = self.owner.get(f"/v1/invoices/{invoice_id}").json["lines"][0]
        lines = [{"line_id": line["id"], "amount": amount}]
        return self.make(f"invoices/{invoice_id}/credit-notes", lines=lines, reason="Agreed", **values)

    def account(self, lease_id: str) -> Any:
        return self.owner.get(f"/v1/leases/{lease_id}/final-account").json

    def terminate(self, lease_id: str, ends_on: str) -> Any:
        return self.make(f"leases/{lease_id}/terminate", ends_on=ends_on, waive_notice=True)

    def close(self, period: str) -> None:
        self.make(f"ledger/periods/{period}/close")

    def late_fee(self, lease_id: str) -> str:
        """Return what stands charged as late fees and is not credited, pending or on invoices."""
        pending = [each for each in self.charges(lease_id) if each[:2] == ("late_fee", "pending")]
        invoices = [self.owner.get(f"/v1/invoices/{each['id']}").json for each in self.invoices(lease_id)]
        lines = [line for each in invoices if each["status"] != "void" for line in each["lines"]]
        billed = [
            float(line["amount"]) - float(line["credited"]) for line in lines if line["charge_type"] == "late_fee"
        ]
        return f"{sum(float(each[2]) for each in pending) + sum(billed):.2f}"

    def invoices(self, lease_id: str) -> Any:
        return self.owner.get(f"/v1/invoices?lease_id={lease_id}").json["items"]

    def overdue(self, lease_id: str) -> int:
        """Return how many of the lease's invoices are overdue."""
        return len(self.owner.get(f"/v1/invoices?lease_id={lease_id}&status=overdue").json["items"])

    def charges(self, lease_id: str) -> Any:
        """Return (type, status, amount) of the one-off charges."""
        listed = self.owner.get(f"/v1/charges?lease_id={lease_id}").json["items"]
        return [(each["charge_type"], each["status"], each["amount"]) for each in listed]
