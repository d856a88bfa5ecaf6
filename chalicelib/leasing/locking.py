"""Lock leases, units and tenants until the transaction ends, and read the terms that leases are billed by.

Locks are acquired in this order: unit, tenants by id, leases by id.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from chalicelib import portfolio
from chalicelib.errors import STALE_VERSION, Invalid, NotFound, PreconditionFailed
from chalicelib.leasing import lease_repository, rent_repository, tenant_repository
from chalicelib.leasing.model import LeaseTerms
from chalicelib.periods import last_day
from chalicelib.runtime.context import Context

NO_SUCH_LEASE = "There is no such lease."


def lock_lease(ctx: Context, lease_id: UUID) -> None:
    """Lock the lease until the transaction ends, so that use cases change its money one at a time.

    Raises:
        NotFound: the organisation has no such lease.
    """
    lock_lease_row(ctx, lease_id, None)


def lock_leases(ctx: Context, ids: Iterable[UUID]) -> None:
    """Lock several leases, in the order of their ids.

    Raises:
        NotFound: one of them is not the organisation's.
    """
    wanted = set(ids)
    if len(lease_repository.lock_leases(ctx, wanted)) != len(wanted):
        raise NotFound(NO_SUCH_LEASE)


def get_predecessors(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return the predecessors of each lease, by id, the nearest first; a lease without any is left out.

    One query in all if none has a predecessor, and one more for each generation.
    """
    asked = set(ids)
    before: dict[UUID, UUID] = {}
    seen: set[UUID] = set()
    unread = asked
    while unread:
        found = lease_repository.previous_lease_ids(ctx, unread)
        before |= found
        seen |= unread
        unread = set(found.values()) - seen
    chains: dict[UUID, list[UUID]] = {}
    for lease_id in asked & before.keys():
        chain = [before[lease_id]]
        while chain[-1] in before:
            chain.append(before[chain[-1]])
        chains[lease_id] = chain
    return chains


def get_chain(ctx: Context, ids: Iterable[UUID]) -> set[UUID]:
    """Return the leases with all that they follow and that follow them; two queries, and two for each generation."""
    found: set[UUID] = set()
    unread = set(ids)
    while unread:
        found |= unread
        before = lease_repository.previous_lease_ids(ctx, unread)
        after = lease_repository.following_lease_ids(ctx, unread)
        unread = {*before.values(), *after} - found
    return found


def lock_lease_chains(ctx: Context, ids: Iterable[UUID]) -> None:
    """Lock the leases and their predecessors, all in the order of their ids, because they share their credit.

    Raises:
        NotFound: one of them is not the organisation's.
    """
    wanted = set(ids)
    chains = get_predecessors(ctx, wanted)
    lock_leases(ctx, wanted.union(*chains.values()))


def lock_leases_to_bill(
    ctx: Context, period: dt.date, *, after: UUID | None, limit: int, among: Collection[UUID] | None = None
) -> list[LeaseTerms]:
    """Return the next ``limit`` leases by id with a day in ``period`` (its first day), locked; three queries.

    Those that the books bill only later are left out, and those not ``among`` the named ones (None: all).
    """
    return rent_repository.lock_terms_in_span(ctx, period, last_day(period), after=after, limit=limit, among=among)


def list_terms(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, LeaseTerms]:
    """Return the terms of the leases by id; nothing is locked."""
    return {terms.id: terms for terms in rent_repository.list_terms(ctx, lease_ids)}


def list_earlier_terms(ctx: Context, following: Iterable[LeaseTerms], period: dt.date) -> dict[UUID, list[LeaseTerms]]:
    """Return by lease the terms of those that it follows and that have a day of the month too, the first one first.

    No query unless a lease that follows another begins within the month, after its first day.
    """
    asked = [terms.id for terms in following if terms.previous_id is not None and terms.starts_on > period]
    chains = get_predecessors(ctx, asked) if asked else {}
    known = list_terms(ctx, {each for chain in chains.values() for each in chain}) if chains else {}
    return {
        lease_id: [
            known[each]
            for each in reversed(chain)
            if each in known and (known[each].ends_on or last_day(period)) >= max(period, known[each].starts_on)
        ]
        for lease_id, chain in chains.items()
    }


def lock_lease_terms(ctx: Context, lease_id: UUID) -> LeaseTerms:
    """Lock the lease and return its terms, with all its rents and recurring charges."""
    found = rent_repository.lock_terms(ctx, lease_id)
    if found is None:
        raise NotFound(NO_SUCH_LEASE)
    return found


def lock_lease_row(ctx: Context, lease_id: UUID, version: int | None) -> Any:
    """Lock the lease and return its row.

    Raises:
        NotFound: the organisation has no such lease.
        PreconditionFailed: it is no longer at ``version`` (None: any).
    """
    rows = lease_repository.lock_leases(ctx, [lease_id])
    if not rows:
        raise NotFound(NO_SUCH_LEASE)
    if version is not None and rows[0].version != version:
        raise PreconditionFailed(STALE_VERSION)
    return rows[0]


def lock_named_unit(ctx: Context, unit_id: UUID) -> UUID:
    """Lock the unit named in a request and return its property's id."""
    try:
        return portfolio.lock_unit(ctx, unit_id)
    except NotFound as error:
        raise Invalid([("unit_id", "the organisation has no such unit")]) from error


def lock_tenants(ctx: Context, ids: Sequence[UUID]) -> None:
    """Lock the tenants, so that none is erased until the transaction ends."""
    if not ids or len(set(ids)) != len(ids):
        raise Invalid([("tenants", "expected each tenant once, and at least one")])
    known = tenant_repository.lock_tenants(ctx, ids)
    why = "the organisation has no such tenant"
    wrong = [(f"tenants.{index}", why) for index, each in enumerate(ids) if each not in known]
    if wrong:
        raise Invalid(wrong)
