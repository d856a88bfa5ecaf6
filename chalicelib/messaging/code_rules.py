"""The text that brings a sign-in code: in both languages, since nobody knows who asks before they have signed in."""

import re

CODE = re.compile(r"[0-9]{4,10}", re.ASCII)

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
