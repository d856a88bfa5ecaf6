"""The text that brings a sign-in code: in both languages, since nobody knows who asks before they have signed in.

And how many are sent: anybody can ask for them, for any number.
"""

import datetime as dt
import re

CODE = re.compile(r"[0-9]{4,10}", re.ASCII)

MOST_OF_A_NUMBER = 6  # an hour: who signs up needs two, and some ask anew
MOST_AN_HOUR = 300  # for all numbers together: some KES 240 at the first gateway's price

# With ten digits still one SMS of GSM-7, which is what is paid for.
TEXT = (
    "{code} is your Plotihub sign-in code. Never tell it to anyone.\n"
    "{code} ni nambari yako ya kuingia Plotihub. Usimwambie mtu yeyote."
)


def code_text(code: str) -> str:
    """Return the SMS for ``code``.

    Raises:
        ValueError: it is no code; the text does not say what it is.
    """
    if not CODE.fullmatch(code):
        raise ValueError("what was to be sent is no sign-in code of 4 to 10 digits")
    return TEXT.format(code=code)


def bounds(number: str, at: dt.datetime) -> list[tuple[str, int]]:
    """Return what a code for ``number`` counts for and how often that may be, the narrower first, in ``at``'s hour."""
    hour = f"{at.astimezone(dt.UTC):%Y-%m-%dT%H}"
    return [(f"codes:{hour}:{number}", MOST_OF_A_NUMBER), (f"codes:{hour}", MOST_AN_HOUR)]
