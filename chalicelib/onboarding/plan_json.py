"""A plan as plain data, on its way from the process that reads sheets to the one that asked."""

import datetime as dt
import json
from dataclasses import fields
from typing import Any

from chalicelib.onboarding.model import LeasePlan, Plan, Problem, PropertyPlan, RecurringCharge, TenantPlan, UnitPlan

_NAMES = {
    kind: tuple(each.name for each in fields(kind))
    for kind in (LeasePlan, Problem, PropertyPlan, RecurringCharge, TenantPlan, UnitPlan)
}


def serialize_plan(plan: Plan, fingerprint: str) -> bytes:
    told = {each.name: getattr(plan, each.name) for each in fields(plan)}
    return json.dumps({"plan": told, "fingerprint": fingerprint}, default=_plain).encode()


def parse_plan(told: bytes) -> tuple[Plan, str]:
    """Return the plan and its fingerprint as they were serialized.

    Raises:
        ValueError, KeyError, TypeError: it is nothing that ``serialize_plan`` has made.
    """
    answer = json.loads(told)
    plan = answer["plan"]
    return Plan(
        sheet_name=plan["sheet_name"],
        properties=tuple(PropertyPlan(*each) for each in plan["properties"]),
        units=tuple(UnitPlan(*each) for each in plan["units"]),
        tenants=tuple(_tenant(each) for each in plan["tenants"]),
        leases=tuple(_lease(each) for each in plan["leases"]),
        problems=tuple(Problem(*each) for each in plan["problems"]),
        columns=plan["columns"],
    ), answer["fingerprint"]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return [getattr(value, name) for name in _NAMES[type(value)]]


def _tenant(told: list[Any]) -> TenantPlan:
    values = dict(zip(_NAMES[TenantPlan], told, strict=True))
    return TenantPlan(**{**values, "phones": tuple(values["phones"])})


def _lease(told: list[Any]) -> LeasePlan:
    values = dict(zip(_NAMES[LeasePlan], told, strict=True))
    values["starts_on"] = dt.date.fromisoformat(values["starts_on"])
    values["ends_on"] = values["ends_on"] and dt.date.fromisoformat(values["ends_on"])
    values["charges"] = tuple(RecurringCharge(*each) for each in values["charges"])
    return LeasePlan(**values)
