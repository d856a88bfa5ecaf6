"""Who texts or dials, as far as it is known: what is claimed for the number, and what its holder confirmed of it."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import CONFIRMED, UNCONFIRMED, PhoneLease, PhoneTenant
from chalicelib.self_service.standing_service import merge_by_organisation


class ClaimedProperty(NamedTuple):
    """A property of an organisation that the number is claimed for: all that is shown before it is confirmed."""

    tenant: PhoneTenant
    leases: list[PhoneLease]

    @property
    def reference(self) -> str:
        """What a session keeps of it."""
        return f"{self.tenant.organisation_id.hex}.{self.leases[0].property_id.hex}"


class Holder(NamedTuple):
    """Whoever holds a number.

    ``claimed`` is what organisations entered it for, which proves nothing; ``tenants`` what the holder confirmed:
    one for each organisation, with the leases of all that share the phone there.
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
        """Who the holder is in the one organisation that they confirmed a place of; None for none or several."""
        return self.tenants[0] if len(self.tenants) == 1 else None

    @property
    def unconfirmed(self) -> list[ClaimedProperty]:
        return self.entries(UNCONFIRMED)

    def entries(self, *states: str) -> list[ClaimedProperty]:
        """Return what is claimed in one of ``states``, each organisation's first property before any's second."""
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
        """Return a confirmed lease by the hexadecimal id that a session keeps."""
        offered = ((tenant, lease) for tenant in self.tenants for lease in tenant.leases)
        return next((each for each in offered if each[1].id.hex == lease_id), None)


def find_holder(db: Connection, phone: str, *, now: dt.datetime) -> Holder:
    """Return what is known of whoever holds ``phone`` (E.164); one query."""
    claimed = leasing.list_leases_of_phone(db, phone, now=now)
    confirmed = (each._replace(leases=[lease for lease in each.leases if lease.state == CONFIRMED]) for each in claimed)
    return Holder(claimed, merge_by_organisation([each for each in confirmed if each.leases]))
