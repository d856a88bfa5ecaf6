"""Anonymise messages when they are old, and when a tenant is erased. Their cost stays."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.messaging import opt_out_repository
from chalicelib.messaging import retention_repository as repository
from chalicelib.runtime.context import Context

RETENTION_DAYS = 90
BATCH_SIZE = 1000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def anonymise_old_texts(db: Connection, before: dt.datetime, limit: int = BATCH_SIZE) -> int:
    """Clear address, subject, text and input of rows with no news since ``before``; return how many rows.

    One batch, of all organisations, incoming SMS included; call again until it returns 0.
    """
    count = repository.anonymise_old_messages(db, before, _smallest_id(before), limit)
    count += repository.anonymise_old_incoming(db, before, limit)
    count += repository.purge_old_answers(db, before, limit)
    return count + repository.anonymise_old_deliveries(db, before, limit)


def _smallest_id(at: dt.datetime) -> UUID:
    """Return the least UUIDv7 created at ``at``: ids begin with their milliseconds since 1970."""
    return UUID(int=(at - _EPOCH) // dt.timedelta(milliseconds=1) << 80)


def anonymise_messages_of_tenant(ctx: Context, tenant_id: UUID, phones: Collection[str]) -> None:
    """Anonymise the messages to the tenant, who had ``phones``, and their incoming SMS; cancel what is queued.

    A number that another tenant also has stays opted out. SMS answered for this tenant alone are cleared whoever else
    has entered the number; SMS answered for no organisation stay if another one has it.
    """
    repository.anonymise_messages(ctx, tenant_id, phones, ctx.now)
    repository.anonymise_answered(ctx, tenant_id)
    shared_here = repository.list_shared_phones(ctx, tenant_id, phones, any_organisation=False)
    opt_out_repository.remove_opt_outs(ctx.db, ctx.organisation_id, sorted(set(phones) - shared_here))
    shared_anywhere = repository.list_shared_phones(ctx, tenant_id, phones, any_organisation=True)
    repository.anonymise_phones(ctx, sorted(set(phones) - shared_anywhere))
