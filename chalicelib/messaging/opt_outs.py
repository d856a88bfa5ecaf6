"""Opt-outs: a phone's holder opts out of all organisations, a member enters one for theirs."""

import datetime as dt
from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import config
from chalicelib.errors import Conflict, NotFound
from chalicelib.messaging import opt_out_repository as repository
from chalicelib.messaging.model import SOURCE_MEMBER, OptOut
from chalicelib.messaging.suppression_rules import Suppressions
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context


class HasAddress(Protocol):
    @property
    def address(self) -> str | None: ...

    @property
    def lease_id(self) -> UUID | None: ...


def add_opt_out(ctx: Context, phone: str, *, source: str) -> OptOut:
    """Opt ``phone`` (E.164) out of the organisation's messages; idempotent.

    ``source``: one of ``model.OPT_OUT_SOURCES``. Queued messages are cancelled when due.
    """
    repository.add_opt_out(ctx.db, ctx.organisation_id, phone, source, ctx.now)
    return get_opt_out(ctx, phone)


def stop_messages(db: Connection, phone: str, *, source: str, now: dt.datetime) -> list[UUID]:
    """Opt ``phone`` out at its holder's request, and return the organisations that it is a tenant's of.

    It covers those, and any that enters the number later, until the holder sends START or confirms a lease there.
    """
    repository.add_stop(db, phone, source, now)
    organisations = repository.list_organisations_of_phone(db, phone, phone_cutoff_day(now.date()))
    for organisation_id in organisations:
        repository.add_opt_out(db, organisation_id, phone, source, now)
    return organisations


def start_messages(db: Connection, phone: str) -> None:
    """End every opt-out of ``phone`` at its holder's request, including those entered by members."""
    repository.remove_stop(db, phone)


def remove_opt_out(ctx: Context, phone: str) -> None:
    """Remove an opt-out of ``phone`` that a member entered.

    Raises:
        Conflict: the holder opted out; only they can undo it, by START.
        NotFound: it has not opted out.
    """
    found = get_opt_out(ctx, phone)
    if not repository.remove_opt_outs(ctx.db, ctx.organisation_id, [phone], source=SOURCE_MEMBER):
        raise Conflict(
            "The owner of the number opted out; only they can opt in again, by sending START.", source=found.source
        )


def get_opt_out(ctx: Context, phone: str) -> OptOut:
    found = repository.find_opt_out(ctx.db, ctx.organisation_id, phone)
    if found is None:
        raise NotFound("That number has not opted out.")
    return found


def find_suppressions(
    db: Connection, organisation_id: UUID, messages: Iterable[HasAddress], today: dt.date
) -> Suppressions:
    """Return the suppressions of ``messages`` on the organisation's day ``today``; at most a few thousand."""
    listed = list(messages)
    phones = {each.address for each in listed if each.address}
    leases = {each.lease_id for each in listed if each.lease_id is not None}
    return repository.find_suppressions(db, organisation_id, phones, leases, phone_cutoff_day(today))


def phone_cutoff_day(today: dt.date) -> dt.date:
    """Return the day: numbers of leases that ended before it are no longer trusted."""
    return today - dt.timedelta(days=config.phone_serves_days_after_lease())


def list_opt_outs(ctx: Context, page_request: PageRequest) -> Page[OptOut]:
    return repository.list_opt_outs(ctx.db, ctx.organisation_id, page_request)
