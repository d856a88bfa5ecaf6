"""Kenya's public holidays: ``public_holidays.csv`` next to this file, which `make holidays` writes.

Each migration loads the file into the table, so a newly gazetted day comes with the next release, and no
request reads the file.
"""

import csv
import datetime as dt
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from chalicelib.storage.tables.reminders import public_holidays

FILE = Path(__file__).with_name("public_holidays.csv")


def read() -> dict[dt.date, str]:
    """Return the name of each public holiday by its day."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {dt.date.fromisoformat(row["holiday_on"]): row["name"] for row in csv.DictReader(file)}


def load(db: Connection) -> None:
    """Make the table equal to the file."""
    wanted = read()
    found = {row.holiday_on: row.name for row in db.execute(select(public_holidays))}
    outdated = [day for day, name in found.items() if wanted.get(day) != name]
    missing = [day for day, name in wanted.items() if found.get(day) != name]
    if outdated:
        db.execute(delete(public_holidays).where(public_holidays.c.holiday_on.in_(outdated)))
    if missing:
        db.execute(insert(public_holidays), [{"holiday_on": day, "name": wanted[day]} for day in missing])
