"""Whom a phone belongs to, and what they rent, in whichever organisations."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.leasing import phone_repository
from chalicelib.leasing.model import PhoneLease, PhoneTenant
from chalicelib.leasing.rules import lease_status


def list_leases_of_phone(db: Connection, phone: str, *, now: dt.datetime) -> list[PhoneTenant]:
    """Return the tenants with ``phone`` (E.164), by organisation, each with their leases; one query.

    In an organisation the one whose first number it is comes first. Nobody who was erased is found.
    """
    found: dict[tuple[Any, Any], PhoneTenant] = {}
    for row in phone_repository.list_leases_of_phone(db, phone):
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
            tenant.leases.append(_lease(row, tenant.today))
    return list(found.values())


def _lease(row: Any, today: dt.date) -> PhoneLease:
    return PhoneLease(
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
    )
