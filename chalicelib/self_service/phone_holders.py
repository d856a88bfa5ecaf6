"""The holder of a phone: leases claimed for the number by organisations, and those the holder confirmed."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import leasing
from chalicelib.leasing.tenant_model import CONFIRMED, UNCONFIRMED, PhoneLease, PhoneTenant
from chalicelib.self_service.lease_balances import merge_by_organisation


class ClaimedProperty(NamedTuple):
    """A property that an organisation claims the number for: all that is shown before confirmation."""

    tenant: PhoneTenant
    leases: list[PhoneLease]

    @property
    def reference(self) -> str:
        """Key stored in the session."""
        return f"{self.tenant.organisation_id.hex}.{self.leases[0].property_id.hex}"


class Holder(NamedTuple):
    """The holder of a number.

    ``claimed`` is what organisations entered, which proves nothing; ``tenants`` what the holder confirmed: one per
    organisation, with the leases of all tenants that share the phone there.
    """

    claimed: list[PhoneTenant]
    tenants: list[PhoneTenant]

    @property
    def is_claimed(self) -> bool:
        """Whether any organisation has a lease that the number serves."""
        return any(each.leases for each in self.claimed)

    @property
    def language(self) -> str:
        known = self.tenants or [each for each in self.claimed if each.leases] or self.claimed
        return known[0].language if known else "en"

    @property
    def only(self) -> PhoneTenant | None:
        """The tenant, if the holder confirmed leases of exactly one organisation; else None."""
        return self.tenants[0] if len(self.tenants) == 1 else None

    @property
    def unconfirmed(self) -> list[ClaimedProperty]:
        return self.entries(UNCONFIRMED)

    def entries(self, *states: str) -> list[ClaimedProperty]:
        """Return claims in one of ``states``, each organisation's first property before any second."""
        found: dict[tuple[UUID, UUID], ClaimedProperty] = {}
        for tenant in self.claimed:
            for lease in tenant.leases:
                if lease.state in states:
                    key = tenant.organisation_id, lease.property_id
                    found.setdefault(key, ClaimedProperty(tenant, [])).leases.append(lease)
        ranks: dict[UUID, int] = {}
        by_rank = []
        for (organisation_id, _), entry in found.items():
            ranks[organisation_id] = ranks.get(organisation_id, -1) + 1
            by_rank.append((ranks[organisation_id], entry))
        return [entry for _, entry in sorted(by_rank, key=lambda each: each[0])]

    def find_entry(self, reference: str, *states: str) -> ClaimedProperty | None:
        return next((each for each in self.entries(*states) if each.reference == reference), None)

    def find_lease(self, lease_id: str) -> tuple[PhoneTenant, PhoneLease] | None:
        """Return a confirmed lease by the hexadecimal id stored in the session."""
        offered = ((tenant, lease) for tenant in self.tenants for lease in tenant.leases)
        return next((each for each in offered if each[1].id.hex == lease_id), None)


def find_holder(db: Connection, phone: str, *, now: dt.datetime) -> Holder:
    """Return the holder of ``phone`` (E.164); one query."""
    claimed = leasing.list_leases_of_phone(db, phone, now=now)
    confirmed = (each._replace(leases=[lease for lease in each.leases if lease.state == CONFIRMED]) for each in claimed)
    return Holder(claimed, merge_by_organisation([each for each in confirmed if each.leases]))
