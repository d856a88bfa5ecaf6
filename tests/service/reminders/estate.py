"""A landlord who reminds: tenants with phones, invoices of any due day, and the task of a day worked by itself."""

import datetime as dt
import itertools
import uuid
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chalicelib import leasing, portfolio
from chalicelib.ids import new_id
from chalicelib.leasing.model import NewLease
from chalicelib.leasing.tenant_model import NewTenant
from chalicelib.messaging import rendering
from chalicelib.messaging.model import Message, RenderedText
from chalicelib.portfolio.model import NewUnit
from chalicelib.reminders import daily_run, jobs, policies
from chalicelib.reminders.model import REMINDER_KINDS
from chalicelib.storage.tables.messaging import messages
from chalicelib.storage.tables.reminders import reminders
from chalicelib.tasks import repository as task_repository
from chalicelib.tasks.model import Task
from tests.contexts import context
from tests.money import Money

_phones = itertools.count(uuid.uuid4().int % 10**7)


class Estate(Money):
    """Books on the day that the clock of their parts stands at."""

    def at_day(self, today: dt.date, hour: int = 10) -> None:
        """Put the books and the clock of their parts on ``today``, at ``hour`` in Nairobi."""
        self.today = today
        self.resources.clock.at = dt.datetime.combine(today, dt.time(hour - 3), dt.UTC)  # type: ignore[attr-defined]

    def tenant(self, given_name: str = "Wanjiru", *, phone: str | None = "new", language: str = "en") -> UUID:
        number = f"+2547{next(_phones) % 10**8:08d}" if phone == "new" else phone
        new = NewTenant(given_name, phones=[number] if number else [], language=language)
        return self.do(leasing.add_tenant, new, keys=self.resources.keys, now=self.now).id

    def let_to(self, tenant_id: UUID, unit: str | None = None, property_id: UUID | None = None, **terms: Any) -> UUID:
        """Let a new unit to the tenant from the first of the year on, and return the lease."""
        new = NewUnit(property_id or self.property_id, unit or uuid.uuid4().hex[:8], "apartment", 1)
        added = self.do(portfolio.add_unit, new, **self.at())
        usual: dict[str, Any] = {"tenants": [tenant_id], "starts_on": dt.date(2026, 1, 1), "rent_cents": 15_000_00}
        values = {**usual, **terms}
        values.setdefault("billed_from", values["starts_on"].replace(day=1))
        return self.do(leasing.add_lease, NewLease(added.id, **values), **self.at()).id

    def owe(self, lease_id: UUID, due_on: dt.date, cents: int = 15_000_00, **options: Any) -> UUID:
        """Issue an invoice, ten days before it is due unless it is said, and return it."""
        given = {"issued_on": due_on - dt.timedelta(days=10), "due_on": due_on, "period": due_on.replace(day=1)}
        return self.invoice(lease_id, ("rent", cents), **{**given, **options}).id

    def owing(self, due_on: dt.date, cents: int = 15_000_00, **of_tenant: Any) -> tuple[UUID, UUID]:
        """Let to a new tenant who owes an invoice; return the lease and the invoice."""
        lease_id = self.let_to(self.tenant(**of_tenant))
        return lease_id, self.owe(lease_id, due_on, cents)

    def policy(self, **values: Any) -> None:
        listed = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        self.do(policies.change_policy, None, {"enabled": True, **listed}, now=self.now)

    def claimed(self, task: Task) -> Task:
        """Hold the task as the worker that is to work it."""
        now = self.resources.clock.now()
        until = now + dt.timedelta(minutes=1)
        held = self.do(task_repository.claim_task, task.id, new_id(), now, until)
        assert held is not None
        return replace(held, clock=self.resources.clock.now)

    def remind(self, on: dt.date | None = None) -> dict[str, Any]:
        """Queue the reminders of the day, work their task here and now, and return its result."""
        task = self.do(daily_run.queue_reminders, on or self.today, now=self.resources.clock.now())
        return jobs.remind(self.resources, self.claimed(task))

    def messages(self, *kinds: str) -> list[Message]:
        """Return the messages of the kinds, reminders unless others are named, in the order in which they were made."""
        query = select(*(messages.c[name] for name in Message._fields))
        query = query.where(messages.c.organisation_id == self.organisation_id).order_by(messages.c.id)
        query = query.where(messages.c.kind.in_(kinds or REMINDER_KINDS))
        with self.resources.reading() as db:
            return [Message(**row._mapping) for row in db.execute(query)]

    def said(self) -> list[tuple[UUID, str]]:
        """Return each (invoice, step) that was said, in the order of the messages."""
        query = select(reminders.c.invoice_id, reminders.c.step).where(
            reminders.c.organisation_id == self.organisation_id
        )
        with self.resources.reading() as db:
            return [tuple(row) for row in db.execute(query.order_by(reminders.c.message_id, reminders.c.invoice_id))]

    def made(self) -> list[RenderedText]:
        """Return what each of the messages would say now."""
        waiting = self.messages()
        with self.resources.reading() as db:
            made = rendering.render_all(context(db, self.organisation_id, now=self.resources.clock.now()), waiting)
        return [made[message.id] for message in waiting]

    def texts(self) -> list[str | None]:
        return [each.text for each in self.made()]
