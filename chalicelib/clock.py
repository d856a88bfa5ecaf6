"""What time it is: an instant in UTC, and the business day of an organisation's time zone."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

NAIROBI = "Africa/Nairobi"


class Clock(Protocol):
    def now(self) -> dt.datetime:
        """Return the instant, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class ManualClock:
    """A clock that is set by hand, for tests and for generating a history."""

    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def now(self) -> dt.datetime:
        return self.at


def day_of(instant: dt.datetime, time_zone: str) -> dt.date:
    """Return the business day that ``instant`` falls on in ``time_zone``."""
    return instant.astimezone(ZoneInfo(time_zone)).date()
