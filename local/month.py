"""A month of the demo organisation, hour by hour on a moved clock: what each tenant gets, and whether that is right.

    make month              # December 2026; prints what every phone got, and fails on anything that is wrong
    make month STAY=1       # and keeps the phones' page open

Bills, reminders, late fees and messages come from the application's own schedules and queues; here are only
its people: who pays when, who answers what, and a provider that is not always well.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from chalicelib import messaging, money
from chalicelib.api.schemas.messages import MessageView
from chalicelib.clock import NAIROBI, ManualClock
from chalicelib.organisations.model import PLATFORM
from chalicelib.paging import MAX_PAGE_ITEMS, PageRequest
from chalicelib.storage.tables.reminders import reminders
from chalicelib.web.serialization import serialize
from local import demo, moved, processes
from local.demo import Demo, DemoLease
from local.month_findings import MonthResult, Roles, Tenant, find_problems, table
from local.state import Home
from tests.contexts import context

MONTH = dt.date(2026, 12, 1)
STEP = dt.timedelta(minutes=30)
GREETING = "good morning"  # which asks for nothing
QUESTIONS = (
    ("sw", "SALIO"),
    ("en", "balance"),
    ("sw", "Risiti"),
    ("sw", "TATIZO bomba la jikoni limepasuka"),
    ("en", "fault: no light in the yard"),
    ("en", GREETING),
)
LIVES_IN = ZoneInfo(NAIROBI)


class Event(NamedTuple):
    """What somebody does at some moment."""

    at: dt.datetime
    place: int
    act: Callable[[], None]


@dataclass(slots=True)
class MonthSimulation:
    demo: Demo
    world: moved.Simulation
    events: list[Event] = field(default_factory=list)
    lived: MonthResult = field(default_factory=MonthResult)
    units: dict[str, str] = field(default_factory=dict)  # what each tenant would say that they rent

    def live(self, days: int) -> MonthResult:
        """Live through the first ``days`` of the month and return what came of it."""
        self._prepare()
        step, end = _local(1), _local(1) + dt.timedelta(days=days)
        while step <= end:
            while self.events and self.events[0].at <= step:
                event = self.events.pop(0)
                self.world.clock.at = event.at
                event.act()
                self.world.settle()
            self.world.advance_to(step)
            step += STEP
        self._gather()
        return self.lived

    def _prepare(self) -> None:
        self.demo.owner.patch("/v1/organisation", {"bill_by_itself": True})
        self._meet_tenants()
        self._at(_local(1, 9), self._plan_payments)
        owing = [lease for lease in self.demo.leases.values() if lease.owed_cents > 5_000_00]
        tenants = dict.fromkeys(self.lived.by_lease[lease.id] for lease in owing)
        promising, stopping, refusing, waiting = list(tenants)[:4]
        cast = Roles(promising, _local(3, 11, 55), _local(20), stopping, _local(7, 10), refusing, waiting)
        self.lived.cast = cast
        lease_id = next(lease.id for lease in owing if self.lived.by_lease[lease.id] is promising)
        promise = {"lease_id": lease_id, "amount": "5000.00", "promised_on": f"{MONTH:%Y-%m}-20"}
        self._at(cast.promised_at, lambda: self.demo.owner.post("/v1/promises", promise))
        self._at(cast.stopped_at, lambda: self._send_sms(stopping, "  acha!" if stopping.language == "sw" else "Stop."))
        self._at(_local(1, 0, 1), lambda: self.world.provider.store.set_fault(refusing.phone, "refuse"))
        self._at(_local(1, 0, 1), lambda: self.world.provider.store.set_fault(waiting.phone, "time_out"))
        special = (promising, stopping, refusing, waiting)
        self._plan_questions([each for each in self.lived.tenants if each not in special])

    def _plan_questions(self, tenants: list[Tenant]) -> None:
        """Have some tenants send commands, each in their own language, one by night: all get an immediate reply.

        On the first command a tenant must confirm the lease, and then gets the reply to the command.
        """
        confirmed = set[Tenant]()
        for place, (language, text) in enumerate(QUESTIONS):
            tenant = next(each for each in tenants[place:] if each.language == language)
            at = _local(9 + place, 22 if place == 1 else 11, 10)
            self._at(at, lambda tenant=tenant, text=text: self._send_sms(tenant, text))  # type: ignore[misc]
            if tenant not in confirmed and text != GREETING:
                later = at + dt.timedelta(minutes=4)
                self._at(later, lambda tenant=tenant: self._send_sms(tenant, f"1 {self.units[tenant.id]}"))  # type: ignore[misc]
            confirmed.add(tenant)
        dialling = next(each for each in reversed(tenants) if each not in confirmed)
        self._at(_local(16, 15), lambda: self._dial(dialling))

    def _send_sms(self, tenant: Tenant, text: str) -> None:
        self.world.provider.send_sms(tenant.phone, text)
        self.lived.sent.append((self.world.clock.at, tenant, text))

    def _dial(self, tenant: Tenant) -> None:
        screen = self.world.provider.dial(tenant.phone)
        self.lived.screens.append(screen)
        for typed in ("1", "1", self.units[tenant.id], "1"):
            if screen["session"]:
                screen = self.world.provider.key_in(screen["session"], tenant.phone, typed)
                self.lived.screens.append(screen)

    def _at(self, at: dt.datetime, act: Callable[[], Any]) -> None:
        self.events.append(Event(at, len(self.events), act))
        self.events.sort(key=lambda event: (event.at, event.place))

    def _meet_tenants(self) -> None:
        tenants = {
            each["id"]: Tenant(each["id"], each["name"], each["phones"][0], each["language"])
            for each in self.demo.owner.every("/v1/tenants?")
        }
        for lease in self.demo.owner.every("/v1/leases?status=active"):
            self.lived.by_lease[lease["id"]] = tenants[lease["tenant_id"]]
            self.units[lease["tenant_id"]] = lease["unit_name"]
        self.lived.tenants = list({tenant.id: tenant for tenant in self.lived.by_lease.values()}.values())

    def _plan_payments(self) -> None:
        """Have everybody pay as they use to, once the month is billed: at any time of day and of the evening."""
        self.demo.add_billed(MONTH)
        for day, lease, amount_cents in self.demo.paid(MONTH):
            at = _local(day.day, 7 + lease.place * 5 % 16, lease.place * 7 % 60)
            if at > self.world.clock.at and self.lived.by_lease[lease.id] is not self.lived.cast.promising:
                self._at(at, lambda lease=lease, day=day, cents=amount_cents: self._pay(lease, day, cents))  # type: ignore[misc]

    def _pay(self, lease: DemoLease, day: dt.date, amount_cents: int) -> None:
        self.demo.pay(lease, day, amount_cents)
        self.lived.paid.append((self.world.clock.at, self.lived.by_lease[lease.id], money.format_cents(amount_cents)))

    def _gather(self) -> None:
        owner = self.demo.owner
        self.lived.received = self.world.provider.store.received()
        self.lived.messages = list(owner.every("/v1/messages?"))
        self.lived.requests = list(owner.every("/v1/maintenance-requests?"))
        with self.world.resources.reading() as db:
            # The platform's own messages are listed for no landlord.
            messages = messaging.list_messages(context(db, PLATFORM), PageRequest(limit=MAX_PAGE_ITEMS)).items
            self.lived.messages += [serialize(MessageView(), each) for each in messages]
            query = select(reminders.c.invoice_id, reminders.c.step, reminders.c.message_id)
            self.lived.reminders = [(row[0], row[1], str(row[2])) for row in db.execute(query)]
        self.lived.left = self.world.left()
        self.lived.proof_holds = owner.get("/v1/ledger/proof")["holds"]


def simulate(
    path: Path, days: int = 31, *, then: Callable[[moved.Simulation, MonthResult], None] | None = None
) -> MonthResult:
    """Live through the first ``days`` of December in the new folder ``path``; call ``then`` while the phones answer."""
    home, clock = Home(path), ManualClock(_local(1) - dt.timedelta(hours=8))
    with moved.emulated() as aws, moved.settings(home, aws):
        seeded = demo.seed(home.database, aws, clock)
        with moved.running(home, aws, clock) as world:
            lived = MonthSimulation(seeded, world).live(days)
            if then is not None:
                then(world, lived)
    return lived


def _local(day: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    """Return the moment of that day of the month in Nairobi."""
    at = dt.datetime(MONTH.year, MONTH.month, day, hour, minute, tzinfo=LIVES_IN)
    return at.astimezone(dt.UTC)


def _stay(world: moved.Simulation, lived: MonthResult) -> None:
    stopped = processes.on_stop_signal()
    print(f"\nThe phones: {world.phone_url} (Ctrl-C ends this)", flush=True)
    stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.month", description="Live through a month of the demo.")
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--stay", action="store_true", help="keep the phones' page open")
    arguments = parser.parse_args()

    def report(world: moved.Simulation, lived: MonthResult) -> None:
        print(table(lived), flush=True)
        if arguments.stay:
            _stay(world, lived)

    with tempfile.TemporaryDirectory() as folder:
        lived = simulate(Path(folder), arguments.days, then=report)
    wrong = find_problems(lived)
    print("\n".join(wrong) if wrong else "Nothing was wrong.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
