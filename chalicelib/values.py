"""One parser for each kind of value, shared by JSON, queries, sheets, SMS, USSD and callbacks.

The parsers are strict and pure. Code that reads looser spellings, such as those of a landlord's sheet ("15k/=",
"2/3/24"), normalises them and then calls the parser. Text that cannot be rejected, since the sender of an SMS
would get no error, is cleaned by ``clean_text``, which drops the characters that ``parse_text`` rejects. Phone
numbers are parsed in ``phones``, money in ``money``. The patterns are valid in JSON Schema as well as in Python:
the OpenAPI document publishes them.
"""

import datetime as dt
import functools
import re
from typing import Literal

MAX_WHOLE = 2**31 - 1
EARLIEST_DAY, LATEST_DAY = dt.date(1990, 1, 1), dt.date(2199, 12, 31)
MAX_EMAIL = 254  # RFC 5321: longest path without its angle brackets

_ATOM = "[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322 section 3.2.3
EMAIL = f"^{_ATOM}([.]{_ATOM})*@[0-9A-Za-z-]+([.][0-9A-Za-z-]+)+$"
KRA_PIN = "^[AP][0-9]{9}[A-Z]$"
_YEAR, _MONTH = "(199[0-9]|2[01][0-9]{2})", "(0[1-9]|1[0-2])"
MONTH = f"^{_YEAR}-{_MONTH}$"
DAY = f"^{_YEAR}-{_MONTH}-(0[1-9]|[12][0-9]|3[01])$"

# Invisible characters: control characters and the byte order mark, which break exports and prints; zero-width
# spaces, which make two names look alike; and bidirectional controls, which change what is read. Then annotation
# marks, U+FFFD, which replaces a lost character, and noncharacters. Also what Unicode calls default ignorable
# (section 5.21), including Hangul fillers, and the blank Braille cell; those beyond U+FFFF are written out,
# since Python and JSON Schema have no common escape for them.
_TAGS = "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
_INVISIBLE_CHARACTERS = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\u2800\u3164"
    rf"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff{_TAGS}"
)
_INVISIBLE = rf"\u0000-\u001f\u007f-\u009f{_INVISIBLE_CHARACTERS}"
_INVISIBLE_MULTILINE = rf"\u0000-\u0008\u000b-\u001f\u007f-\u009f{_INVISIBLE_CHARACTERS}"
_JOINERS = r"\u200c\u200d"  # valid between letters of some scripts, invisible alone
IGNORED = re.compile(f"[{_INVISIBLE_CHARACTERS}{_JOINERS}]")  # for comparing what is visible
_SURROGATES = r"\ud800-\udfff"  # of a surrogate pair: JSON can write it, and UTF-8 cannot

_NATIONAL_ID = "[0-9]{7,9}"
_OTHER_ID = "[A-Z0-9][A-Z0-9/-]{3,19}"

InvalidCode = Literal["too_long", "missing", "unsafe", "form", "too_large", "fraction"]

_FORMS = {
    EMAIL: "expected one e-mail address such as name@example.com",
    KRA_PIN: "expected a KRA PIN such as A012345678Z",
}


class InvalidValue(ValueError):
    """A rejected value: ``code`` is for programs, the text for the sender. It never contains the value."""

    def __init__(self, code: InvalidCode, why: str) -> None:
        super().__init__(why)
        self.code = code


@functools.cache
def text_pattern(*, least: int = 0, lines: bool = False) -> str:
    """Return the pattern of a text of ``least`` characters or more; with ``least`` above 1 the text is not trimmed."""
    unseen = _INVISIBLE_MULTILINE if lines else _INVISIBLE
    some, visible = f"[^{unseen}]*", rf"[^{unseen}\s{_JOINERS}]"
    if least > 1:
        return f"^{visible}{some}{visible}$"
    return f"^{some}{visible}{some}$" if least else f"^{some}$"


def parse_text(text: str, *, most: int, least: int = 0, lines: bool = False, pattern: str = "") -> str:
    """Return the text, trimmed unless ``pattern`` or ``least`` defines how it begins and ends.

    Args:
        most: maximum number of characters before trimming.
        lines: whether line breaks and tabs are allowed.
        pattern: regular expression for a text of a special form.

    Raises:
        InvalidValue: it is too long or too short, does not match, or has characters that cannot be seen or stored.
    """
    trimmed = text.strip()
    if len(text) > most:
        raise InvalidValue("too_long", f"expected at most {most} characters")
    if len(trimmed) < least:
        raise InvalidValue("missing", f"expected {least} characters or more" if least > 1 else "expected text")
    # Not precompiled: re compiles at first use, and compiling every pattern would slow the cold start.
    if re.fullmatch(pattern or text_pattern(least=least, lines=lines), text) and not re.search(
        f"[{_SURROGATES}]", text
    ):
        return text if pattern or least > 1 else trimmed
    if unsafe := re.search(f"[{_INVISIBLE_MULTILINE if lines else _INVISIBLE}{_SURROGATES}]", text):
        raise InvalidValue("unsafe", _unsafe_reason(unsafe[0]))
    if text != trimmed:
        raise InvalidValue("form", "expected no space before or after it")
    raise InvalidValue(
        "form", _FORMS.get(pattern, f"expected text of the form {pattern}" if pattern else "expected text")
    )


def _unsafe_reason(character: str) -> str:
    if character == "\ufffd":
        return "U+FFFD stands where a character was lost; send the text in UTF-8"
    return f"U+{ord(character):04X} is not allowed: it cannot be seen, changes how the text reads, or cannot be kept"


def clean_text(text: str, *, lines: bool = False) -> str:
    """Drop the characters that ``parse_text`` rejects; unless ``lines``, make each run of whitespace one space."""
    if lines:
        return re.sub(f"[{_INVISIBLE_MULTILINE}{_SURROGATES}]", "", text)
    plain = re.sub(r"\s+", " ", text)
    return " ".join(re.sub(f"[{_INVISIBLE}{_SURROGATES}]", "", plain).split())


def parse_email(text: str) -> str:
    """Return the address unchanged.

    Raises:
        InvalidValue: it is not one address of the plain form that every mail system accepts.
    """
    return parse_text(text, most=MAX_EMAIL, least=3, pattern=EMAIL)


def parse_kra_pin(text: str) -> str:
    """Return the KRA PIN.

    Raises:
        InvalidValue: it is not A or P, nine digits and a capital letter.
    """
    return parse_text(text, most=11, least=11, pattern=KRA_PIN)


def parse_identity_number(kind: str, text: str) -> str:
    """Return the number of an identity document as stored: capitals, no spaces.

    Args:
        kind: "national_id", which has digits only, or another document type.

    Raises:
        InvalidValue: no document of this kind has such a number.
    """
    plain = "".join(text.split()).upper() if text.isascii() else ""
    if kind == "national_id" and not re.fullmatch(_NATIONAL_ID, plain):
        raise InvalidValue("form", "expected the 7 to 9 digits of a national id")
    if not re.fullmatch(_OTHER_ID, plain):
        raise InvalidValue("form", "expected 4 to 20 letters and digits")
    return plain


def parse_day(text: str) -> dt.date:
    """Return the day of "2026-11-20".

    Raises:
        InvalidValue: it has another format, does not exist, or is out of the range of ``check_day``.
    """
    return _parse_date(text, DAY, "", f"expected a day from {EARLIEST_DAY} to {LATEST_DAY}")


def parse_month(text: str) -> dt.date:
    """Return the first day of "2026-11".

    Raises:
        InvalidValue: it is not a month, or has another format.
    """
    return _parse_date(text, MONTH, "-01", "expected a month such as 2026-11")


def check_day(day: dt.date) -> dt.date:
    """Return the day unchanged.

    Raises:
        InvalidValue: it is too far from today for any rent.
    """
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise InvalidValue("form", f"expected a day from {EARLIEST_DAY} to {LATEST_DAY}")
    return day


def _parse_date(text: str, pattern: str, rest: str, why: str) -> dt.date:
    if not re.fullmatch(pattern, text):
        raise InvalidValue("form", why)
    try:
        return dt.date.fromisoformat(text + rest)
    except ValueError as error:
        raise InvalidValue("form", "there is no such day") from error


def parse_int(text: str) -> int:
    """Return the integer of a query parameter: canonical form, ASCII, at most ten digits.

    Raises:
        InvalidValue: it is not such a number.
    """
    if not re.fullmatch("0|-?[1-9][0-9]{0,9}", text):
        raise InvalidValue("form", "expected a whole number")
    return int(text)
