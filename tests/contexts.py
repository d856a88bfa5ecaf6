"""Contexts for tests that call use cases without an entrance."""

import datetime as dt
from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.clock import NAIROBI, day_of
from chalicelib.runtime.context import Actor, Context

Answer = TypeVar("Answer")

NOON = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)  # in Nairobi


ACTING = frozenset({"now", "today", "member_id", "role", "within"})  # what ``context`` takes besides whose it is


def takes_context(use_case: Callable[..., object]) -> bool:
    """Return whether the first parameter is the context; what serves several organisations takes a connection."""
    return next(iter(signature(use_case).parameters), "") == "ctx"


def perform(
    use_case: Callable[..., Answer],
    db: Connection,
    organisation_id: UUID,
    *values: Any,
    moment: dict[str, Any],
    **options: Any,
) -> Answer:
    """Call a use case for an organisation; of ``options``, those that say who acts and when make its context.

    ``moment`` is the "now" and "today" of a context for which the options say none.
    """
    if not takes_context(use_case):
        return use_case(db, organisation_id, *values, **options)
    acting = moment | {name: value for name, value in options.items() if name in ACTING}
    rest = {name: value for name, value in options.items() if name not in ACTING}
    return use_case(context(db, organisation_id, **acting), *values, **rest)


def context(
    db: Connection,
    organisation_id: UUID,
    *,
    now: dt.datetime = NOON,
    today: dt.date | None = None,
    member_id: UUID | None = None,
    role: str = "owner",
    within: Iterable[UUID] | None = None,
) -> Context:
    """Return the context of an owner, or of whoever is described, at ``now``."""
    actor = Actor(member_id, role, None if within is None else frozenset(within))
    return Context(db, organisation_id, actor, now, day_of(now, NAIROBI) if today is None else today)
