"""The demo organisation: the sample rent roll with a year behind it, made through the API with a moved clock.

Everybody and every place comes out of the sample sheet, and who pays how follows from their place in
it, so two machines show the same books on the same day.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chalicelib import bootstrap, config, money
from chalicelib.clock import NAIROBI, ManualClock, day_of
from chalicelib.messaging.grant_jobs import grant
from chalicelib.rent_roll.model import LeasePlan, PropertyPlan, RentRoll, TenantPlan, UnitPlan
from chalicelib.rent_roll.parser import parse_rent_roll
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage import migrate
from chalicelib.tasks import task_runner as tasks
from local.emulator import Emulator
from local.gateway import LocalApiGateway
from local.inside import ApiClient, RequestFailed, only_warnings

SHEET = Path(__file__).parent.parent / "tests" / "data" / "rent-roll.csv"
OWNER_PHONE = "+254700000900"  # who signs in to the demo organisation
PROPERTIES_SHOWN = (
    0,
    2,
)  # of the sheet's three properties: a first start has ten seconds, and a payment takes its ten ms
MONTHS = 12  # of history, before the running month
MORNING = dt.time(6, tzinfo=dt.UTC)  # nine o'clock in Nairobi
SENDER = "MWANGAZA"
FAULTS = ("Kitchen tap drips", "Bulb on the stairs is out", "Choo hakifanyi kazi")


@dataclass(slots=True)
class DemoLease:
    """A running lease of the demo, and what its tenant owes by now, in cents."""

    id: str
    place: int  # in the sheet; says how its tenant pays
    owed_cents: int = 0


@dataclass(slots=True)
class Demo:
    owner: ApiClient
    resources: Resources
    clock: ManualClock
    now: dt.datetime
    leases: dict[str, DemoLease] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        return day_of(self.now, NAIROBI)

    def make(self) -> None:
        """Found the organisation, take the sheet in a year ago, and live through the months up to ``now``."""
        first = month_before(self.today, MONTHS)
        self._at(first - dt.timedelta(days=1))
        founded = {"name": "Mwangaza Homes", "person_name": "Makena Barasa Naliaka"}
        self.owner.headers["x-organisation"] = self.owner.post("/v1/organisations", founded)["id"]
        self._grant(kind="messaging", note="a demo for developers")
        self._grant(kind="sender_name", name=SENDER)
        self._enter_sheet(parse_rent_roll(SHEET.read_bytes()))
        for months_ago in range(MONTHS, -1, -1):
            self._run_month(month_before(self.today, months_ago))
        self._set_up()

    def _grant(self, **options: str) -> None:
        """Let the organisation write in its own words, as an operator does."""
        grant({"organisation": self.owner.headers["x-organisation"], "by": "local/demo.py", **options}, None)

    def _at(self, day: dt.date) -> None:
        self.clock.at = min(dt.datetime.combine(day, MORNING), self.now)

    def _set_up(self) -> None:
        """Let the organisation write to its tenants from now on, and have some faults reported to it."""
        self.clock.at = self.now
        self.owner.patch("/v1/message-settings", {"sender_name": SENDER})
        self.owner.patch("/v1/reminder-policy", {"enabled": True, "before_days": [3], "after_days": [1, 5, 10]})
        units = list(self.owner.every("/v1/units?status=occupied"))
        for text, unit in zip(FAULTS, units, strict=False):
            self.owner.post("/v1/maintenance-requests", {"unit_id": unit["id"], "text": text})

    def _enter_sheet(self, plan: RentRoll) -> None:
        bank = self.owner.post("/v1/channels", {"kind": "bank", "name": "Rent account", "number": "0100200300"})
        properties = {
            place: self.owner.post("/v1/properties", _property(plan.properties[place], bank["id"]))["id"]
            for place in PROPERTIES_SHOWN
        }
        units = {
            place: self.owner.post("/v1/units", _unit(unit, properties[unit.property_index]))["id"]
            for place, unit in enumerate(plan.units)
            if unit.property_index in PROPERTIES_SHOWN
        }
        tenants: dict[int, str] = {}  # one may rent two units
        for place, lease in enumerate(plan.leases):
            if lease.unit_index in units:
                if lease.tenant_index not in tenants:
                    body = _tenant(place, plan.tenants[lease.tenant_index])
                    tenants[lease.tenant_index] = self.owner.post("/v1/tenants", body)["id"]
                self._create_lease(place, lease, units[lease.unit_index], tenants[lease.tenant_index])

    def _create_lease(self, place: int, lease: LeasePlan, unit_id: str, tenant_id: str) -> None:
        today = day_of(self.clock.at, NAIROBI).isoformat()
        billed_from = max(today, lease.starts_on.isoformat())[:7]  # what it owed before is its opening balance
        created = self.owner.post("/v1/leases", {**_lease(lease, unit_id, tenant_id), "billed_from": billed_from})
        path = f"/v1/leases/{created['id']}"
        if lease.deposit_cents:
            deposit = money.format_cents(lease.deposit_cents)
            self.owner.post(f"{path}/deposits", {"kind": "rent", "amount": deposit, "entered_on": today})
        if lease.opening_balance_cents:
            kind = "opening-balance" if lease.opening_balance_cents > 0 else "opening-credit"
            amount = money.format_cents(abs(lease.opening_balance_cents))
            self.owner.post(f"{path}/{kind}", {"amount": amount, "on": today})
        self.leases[created["id"]] = DemoLease(created["id"], place, lease.opening_balance_cents)

    def _run_month(self, month: dt.date) -> None:
        self._at(month)
        task = self.owner.post("/v1/bill-runs", {"period": f"{month:%Y-%m}"})
        tasks.run_tasks(self.resources)
        task = self.owner.get(f"/v1/tasks/{task['id']}")
        if task["status"] != "done":
            raise RequestFailed(f"the bill run of {month:%Y-%m} is {task['status']}: {task['problem']}")
        self.add_billed(month)
        # Entered all together when the month is over: an SMS tells of what has just come in, not of the past.
        self._at(min(month_before(month, -1) - dt.timedelta(days=1), self.today))
        for day, lease, amount_cents in sorted(self.paid(month), key=lambda paid: (paid[0], paid[1].place)):
            if day <= self.today:
                self.pay(lease, day, amount_cents)

    def add_billed(self, month: dt.date) -> None:
        """Add what the bill run of ``month`` asked of each tenant to what they know that they owe."""
        for invoice in self.owner.every(f"/v1/invoices?period={month:%Y-%m}"):
            if invoice["kind"] == "run":
                self.leases[invoice["lease_id"]].owed_cents += money.parse_cents(invoice["total"])

    def paid(self, month: dt.date) -> Iterator[tuple[dt.date, DemoLease, int]]:
        """Yield who pays how much on which day of ``month``."""
        for lease in self.leases.values():
            turn = (lease.place * 7 + month.month * 3) % 20
            share_of_100 = {17: 60, 18: 0}.get(turn, 50 if lease.place % 11 == 10 else 100)
            amount_cents = lease.owed_cents * share_of_100 // 10_000 * 100 + (1_000_00 if turn == 19 else 0)
            day = 18 if 14 <= turn <= 16 else 1 + (lease.place * 5 + month.month) % 7
            if amount_cents > 0:
                yield month.replace(day=day), lease, amount_cents

    def pay(self, lease: DemoLease, day: dt.date, amount_cents: int) -> None:
        body = {"lease_id": lease.id, "amount": money.format_cents(amount_cents), "received_on": day.isoformat()}
        if lease.place % 5 == 0:
            body |= {"method": "cash"}
        else:
            body |= {"method": "bank", "provider_reference": f"FT{day:%y%m%d}{lease.place:03d}"}
        self.owner.post("/v1/payments", body)
        lease.owed_cents -= amount_cents


def seed(database: Path, aws: Emulator, clock: ManualClock | None = None) -> Demo:
    """Make the SQLite file ``database`` with the demo in it: all of it, or none when this is interrupted.

    Its history ends where ``clock`` stands, which is now where none is given.
    """
    import app

    draft = database.with_name(f"{database.name}.draft")
    draft.unlink(missing_ok=True)
    url = f"sqlite:///{draft}"
    migrate.upgrade(url)
    clock = clock or ManualClock()
    settings = replace(config.settings(), database_url=url, database_reader_url=url)
    # Nobody is woken: what works for the database that runs would find nothing of this one.
    resources = replace(bootstrap.make_resources(settings), clock=clock, queues=None)
    demo = Demo(ApiClient(LocalApiGateway(app.app), aws.token_for(OWNER_PHONE)), resources, clock, clock.at)
    with using(resources), only_warnings():
        demo.make()
    resources.writer.dispose()  # the last connection to close folds the write-ahead log into the file
    draft.rename(database)
    return demo


def month_before(day: dt.date, months: int) -> dt.date:
    place = day.year * 12 + day.month - 1 - months
    return dt.date(place // 12, place % 12 + 1, 1)


def _property(plan: PropertyPlan, channel_id: str) -> dict[str, Any]:
    body = {"name": plan.name, "town": plan.town, "channel_id": channel_id}
    if plan.water_rate_cents is not None:
        body["water_rate"] = money.format_cents(plan.water_rate_cents)
    return body


def _unit(plan: UnitPlan, property_id: str) -> dict[str, Any]:
    return {
        "property_id": property_id,
        "name": plan.name,
        "type": plan.type,
        "bedrooms": plan.bedrooms,
        "rent": money.format_cents(plan.rent_cents),
        "note": plan.note,
    }


def _tenant(place: int, plan: TenantPlan) -> dict[str, Any]:
    body: dict[str, Any] = {
        "given_name": plan.given_name,
        "middle_name": plan.middle_name,
        "family_name": plan.family_name,
        "phones": list(plan.phones),
        "language": "sw" if place % 2 else "en",
    }
    if place % 4 == 0:
        body["email"] = ".".join(filter(None, (plan.given_name, plan.family_name))).lower() + "@example.com"
    if plan.identity_number:
        body["identity_document"] = {"kind": plan.identity_kind, "number": plan.identity_number}
    return body


def _lease(plan: LeasePlan, unit_id: str, tenant_id: str) -> dict[str, Any]:
    charges = [
        {
            "charge_type": each.charge_type,
            "description": each.description,
            "amount": money.format_cents(each.amount_cents),
        }
        for each in plan.charges
    ]
    return {
        "unit_id": unit_id,
        "tenants": [tenant_id],
        "starts_on": plan.starts_on.isoformat(),
        "due_day": plan.due_day,
        "rent": money.format_cents(plan.rent_cents),
        "recurring_charges": charges,
        "note": plan.note,
    }
