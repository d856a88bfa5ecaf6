"""SQL of taking an import back: what has been built on it, and deleting what it made.

What was made is asked for by its ids, in parts, since a subquery in a DELETE makes older
servers walk through the whole organisation.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Table, delete, func, select
from sqlalchemy.exc import IntegrityError

from chalicelib.imports import model
from chalicelib.imports.repository import chunks
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import charges, credit_notes, invoices
from chalicelib.storage.tables.imports import import_items
from chalicelib.storage.tables.leasing import (
    deposit_entries,
    deposit_terms,
    lease_rents,
    lease_tenants,
    leases,
    recurring_charges,
    tenant_phones,
    tenants,
)
from chalicelib.storage.tables.organisations import member_properties
from chalicelib.storage.tables.payments import allocations, payments, refunds
from chalicelib.storage.tables.portfolio import properties, units

# In the order of locks, and of the tables whose rows go with each when it is deleted.
_TABLES: dict[str, Table] = {
    model.UNIT: units,
    model.TENANT: tenants,
    model.LEASE: leases,
    model.PROPERTY: properties,
}
_PARTS_OF: dict[str, tuple[ColumnElement[Any], ...]] = {
    model.LEASE: (
        lease_tenants.c.lease_id,
        lease_rents.c.lease_id,
        recurring_charges.c.lease_id,
        deposit_terms.c.lease_id,
    ),
    model.TENANT: (tenant_phones.c.tenant_id,),
}


def lock_entities(ctx: Context, entity: str, ids: Collection[UUID]) -> int:
    """Hold the units, tenants, leases or properties, by id, until the commit; return how many are there."""
    table = _TABLES[entity]
    held = 0
    for part in chunks(sorted(ids)):
        query = select(table.c.id).where(table.c.organisation_id == ctx.organisation_id, table.c.id.in_(part))
        held += len(ctx.db.execute(query.order_by(table.c.id).with_for_update()).all())
    return held


def delete_entities(ctx: Context, entity: str, ids: Sequence[UUID]) -> bool:
    """Delete them and what is part of them; return False where something else depends on one of them."""
    table = _TABLES[entity]
    columns: tuple[ColumnElement[Any], ...] = (*_PARTS_OF.get(entity, ()), table.c.id)
    try:
        with ctx.db.begin_nested():
            for column in columns:
                for part in chunks(ids):
                    owner: Table = column.table
                    ctx.db.execute(
                        delete(owner).where(owner.c.organisation_id == ctx.organisation_id, column.in_(part))
                    )
    except IntegrityError:
        return False
    return True


def count_dependents(ctx: Context, import_id: UUID) -> dict[str, int]:
    """Return how many of each thing somebody has made of, or changed in, what the import made; nothing: {}."""
    ours = {entity: _imported_ids(ctx.organisation_id, import_id, entity) for entity in model.ENTITIES}
    counted = {
        name: ctx.db.scalar(query.where(table.c.organisation_id == ctx.organisation_id)) or 0
        for name, table, query in (*_count_documents(ours), *_count_lettings(ours), *_count_changes(ours))
    }
    return {name: count for name, count in counted.items() if count}


def _imported_ids(organisation_id: UUID, import_id: UUID, entity: str) -> ScalarSelect[Any]:
    return (
        select(import_items.c.entity_id)
        .where(
            import_items.c.organisation_id == organisation_id,
            import_items.c.import_id == import_id,
            import_items.c.entity == entity,
        )
        .scalar_subquery()
    )


def _count(table: Table, *conditions: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table).where(*conditions)


def _count_documents(ours: dict[str, Any]) -> list[tuple[str, Table, Any]]:
    found: list[tuple[str, Table, Any]] = [
        (name, table, _count(table, table.c.lease_id.in_(ours[model.LEASE])))
        for name, table in (
            ("allocations", allocations),
            ("charges", charges),
            ("credit_notes", credit_notes),
            ("refunds", refunds),
        )
    ]
    for name, table, entity in (
        ("invoices", invoices, model.INVOICE),
        ("payments", payments, model.PAYMENT),
        ("deposit_entries", deposit_entries, model.DEPOSIT_ENTRY),
    ):
        others = _count(table, table.c.lease_id.in_(ours[model.LEASE]), table.c.id.not_in(ours[entity]))
        found.append((name, table, others))
    return found


def _count_lettings(ours: dict[str, Any]) -> list[tuple[str, Table, Any]]:
    mine = ours[model.LEASE]
    return [
        ("leases", leases, _count(leases, leases.c.unit_id.in_(ours[model.UNIT]), leases.c.id.not_in(mine))),
        (
            "tenants_elsewhere",
            lease_tenants,
            _count(
                lease_tenants, lease_tenants.c.tenant_id.in_(ours[model.TENANT]), lease_tenants.c.lease_id.not_in(mine)
            ),
        ),
        (
            "units",
            units,
            _count(units, units.c.property_id.in_(ours[model.PROPERTY]), units.c.id.not_in(ours[model.UNIT])),
        ),
        (
            "members_of_properties",
            member_properties,
            _count(member_properties, member_properties.c.property_id.in_(ours[model.PROPERTY])),
        ),
    ]


def _count_changes(ours: dict[str, Any]) -> list[tuple[str, Table, Any]]:
    charged = recurring_charges
    found: list[tuple[str, Table, Any]] = [
        (f"{name}_changed", table, _count(table, table.c.id.in_(ours[entity]), table.c.version != 1))
        for name, table, entity in (
            ("properties", properties, model.PROPERTY),
            ("units", units, model.UNIT),
            ("tenants", tenants, model.TENANT),
            ("leases", leases, model.LEASE),
            ("opening_balances", invoices, model.INVOICE),
            ("opening_credits", payments, model.PAYMENT),
        )
    ]
    touched = (charged.c.version != 1) | charged.c.id.not_in(ours[model.RECURRING_CHARGE])
    found.append(("recurring_charges", charged, _count(charged, charged.c.lease_id.in_(ours[model.LEASE]), touched)))
    return found
