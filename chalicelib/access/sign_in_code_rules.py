"""Text of sign-in codes, in both languages since the caller's language is unknown, and their rate limits.

Limits are needed because anybody can request a code for any number.
"""

import datetime as dt
import re

from chalicelib.translations.footers import SIGN_IN_CODE

_CODE = re.compile(r"[0-9]{4,10}", re.ASCII)

MAX_PER_NUMBER_AND_HOUR = 6  # per hour: signing up needs two, and some people retry
MAX_PER_HOUR = 300  # for all numbers together: about KES 240 at the first gateway's price


def render_code(code: str) -> str:
    """Return the SMS for ``code``.

    Raises:
        ValueError: ``code`` is not a code; the error text does not contain it.
    """
    if not _CODE.fullmatch(code):
        raise ValueError("what was to be sent is no sign-in code of 4 to 10 digits")
    return SIGN_IN_CODE.format(code=code)


def rate_limits(number: str, at: dt.datetime) -> list[tuple[str, int]]:
    """Return (counter key, limit) of what a code for ``number`` counts against in ``at``'s hour, narrowest first."""
    hour = f"{at.astimezone(dt.UTC):%Y-%m-%dT%H}"
    return [(f"codes:{hour}:{number}", MAX_PER_NUMBER_AND_HOUR), (f"codes:{hour}", MAX_PER_HOUR)]
