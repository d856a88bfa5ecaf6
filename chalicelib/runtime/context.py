"""The context of every use case: transaction, organisation, actor and time."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Connection

Answer = TypeVar("Answer")
Properties = frozenset[UUID] | None  # the only ones that a caretaker may touch; None: all


class Actor(NamedTuple):
    """Who acts. ``properties`` limits them to these properties, None is all; ``SYSTEM`` is not a member."""

    member_id: UUID | None
    role: str
    properties: Properties


SYSTEM = Actor(None, "system", None)


class Context(NamedTuple):
    """Created once per request, job step, task or text message, and passed down unchanged.

    No field has a default, so that the creator always states the actor and their access. ``now`` is aware and in
    UTC; ``today`` is the business day in the organisation's time zone, or the day that a job catches up on.
    """

    db: Connection
    organisation_id: UUID
    actor: Actor
    now: dt.datetime
    today: dt.date

    @classmethod
    def for_system(
        cls, db: Connection, organisation_id: UUID, *, now: dt.datetime, today: dt.date, member_id: UUID | None = None
    ) -> "Context":
        """Return the context of a job, a task or a text message; ``member_id`` is the member who queued the task."""
        return cls(db, organisation_id, SYSTEM._replace(member_id=member_id), now, today)

    def on(self, day: dt.date) -> "Context":
        """Return this context as of another business day."""
        return self._replace(today=day)

    def may_touch(self, property_id: UUID | None) -> bool:
        """Return whether the actor may access what belongs to the property; None means it belongs to no property."""
        return self.actor.properties is None or property_id in self.actor.properties


def in_context(
    make: Callable[[Connection], Context], work: Callable[[Context], Answer]
) -> Callable[[Connection], Answer]:
    """Wrap ``work`` for ``transact``: each attempt builds a new context on its own connection."""
    return lambda db: work(make(db))
