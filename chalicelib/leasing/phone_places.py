"""Tenants and leases of a phone number, across organisations, and whether its holder confirmed them.

That an organisation entered a number proves nothing; only the holder of the phone decides, by SMS or USSD.
The caller (``self_service``) has locked the phone, so calls for one number do not overlap.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import config, messaging, organisations
from chalicelib.clock import day_of
from chalicelib.leasing import phone_place_repository as repository
from chalicelib.leasing.rules import lease_status, phone_still_serves
from chalicelib.leasing.tenant_model import CONFIRMED, DENIED, UNCONFIRMED, PhoneLease, PhoneTenant

PLACES_PER_PURGE = 200
DENIED_RETENTION = dt.timedelta(days=365)


def list_leases_of_phone(db: Connection, phone: str, *, now: dt.datetime) -> list[PhoneTenant]:
    """Return the tenants with ``phone`` (E.164), by organisation, each with the leases it serves; one query.

    A number serves a lease until ``PHONE_SERVES_DAYS_AFTER_LEASE`` days after its end: later it may belong to
    somebody else. Within an organisation, the tenant whose primary number it is comes first. Erased tenants are
    left out.
    """
    found: dict[tuple[Any, Any], PhoneTenant] = {}
    days_after = config.phone_serves_days_after_lease()
    for row in repository.list_leases_of_phone(db, phone):
        tenant = found.setdefault(
            (row.organisation_id, row.tenant_id),
            PhoneTenant(
                organisation_id=row.organisation_id,
                organisation_name=row.organisation_name,
                currency=row.currency,
                today=day_of(now, row.time_zone),
                tenant_id=row.tenant_id,
                language=row.language,
                leases=[],
            ),
        )
        if row.lease_id is not None:
            lease = _lease(row, tenant.today)
            if phone_still_serves(lease.status, row.ends_on or row.terminated_on, tenant.today, days_after):
                tenant.leases.append(lease)
    return list(found.values())


def confirm_places(db: Connection, phone: str, places: Iterable[PhoneLease], *, source: str, now: dt.datetime) -> None:
    """Record that the holder of ``phone`` confirmed the leases; repeating it only updates the time."""
    for place in places:
        repository.record_place_state(db, place.organisation_id, phone, place.id, CONFIRMED, source, now)


def deny_places(db: Connection, phone: str, places: Iterable[PhoneLease], *, source: str, now: dt.datetime) -> None:
    """Record that the holder of ``phone`` denied the leases, and cancel unsent messages to it about them.

    An organisation of which the phone has nothing confirmed sends it nothing any more.
    """
    by_organisation: dict[UUID, list[UUID]] = {}
    for place in places:
        repository.record_place_state(db, place.organisation_id, phone, place.id, DENIED, source, now)
        by_organisation.setdefault(place.organisation_id, []).append(place.id)
    for organisation_id, lease_ids in by_organisation.items():
        of = lease_ids if list_confirmed_phones(db, organisation_id, [phone]) else None
        ctx = organisations.system_context(db, organisation_id, now)
        messaging.cancel_messages_to_number(ctx, phone, of)


def list_confirmed_phones(db: Connection, organisation_id: UUID, phones: Collection[str]) -> set[str]:
    """Return those of ``phones`` (E.164) whose holder confirmed a lease of the organisation; one query.

    A confirmation is deleted with its subject: at once with the number or tenant, within the hour with the lease.
    """
    return repository.list_confirmed_phones(db, organisation_id, phones) if phones else set()


def purge_places(db: Connection, at: dt.datetime) -> int:
    """Delete confirmations of leases that no number serves any more, denials after a year; 0 if none is left."""
    ended_before = at.date() - dt.timedelta(days=config.phone_serves_days_after_lease())
    return repository.purge_places(db, ended_before, at - DENIED_RETENTION, PLACES_PER_PURGE)


def _lease(row: Any, today: dt.date) -> PhoneLease:
    return PhoneLease(
        organisation_id=row.organisation_id,
        id=row.lease_id,
        tenant_id=row.tenant_id,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        property_id=row.property_id,
        property_name=row.property_name,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        due_day=row.due_day,
        previous_id=row.previous_id,
        status=lease_status(row.starts_on, row.ends_on, row.terminated_on is not None, today),
        state=row.state or UNCONFIRMED,
    )
