"""How the leases of a phone stand: those that run, and of others those that owe or are owed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.commands import rules
from chalicelib.leasing.model import PhoneLease, PhoneTenant
from chalicelib.payments import service as payments
from chalicelib.payments.balance_model import Balance
from chalicelib.runtime.context import Context

RUNNING = "active"
ENDED = "ended"


class Standing(NamedTuple):
    """A lease and its balance; ``next_due_on`` is of the first month that is not billed yet."""

    lease: PhoneLease
    balance: Balance
    next_due_on: dt.date | None


def by_organisation(tenants: Sequence[PhoneTenant]) -> list[PhoneTenant]:
    """Return one for each organisation, with the leases of all that share the phone there, each once.

    The first of them stands for the others: a household has one phone, and one language.
    """
    found: dict[UUID, PhoneTenant] = {}
    for each in tenants:
        first = found.setdefault(each.organisation_id, each._replace(leases=[]))
        known = {lease.id for lease in first.leases}
        first.leases.extend(lease for lease in each.leases if lease.id not in known)
    return list(found.values())


def running(tenant: PhoneTenant) -> list[PhoneLease]:
    """Return the leases that run today, the first that began first."""
    return [each for each in tenant.leases if each.status == RUNNING]


def list_standings(db: Connection, tenant: PhoneTenant, *, now: dt.datetime) -> list[Standing]:
    """Return what is worth telling of the tenant's leases, running ones first; three queries.

    Credit of a lease that another carries on is told with that: it is what it pays (decision 0007).
    """
    ctx = Context.for_system(db, tenant.organisation_id, now=now, today=tenant.today)
    balances = payments.list_balances(ctx, [each.id for each in tenant.leases])
    credits = _carried(tenant.leases, {each: balance.credit_cents for each, balance in balances.items()})
    standings = []
    for lease in tenant.leases:
        balance = balances[lease.id]._replace(credit_cents=credits[lease.id])
        if lease.status == RUNNING or balance.owed_cents or balance.credit_cents:
            due_on = rules.next_due_on(
                lease.due_day, lease.starts_on, lease.ends_on, balance.billed_through, tenant.today
            )
            standings.append(Standing(lease, balance, due_on))
    return sorted(standings, key=lambda each: (each.lease.status != RUNNING, each.lease.status == ENDED))


def _carried(leases: Sequence[PhoneLease], credits: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return the credit of each lease once that of those which ended has gone on to those that carry them on."""
    moved = dict(credits)
    followed = {each.previous_id: each.id for each in leases if each.previous_id is not None}
    for each in sorted(leases, key=lambda lease: lease.starts_on):  # so that it goes on as far as there are leases
        follower = followed.get(each.id)
        if each.status == ENDED and follower is not None:
            cents, moved[each.id] = moved[each.id], 0
            moved[follower] += cents
    return moved
