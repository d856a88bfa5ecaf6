"""A parsed rent roll: the records that it would create, and its problems. Nothing has been written anywhere.

Records refer to each other by their index in the tuples of ``RentRoll``, since ids are assigned at commit.
"""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

LAST_DUE_DAY = 31  # in a shorter month the last day stands for it
MAX_CELL_CHARACTERS = 2_000  # beyond any remark

Severity = Literal["error", "notice"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem to show to the landlord. ``value`` may be personal data: show it to the uploader, never log it.

    ``row`` is counted from 1, as in a spreadsheet; ``column`` is its letter and heading, as in
    "G (Tenant Name)". Both are None for a problem of the file. An error prevents the commit, a notice does not.
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
    """A unit; ``property_index`` is an index of ``RentRoll.properties``, ``rent_cents`` is for a month."""

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
    """All records that one sheet would create, and its problems. Rows with errors create nothing.

    ``columns`` are the labels of the sheet's columns by meaning, as in ``Problem.column``.
    """

    sheet_name: str
    properties: tuple[PropertyPlan, ...] = ()
    units: tuple[UnitPlan, ...] = ()
    tenants: tuple[TenantPlan, ...] = ()
    leases: tuple[LeasePlan, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)


def fingerprint(plan: RentRoll) -> str:
    """Return a digest of all records that the plan would create.

    The preview stores it and the commit compares it, since the commit parses the stored sheet again: what
    somebody agreed to and what is written are then the same, also if a release came in between.
    """
    records = asdict(plan)
    del records["problems"], records["columns"]
    return hashlib.sha256(json.dumps(records, sort_keys=True, default=str).encode()).hexdigest()
