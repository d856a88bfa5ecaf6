"""EventBridge's cron expressions: minute, hour, day of month, month, day of week, year; in UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
Numbers, ``*``, ``?``, lists, ranges and steps are read; names of days and months, L, W and # are not.
"""

import datetime as dt
import re

RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def parse_cron(expression: str) -> tuple[frozenset[int], ...]:
    """Return the numbers that each field of ``cron(…)`` allows.

    Raises:
        ValueError: it is not one that is read here.
    """
    found = re.fullmatch(r"cron\((.+)\)", expression)
    fields = found[1].split() if found else []
    if len(fields) != len(RANGES):
        raise ValueError(f"not a cron expression that the runner knows: {expression}")
    return tuple(_numbers(field, *limits) for field, limits in zip(fields, RANGES, strict=True))


def matches(allowed: tuple[frozenset[int], ...], at: dt.datetime) -> bool:
    """Return whether the schedule fires in the minute of ``at``."""
    at = at.astimezone(dt.UTC)
    day_of_week = at.isoweekday() % 7 + 1  # Sunday is 1
    now = (at.minute, at.hour, at.day, at.month, day_of_week, at.year)
    return all(number in numbers for number, numbers in zip(now, allowed, strict=True))


def _numbers(field: str, least: int, most: int) -> frozenset[int]:
    allowed: set[int] = set()
    for part in field.split(","):
        found = re.fullmatch(r"(?:[*?]|([0-9]+)(?:-([0-9]+))?)(?:/([1-9][0-9]*))?", part)
        if found is None:
            raise ValueError(f"the runner does not know {part!r} in a cron expression")
        first = int(found[1]) if found[1] else least
        alone = found[1] is not None and found[3] is None
        last = int(found[2]) if found[2] else first if alone else most
        if not least <= first <= last <= most:
            raise ValueError(f"{part!r} is not within {least} and {most}")
        allowed.update(range(first, last + 1, int(found[3] or 1)))
    return frozenset(allowed)
