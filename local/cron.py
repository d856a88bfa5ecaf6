"""EventBridge's cron expressions: minute, hour, day of month, month, day of week, year; in UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
Numbers, ``*``, ``?``, lists, ranges and steps are read; names of days and months, L, W and # are not.
"""

import datetime as dt
import re

RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def read(expression: str) -> tuple[frozenset[int], ...]:
    """Return the numbers that each field of ``cron(…)`` allows.

    Raises:
        ValueError: it is not one that is read here.
    """
    told = re.fullmatch(r"cron\((.+)\)", expression)
    fields = told[1].split() if told else []
    if len(fields) != len(RANGES):
        raise ValueError(f"not a cron expression that the runner knows: {expression}")
    return tuple(_numbers(field, *limits) for field, limits in zip(fields, RANGES, strict=True))


def matches(allowed: tuple[frozenset[int], ...], at: dt.datetime) -> bool:
    """Tell whether the minute of ``at`` is one of those."""
    at = at.astimezone(dt.UTC)
    day_of_week = at.isoweekday() % 7 + 1  # Sunday is 1
    now = (at.minute, at.hour, at.day, at.month, day_of_week, at.year)
    return all(number in numbers for number, numbers in zip(now, allowed, strict=True))


def _numbers(field: str, least: int, most: int) -> frozenset[int]:
    allowed: set[int] = set()
    for part in field.split(","):
        told = re.fullmatch(r"(?:[*?]|([0-9]+)(?:-([0-9]+))?)(?:/([1-9][0-9]*))?", part)
        if told is None:
            raise ValueError(f"the runner does not know {part!r} in a cron expression")
        first = int(told[1]) if told[1] else least
        alone = told[1] is not None and told[3] is None
        last = int(told[2]) if told[2] else first if alone else most
        if not least <= first <= last <= most:
            raise ValueError(f"{part!r} is not within {least} and {most}")
        allowed.update(range(first, last + 1, int(told[3] or 1)))
    return frozenset(allowed)
