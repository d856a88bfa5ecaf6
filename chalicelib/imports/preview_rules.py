"""What a plan comes to, and where it meets what is here already."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from chalicelib.imports.model import ExistingRecords
from chalicelib.rent_roll.model import Problem, RentRoll


def find_conflicts(plan: RentRoll, known: ExistingRecords) -> list[Problem]:
    """Return a problem for everything in the plan that the organisation has already, by row.

    A property is not made twice: its units are added to it. A unit that exists is an error, since two
    rent rolls would disagree on it. A tenant may rent twice, so a known phone is told and no more.
    """
    found = []
    for place in sorted(known.properties):
        planned = plan.properties[place]
        message = f"{planned.name} is here already: its units are added to it, and it stays as it is"
        found.append(Problem("notice", "property_known", message, planned.row, plan.columns.get("property")))
    for place in sorted(known.units):
        unit = plan.units[place]
        message = f"{plan.properties[unit.property_index].name} has this unit already; take the row out"
        found.append(Problem("error", "unit_known", message, unit.row, plan.columns.get("unit"), unit.name))
    for place in sorted(known.tenants):
        tenant = plan.tenants[place]
        message = "a tenant with this phone is here already; another one is made"
        value = " / ".join(tenant.phones) or None
        found.append(Problem("notice", "phone_known", message, tenant.row, plan.columns.get("phone"), value))
    return found


def sort_by_row(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems from the top of the sheet to its end, those of the file first."""
    return sorted(problems, key=lambda problem: problem.row or 0)


def summarise(plan: RentRoll, problems: Sequence[Problem], known: ExistingRecords) -> dict[str, Any]:
    """Return the counts and sums (cents) of what the plan would make, of JSON types.

    ``rent_cents`` is a month's of the units that are let, ``asked_cents`` of those that are vacant;
    ``charge_cents`` what is charged every month beside the rent. Rows in error are in none of it.
    """
    units = Counter(unit.property_index for unit in plan.units)
    let = {lease.unit_index for lease in plan.leases}
    balances = [lease.opening_balance_cents for lease in plan.leases]
    severities = Counter(problem.severity for problem in problems)
    return {
        "sheet": plan.sheet_name,
        "errors": severities["error"],
        "notices": severities["notice"],
        "properties": [
            {"name": each.name, "town": each.town, "units": units[place], "known": place in known.properties}
            for place, each in enumerate(plan.properties)
        ],
        "units": len(plan.units),
        "vacant_units": len(plan.units) - len(let),
        "tenants": len(plan.tenants),
        "leases": len(plan.leases),
        "rent_cents": sum(lease.rent_cents for lease in plan.leases),
        "asked_cents": sum(unit.rent_cents for place, unit in enumerate(plan.units) if place not in let),
        "charge_cents": sum(charge.amount_cents for lease in plan.leases for charge in lease.charges),
        "deposit_cents": sum(lease.deposit_cents for lease in plan.leases),
        "opening_balance_cents": sum(cents for cents in balances if cents > 0),
        "opening_credit_cents": -sum(cents for cents in balances if cents < 0),
    }
