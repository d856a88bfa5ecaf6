"""Lease balances of a phone: active leases, and ended ones with a balance."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import payments
from chalicelib.leasing.tenant_model import PhoneLease, PhoneTenant
from chalicelib.payments.model import LeaseBalance
from chalicelib.runtime.context import Context
from chalicelib.self_service import parsing_rules

ACTIVE = "active"
ENDED = "ended"


class PhoneLeaseBalance(NamedTuple):
    """A lease and its balance; ``next_due_on`` is that of the first unbilled month."""

    lease: PhoneLease
    balance: LeaseBalance
    next_due_on: dt.date | None


def merge_by_organisation(tenants: Sequence[PhoneTenant]) -> list[PhoneTenant]:
    """Return one tenant per organisation, with the leases of all that share the phone there, each once.

    The first tenant represents the others: a household has one phone, and one language.
    """
    found: dict[UUID, PhoneTenant] = {}
    for each in tenants:
        first = found.setdefault(each.organisation_id, each._replace(leases=[]))
        known = {lease.id for lease in first.leases}
        first.leases.extend(lease for lease in each.leases if lease.id not in known)
    return list(found.values())


def list_active_leases(tenant: PhoneTenant) -> list[PhoneLease]:
    """Return the leases active today, earliest start first."""
    return [each for each in tenant.leases if each.status == ACTIVE]


def list_lease_balances(db: Connection, tenant: PhoneTenant, *, now: dt.datetime) -> list[PhoneLeaseBalance]:
    """Return the tenant's relevant leases with balances, active ones first; three queries.

    Credit of a renewed lease is shown with its successor, which it pays for (decision 0007).
    """
    ctx = Context.for_system(db, tenant.organisation_id, now=now, today=tenant.today)
    balances = payments.list_balances(ctx, [each.id for each in tenant.leases])
    credits = _carry_credit_forward(tenant.leases, {each: balance.credit_cents for each, balance in balances.items()})
    lease_balances = []
    for lease in tenant.leases:
        balance = balances[lease.id]._replace(credit_cents=credits[lease.id])
        if lease.status == ACTIVE or balance.owed_cents or balance.credit_cents:
            due_on = parsing_rules.next_due_on(
                lease.due_day, lease.starts_on, lease.ends_on, balance.billed_through, tenant.today
            )
            lease_balances.append(PhoneLeaseBalance(lease, balance, due_on))
    return sorted(lease_balances, key=lambda each: (each.lease.status != ACTIVE, each.lease.status == ENDED))


def _carry_credit_forward(leases: Sequence[PhoneLease], credits: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return each lease's credit after that of ended leases has passed to their successors."""
    carried = dict(credits)
    successors = {each.previous_id: each.id for each in leases if each.previous_id is not None}
    for each in sorted(leases, key=lambda lease: lease.starts_on):  # in order, so that it passes down the whole chain
        successor = successors.get(each.id)
        if each.status == ENDED and successor is not None:
            cents, carried[each.id] = carried[each.id], 0
            carried[successor] += cents
    return carried
