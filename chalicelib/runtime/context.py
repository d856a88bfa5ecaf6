"""What every use case works in: one transaction, one organisation, who acts, and one moment."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Connection

Answer = TypeVar("Answer")
Properties = frozenset[UUID] | None  # the only ones that a caretaker may touch; None: all


class Actor(NamedTuple):
    """Who acts. ``properties`` are the only ones that they may touch, None all; ``SYSTEM`` is no member."""

    member_id: UUID | None
    role: str
    properties: Properties


SYSTEM = Actor(None, "system", None)


class Context(NamedTuple):
    """Made once by an entrance (a request, a job, a task, a text message), and passed down unchanged.

    Nothing in it has a default: who makes one says for whom it is, and what they may see. ``now`` is aware and in
    UTC; ``today`` is the business day of the organisation's time zone, or the day that a job makes up for.
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
        """Return the context of a job, a task or a text message; ``member_id`` is of whoever queued the task."""
        return cls(db, organisation_id, SYSTEM._replace(member_id=member_id), now, today)

    def on(self, day: dt.date) -> "Context":
        """Return this context as of another business day."""
        return self._replace(today=day)

    def may_touch(self, property_id: UUID | None) -> bool:
        """Return whether the actor may touch what belongs to the property; None is what belongs to none."""
        return self.actor.properties is None or property_id in self.actor.properties


def in_context(
    make: Callable[[Connection], Context], work: Callable[[Context], Answer]
) -> Callable[[Connection], Answer]:
    """Return ``work`` as what a transaction runs: each try makes its context anew, on its own connection."""
    return lambda db: work(make(db))
