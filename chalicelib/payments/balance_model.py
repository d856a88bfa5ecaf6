"""The balance of a lease on a day, as shown to its tenant. Money is whole cents."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID


class LeaseBalance(NamedTuple):
    """Open and credit cents of a lease; both are above 0 if credit was left unallocated on purpose or came in late.

    ``late_cents`` is the part of ``owed_cents`` whose due day has passed; grace days are not counted.
    """

    lease_id: UUID
    owed_cents: int
    late_cents: int
    first_due_on: dt.date | None  # due day of the oldest open line
    next_due_on: dt.date | None  # first due day to come of an open line
    credit_cents: int
    billed_through: dt.date | None  # first day of the latest month billed
