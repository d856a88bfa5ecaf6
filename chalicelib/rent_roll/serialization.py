"""Serialize a ``RentRoll``, to pass it from the subprocess that parses it to its caller."""

import datetime as dt
import json
from dataclasses import fields
from typing import Any

from chalicelib.rent_roll.model import LeasePlan, Problem, PropertyPlan, RecurringCharge, RentRoll, TenantPlan, UnitPlan

_NAMES = {
    kind: tuple(each.name for each in fields(kind))
    for kind in (LeasePlan, Problem, PropertyPlan, RecurringCharge, TenantPlan, UnitPlan)
}


def serialize_rent_roll(plan: RentRoll, fingerprint: str) -> bytes:
    data = {each.name: getattr(plan, each.name) for each in fields(plan)}
    return json.dumps({"plan": data, "fingerprint": fingerprint}, default=_to_json).encode()


def deserialize_rent_roll(data: bytes) -> tuple[RentRoll, str]:
    """Return the plan and its fingerprint as they were serialized.

    Raises:
        ValueError, KeyError, TypeError: it is nothing that ``serialize_rent_roll`` has made.
    """
    answer = json.loads(data)
    plan = answer["plan"]
    return RentRoll(
        sheet_name=plan["sheet_name"],
        properties=tuple(PropertyPlan(*each) for each in plan["properties"]),
        units=tuple(UnitPlan(*each) for each in plan["units"]),
        tenants=tuple(_tenant(each) for each in plan["tenants"]),
        leases=tuple(_lease(each) for each in plan["leases"]),
        problems=tuple(Problem(*each) for each in plan["problems"]),
        columns=plan["columns"],
    ), answer["fingerprint"]


def _to_json(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return [getattr(value, name) for name in _NAMES[type(value)]]


def _tenant(data: list[Any]) -> TenantPlan:
    values = dict(zip(_NAMES[TenantPlan], data, strict=True))
    return TenantPlan(**{**values, "phones": tuple(values["phones"])})


def _lease(data: list[Any]) -> LeasePlan:
    values = dict(zip(_NAMES[LeasePlan], data, strict=True))
    values["starts_on"] = dt.date.fromisoformat(values["starts_on"])
    values["ends_on"] = values["ends_on"] and dt.date.fromisoformat(values["ends_on"])
    values["charges"] = tuple(RecurringCharge(*each) for each in values["charges"])
    return LeasePlan(**values)
