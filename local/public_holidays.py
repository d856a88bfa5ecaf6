"""`make holidays`: Kenya's public holidays, as a file that migrations load.

The days of the Public Holidays Act (Cap. 110), those that it moves from a Sunday among them, and Idd-ul-Fitr and
Idd-ul-Azha as far as the Kenya Gazette has named them: the ``holidays`` package calls the others estimated, and they
are left out. A newer release of the package brings the days that were gazetted since. Diwali is a holiday for Hindus
only, and is left out too; an organisation adds what it keeps besides.
"""

import csv
import datetime as dt
import io
import sys

import holidays

from chalicelib.storage.public_holidays import FILE

FIRST_YEAR, LAST_YEAR = 2026, 2035
SEPARATOR = "; "  # the package's, between holidays of one day


def gazetted() -> dict[dt.date, str]:
    """Return the names of each day's holidays, without those that are estimated."""
    found = holidays.country_holidays(
        "KE", years=range(FIRST_YEAR, LAST_YEAR + 1), categories=("public", "islamic"), language="en_KE"
    )
    certain = {
        day: [name for name in names.split(SEPARATOR) if "estimated" not in name]
        for day, names in sorted(found.items())
    }
    return {day: SEPARATOR.join(names) for day, names in certain.items() if names}


def render() -> str:
    """Return the file's content."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("holiday_on", "name"))
    writer.writerows((day.isoformat(), name) for day, name in gazetted().items())
    return text.getvalue()


def main() -> None:
    FILE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{FILE}: {FIRST_YEAR} to {LAST_YEAR}\n")


if __name__ == "__main__":
    main()
