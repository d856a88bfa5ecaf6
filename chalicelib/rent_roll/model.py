"""What a sheet would make, and what is wrong with it. Nothing here has been written anywhere.

Rows refer to each other by place in the plan's tuples, since ids are given at commit.
"""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

LAST_DUE_DAY = 28  # the last that every month has
MAX_CELL_CHARACTERS = 2_000  # beyond any remark

Severity = Literal["error", "notice"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to tell the landlord. ``value`` may be personal data: show it to the uploader, never log it.

    ``row`` counts as the spreadsheet program does, from 1; ``column`` is its letter and heading, as in
    "G (Tenant Name)". Both are None for what concerns the file. An error forbids the commit, a notice does not.
    """

    severity: Severity
    code: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RecurringCharge:
    """A sum owed every month beside the rent, in cents."""

    charge_type: str
    description: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class PropertyPlan:
    name: str
    town: str
    water_rate_cents: int | None  # of a cubic metre
    row: int


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit; ``property_index`` is its place in ``Plan.properties``, ``rent_cents`` what is asked for a month."""

    property_index: int
    name: str
    type: str
    bedrooms: int
    rent_cents: int
    note: str
    row: int


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """A tenant, named in one row or more; the first phone is called first, and there may be none."""

    given_name: str
    middle_name: str
    family_name: str
    phones: tuple[str, ...]
    identity_kind: str | None
    identity_number: str | None = field(repr=False)
    email: str | None
    kra_pin: str | None
    kin_name: str
    kin_phone: str | None
    row: int


@dataclass(frozen=True, slots=True)
class LeasePlan:
    """A running lease: a negative ``opening_balance_cents`` is a credit, ``ends_on`` the last day, included."""

    unit_index: int
    tenant_index: int
    starts_on: dt.date
    ends_on: dt.date | None
    due_day: int
    rent_cents: int
    deposit_cents: int
    opening_balance_cents: int
    charges: tuple[RecurringCharge, ...]
    note: str
    row: int


@dataclass(frozen=True, slots=True)
class RentRoll:
    """All that one sheet would make, and every problem found on the way. Rows in error make nothing.

    ``columns`` names the sheet's columns by their meaning, as ``Problem.column`` does; those that it has.
    """

    sheet_name: str
    properties: tuple[PropertyPlan, ...] = ()
    units: tuple[UnitPlan, ...] = ()
    tenants: tuple[TenantPlan, ...] = ()
    leases: tuple[LeasePlan, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)


def fingerprint(plan: RentRoll) -> str:
    """Return a digest of all that the plan would make.

    Preview keeps it and commit compares it, since commit reads the stored sheet anew: what a person
    agreed to and what is written are then the same, also when a release came in between.
    """
    made = asdict(plan)
    del made["problems"], made["columns"]
    return hashlib.sha256(json.dumps(made, sort_keys=True, default=str).encode()).hexdigest()
