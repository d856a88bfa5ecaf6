"""How a lease stands on a day, as its tenant is told. Money is whole cents."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID


class LeaseBalance(NamedTuple):
    """What of a lease is open and what is in credit: both where credit was left free on purpose, or came in late.

    ``late_cents`` is the part of ``owed_cents`` whose due day has passed; grace days are not counted.
    """

    lease_id: UUID
    owed_cents: int
    late_cents: int
    first_due_on: dt.date | None  # the due day of the oldest that is open
    next_due_on: dt.date | None  # the first due day to come of what is open
    credit_cents: int
    billed_through: dt.date | None  # the latest month that was billed, by its first day
