"""The text that brings a sign-in code: in both languages, since nobody knows who asks before they have signed in.

And how many are sent: anybody can ask for them, for any number.
"""

import datetime as dt
import re

_CODE = re.compile(r"[0-9]{4,10}", re.ASCII)

MAX_PER_NUMBER_AND_HOUR = 6  # an hour: who signs up needs two, and some ask anew
MAX_PER_HOUR = 300  # for all numbers together: some KES 240 at the first gateway's price

# With ten digits still one SMS of GSM-7, which is what is paid for.
_TEXT = (
    "{code} is your Plotihub sign-in code. Never tell it to anyone.\n"
    "{code} ni nambari yako ya kuingia Plotihub. Usimwambie mtu yeyote."
)


def render_code(code: str) -> str:
    """Return the SMS for ``code``.

    Raises:
        ValueError: it is no code; the text does not say what it is.
    """
    if not _CODE.fullmatch(code):
        raise ValueError("what was to be sent is no sign-in code of 4 to 10 digits")
    return _TEXT.format(code=code)


def rate_limits(number: str, at: dt.datetime) -> list[tuple[str, int]]:
    """Return what a code for ``number`` counts for and how often that may be, the narrower first, in ``at``'s hour."""
    hour = f"{at.astimezone(dt.UTC):%Y-%m-%dT%H}"
    return [(f"codes:{hour}:{number}", MAX_PER_NUMBER_AND_HOUR), (f"codes:{hour}", MAX_PER_HOUR)]
