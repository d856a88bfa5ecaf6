"""Kenya's public holidays: the file, how far it reaches, and the table that it is loaded into."""

import datetime as dt
from itertools import groupby

from sqlalchemy import Connection, func, insert, select

from chalicelib.storage import migrate, public_holidays
from chalicelib.storage.engines import WRITING_OPTION, make_engine
from chalicelib.storage.tables import reminders
from local.public_holidays import render

MONTHS_AHEAD = 18
SUNDAY = 6
DAY = dt.timedelta(days=1)
FIXED = {
    (1, 1): "New Year's Day",
    (5, 1): "Labour Day",
    (6, 1): "Madaraka Day",
    (10, 10): "Mazingira Day",
    (10, 20): "Mashujaa Day",
    (12, 12): "Jamhuri Day",
    (12, 25): "Christmas Day",
    (12, 26): "Boxing Day",
}
HOLIDAYS = public_holidays.read()


def table(db: Connection) -> dict[dt.date, str]:
    rows = db.execute(select(reminders.public_holidays.c.holiday_on, reminders.public_holidays.c.name))
    return {row.holiday_on: row.name for row in rows}


def test_they_reach_eighteen_months_ahead() -> None:
    today = dt.datetime.now(dt.UTC).date()
    months = today.year * 12 + today.month - 1 + MONTHS_AHEAD
    end = dt.date(max(HOLIDAYS).year, 12, 31)
    assert end >= dt.date(months // 12, months % 12 + 1, 1), (
        "raise LAST_YEAR in local/public_holidays.py; make holidays"
    )


def test_the_file_is_what_the_script_writes() -> None:
    assert public_holidays.FILE.read_text(encoding="utf-8") == render(), "make holidays"


def test_each_year_has_the_days_of_the_act_and_no_estimate() -> None:
    for year, days in groupby(sorted(HOLIDAYS), lambda day: day.year):
        names = {day: HOLIDAYS[day] for day in days}
        for (month, day), name in FIXED.items():
            assert name in names[dt.date(year, month, day)]
        (friday,) = [day for day, name in names.items() if name == "Good Friday"]
        assert names[friday + 3 * DAY] == "Easter Monday"
        assert "estimated" not in str(names)


def test_one_that_falls_on_a_sunday_is_kept_on_the_next_day_that_is_none() -> None:
    """Public Holidays Act (Cap. 110), section 4."""
    kept = {day for day, name in HOLIDAYS.items() if "(observed)" in name}
    expected = set()
    for day in sorted(day for day in HOLIDAYS if day.weekday() == SUNDAY):
        following = day + DAY
        while following in HOLIDAYS.keys() - kept:
            following += DAY
        expected.add(following)
    assert kept == expected


def test_idd_is_there_as_far_as_it_was_gazetted() -> None:
    """Kenya Gazette of 18 March and of 25 May 2026; that of 2027 was not yet named."""
    assert {day: name for day, name in HOLIDAYS.items() if "Idd" in name and day.year < 2027} == {
        dt.date(2026, 3, 20): "Idd-ul-Fitr",
        dt.date(2026, 5, 27): "Idd-ul-Azha",
    }


def test_a_migration_brings_the_table_in_line_with_the_file(fresh_database: str) -> None:
    engine = make_engine(fresh_database)
    with engine.connect() as raw:
        db = raw.execution_options(**WRITING_OPTION)
        with db.begin():
            assert table(db) == HOLIDAYS
            holiday = reminders.public_holidays
            new_year, labour_day = dt.date(2027, 1, 1), dt.date(2027, 5, 1)
            db.execute(holiday.delete().where(holiday.c.holiday_on == new_year))
            db.execute(holiday.update().where(holiday.c.holiday_on == labour_day).values(name="Another"))
            db.execute(insert(holiday), {"holiday_on": dt.date(2027, 3, 10), "name": "Withdrawn"})
    migrate.upgrade(fresh_database)
    with engine.connect() as db:
        assert table(db) == HOLIDAYS
        assert db.scalar(select(func.count()).select_from(reminders.public_holidays)) == len(HOLIDAYS)
    engine.dispose()
