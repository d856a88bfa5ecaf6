"""Kenyan mobile numbers in any spelling."""

import re

from chalicelib.errors import Invalid

MAX_CHARACTERS = 40
EXPECTED = "expected a Kenyan mobile number such as 0712 345 678 or +254712345678"

# Separators that people, and the programs that they copy from, put between digits: blanks, brackets, dashes, dots, and
# invisible characters. Not the right-to-left ones: the parsed number would differ from the displayed one.
_BLANKS = r"\u0009\u000a\u000d \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
INVISIBLE = r"\u00ad\u200b-\u200e\u202a\u202c\u202d\u2060\u2066\u2068\u2069\ufeff"
_GAP = rf"[{_BLANKS}{INVISIBLE}()\u2010-\u2015\u2212-]*"
_GAP_OR_DOT = _GAP.replace("[", "[.")
_PREFIX = rf"(([+]{_GAP_OR_DOT}|0{_GAP_OR_DOT}0{_GAP_OR_DOT})?{_GAP_OR_DOT.join('254')}({_GAP_OR_DOT}0)?|0)?"
# No dot before the last two digits: 71234567.0 is a number that lacks a digit, with a fraction. After all
# nine, ".0" comes from a spreadsheet.
_SUBSCRIBER = rf"[17]({_GAP_OR_DOT}[0-9]){{6}}({_GAP}[0-9]){{2}}{_GAP}([.]0{{1,2}})?"
# E.164 (ITU-T): at most fifteen digits, the first of the country code not 0.
FOREIGN_PATTERN = rf"^{_GAP_OR_DOT}[+]{_GAP_OR_DOT}[1-9]({_GAP_OR_DOT}[0-9]){{7,14}}{_GAP_OR_DOT}$"
PATTERN = rf"^{_GAP_OR_DOT}{_PREFIX}{_GAP_OR_DOT}{_SUBSCRIBER}{_GAP_OR_DOT}$"


def parse_any_phone(text: str, field: str = "phone") -> str:
    """Return a number of any country in E.164: a Kenyan one in any spelling, another with "+" and its country code.

    For people who are told by e-mail; SMS go to Kenyan numbers only.

    Raises:
        Invalid: it is neither.
    """
    if re.fullmatch(FOREIGN_PATTERN, text) and not re.match(
        rf"{_GAP_OR_DOT}[+]{_GAP_OR_DOT}2{_GAP_OR_DOT}5{_GAP_OR_DOT}4", text
    ):
        return "+" + re.sub(r"[^0-9]", "", text)
    return parse_phone(text, field)


def parse_phone(text: str, field: str = "phone") -> str:
    """Return the number as "+254…" from any Kenyan spelling: 07…, 01…, 7…, 254…, +254…, 00254…, spaced or dashed.

    Numbers are portable, so the prefix says nothing about the network.

    Raises:
        Invalid: it is not a Kenyan mobile number.
    """
    if len(text) > MAX_CHARACTERS or not re.fullmatch(PATTERN, text):
        raise Invalid([(field, EXPECTED)])
    number = re.sub(rf"[.]0{{1,2}}{_GAP_OR_DOT}$", "", text)
    return "+254" + re.sub(r"[^0-9]", "", number)[-9:]
