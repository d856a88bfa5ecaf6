"""Forgetting what was told to whom: when it is old, and when a tenant is erased. What it cost stays."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.messaging import forgetting_repository as repository
from chalicelib.messaging import opt_out_repository
from chalicelib.runtime.context import Context

KEPT_DAYS = 90
AT_ONCE = 1000
_BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def clear_texts(db: Connection, before: dt.datetime, at_once: int = AT_ONCE) -> int:
    """Clear address, subject, text and input of what was last heard of before ``before``; return how many rows.

    It does one set, of all organisations, and of what phones sent too; ask again until it returns 0.
    """
    cleared = repository.clear_old_messages(db, before, _first_id(before), at_once)
    cleared += repository.clear_old_incoming(db, before, at_once)
    cleared += repository.clear_old_answers(db, before, at_once)
    return cleared + repository.clear_old_deliveries(db, before, at_once)


def _first_id(at: dt.datetime) -> UUID:
    """Return the least id that is made at ``at``: ids begin with their milliseconds since 1970."""
    return UUID(int=(at - _BEGINNING) // dt.timedelta(milliseconds=1) << 80)


def forget_tenant(ctx: Context, tenant_id: UUID, phones: Collection[str]) -> None:
    """Forget what was told to the tenant, who had ``phones``, and what they sent; cancel what still waits.

    A number that another tenant has as well stays opted out. What was answered for this tenant alone is forgotten
    whoever else has entered the number; what was answered for nobody stays where somebody has.
    """
    repository.forget_messages(ctx, tenant_id, phones, ctx.now)
    repository.forget_answered(ctx, tenant_id)
    ours = repository.phones_of_others(ctx, tenant_id, phones, anywhere=False)
    opt_out_repository.remove_opt_outs(ctx.db, ctx.organisation_id, sorted(set(phones) - ours))
    known = repository.phones_of_others(ctx, tenant_id, phones, anywhere=True)
    repository.forget_phones(ctx, sorted(set(phones) - known))
