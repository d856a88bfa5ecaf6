"""Taking an import back while nothing has been built on it."""

from typing import Any
from uuid import UUID

from chalicelib import billing, leasing, tasks
from chalicelib import payments as reversals
from chalicelib.errors import Conflict
from chalicelib.imports import model, repository, undo_repository
from chalicelib.imports.model import COMMITTED, UNDOING, UNDONE
from chalicelib.imports.preview import lock_import, set_status
from chalicelib.organisations import vault
from chalicelib.runtime.context import Context
from chalicelib.tasks.model import Task

UNDO_TASK = "undo_import"
REASON = "The import was undone"
DEPENDS_ON_IMPORT = "Other records depend on what the import created."

# Locked in this order; deleted in the other.
LOCKED = (model.UNIT, model.TENANT, model.LEASE)
DELETED = (model.LEASE, model.TENANT, model.UNIT, model.PROPERTY)


def queue_undo(ctx: Context, import_id: UUID) -> Task:
    """Queue the undoing of a committed import.

    Raises:
        Conflict: it is not committed, or something was built on it; ``built`` counts what.
    """
    found = lock_import(ctx, import_id)
    if found.status != COMMITTED:
        raise Conflict(f"Only a committed import can be undone; it is {found.status}.", import_status=found.status)
    _reject_dependents(ctx, import_id)
    given = {"import_id": str(import_id)}
    task = tasks.queue_task(ctx, UNDO_TASK, given, created_by=ctx.actor.member_id)
    set_status(ctx, found, UNDOING, task_id=task.id)
    return task


def undo_import(ctx: Context, task: Task) -> dict[str, Any]:
    """Take back all that the import made, and return the task's result. A second call finds it undone.

    Documents stay: opening balances are voided, opening credits and deposits reversed, each with its
    journal. Leases, tenants, units, properties and the keys of what was sealed are gone.

    Raises:
        Conflict: something was built on it meanwhile; ``built`` counts what.
        ClaimLost: another worker holds the task.
    """
    import_id = UUID(task.input["import_id"])
    tasks.save_progress(ctx.db, task, done=0)
    found = lock_import(ctx, import_id)
    if found.task_id != task.id or found.status not in (UNDOING, UNDONE):
        raise Conflict("The import no longer belongs to this task.", import_status=found.status)
    made: dict[str, list[UUID]] = {entity: [] for entity in model.ENTITIES}
    for item in repository.list_items(ctx, import_id):
        made[item.entity].append(item.entity_id)
    count = sum(map(len, made.values()))
    if found.status != UNDONE:
        for entity in LOCKED:
            undo_repository.lock_entities(ctx, entity, made[entity])
        _reject_dependents(ctx, import_id)
        _reverse(ctx, made)
        _delete(ctx, made)
        vault.destroy_key(ctx.db, ctx.organisation_id, import_id)
        set_status(ctx, found, UNDONE, problems_sealed=None, undone_at=ctx.now)
        tasks.save_progress(ctx.db, task, done=count, total=count)
    return {"import_id": str(import_id), "undone": count}


def _reject_dependents(ctx: Context, import_id: UUID) -> None:
    built = undo_repository.count_dependents(ctx, import_id)
    if built:
        raise Conflict("Other records now depend on this import; it can no longer be undone.", built=built)


def _reverse(ctx: Context, made: dict[str, list[UUID]]) -> None:
    for payment_id in made[model.PAYMENT]:
        reversals.reverse_payment(ctx, payment_id, reason=REASON)
    for entry_id in made[model.DEPOSIT_ENTRY]:
        leasing.reverse_deposit_entry(ctx, entry_id, reason=REASON, on=ctx.today)
    for invoice_id in made[model.INVOICE]:
        billing.record_void(ctx, invoice_id)


def _delete(ctx: Context, made: dict[str, list[UUID]]) -> None:
    for entity in DELETED:
        if not undo_repository.delete_entities(ctx, entity, made[entity]):
            raise Conflict(DEPENDS_ON_IMPORT, entity=entity)
    for tenant_id in made[model.TENANT]:
        vault.destroy_key(ctx.db, ctx.organisation_id, tenant_id)
