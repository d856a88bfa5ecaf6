"""Sanitise values and texts of organisations without a messaging grant: no links, long numbers or brand names.

What a phone makes tappable is broken up: a scheme, an address (word.word with letters behind the dot), four
numbers with dots, a dialled code. Six digits or more, also with spaces or signs between them, are cut to their
last four: enough to know a reference again, too few to pay to or to call. Texts stay readable; names of people
and houses stay as they are.
"""

import re
import unicodedata
from collections.abc import Mapping

from chalicelib.brands import is_brand, without_brands
from chalicelib.messaging.sms_encoding_rules import normalize_sms
from chalicelib.translations.footers import FALLBACK_NAMES
from chalicelib.values import IGNORED

MASK = ".."
VISIBLE_DIGITS = 4

# User-entered values; the rest is generated (sums, dates, receipt numbers).
FREE_TEXT_PLACEHOLDERS = ("tenant", "owner", "property", "unit", "account", "organisation", "reference")
# Values adjacent in a text or e-mail, which together may form what neither is.
_NEIGHBOURS = (
    ("organisation", "property"),
    ("tenant", "property"),
    ("property", "unit"),
    ("unit", "property"),
    ("unit", "organisation"),
    ("property", "organisation"),
    ("reference", "organisation"),
)
CHANNEL_PLACEHOLDERS = ("paybill", "account")  # how to pay: never sent by an ungranted organisation

_DOTS = ".\u3002\uff0e\uff61\u2024\ufe52"
_LINK_PATTERNS = (
    (re.compile(r":(?=\S)"), ": "),
    (re.compile(r"[/\\]{2,}"), " "),
    (re.compile(rf"(?<=\S)[{_DOTS}]+(?=[^\W\d_]{{2}})"), " "),
    (re.compile(rf"(?<=www)[{_DOTS}]+", re.IGNORECASE), " "),
    (re.compile(rf"(?<=\d)[{_DOTS}](?=\d+[{_DOTS}]\d+[{_DOTS}]\d)"), " "),
    (re.compile(r"[*#]+"), " "),
)
_TRAILING_DIGITS = re.compile(r"(\d(?:[\W_]{0,4}\d)*)[\W_]{0,3}$")
_LEADING_DIGITS = re.compile(r"[\W_]{0,3}(?:\d[\W_]{0,4})*\d")
# Digits with up to four non-letters between them. In a text sums and dates have to stay.
_LONG_NUMBER = re.compile(r"\d(?:[\W_]{0,4}\d){5,}")
_EXEMPT = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d\d)?(?![\d,])|\d{1,3}\.\d\d(?!\d)|\d\d/\d\d/\d{4}(?!\d)|\d{4}-\d\d-\d\d(?!\d)"
_LONG_NUMBER_IN_TEXT = re.compile(
    rf"(?P<kept>(?<![\d,])(?:{_EXEMPT}))|\d(?:\d|(?:[^\w\n]|_){{1,4}}(?!{_EXEMPT}|\d{{1,2}} [A-Z][a-z]{{2}}\b)\d){{5,}}"
)
_SPACES = re.compile(r"[^\S\n]+")


def sanitize_values(values: Mapping[str, str], language: str) -> dict[str, str]:
    """Return ``values`` for a default text: user-entered ones sanitised, payment channels removed."""
    sanitized = {name: value for name, value in values.items() if name not in CHANNEL_PLACEHOLDERS}
    for name in FREE_TEXT_PLACEHOLDERS:
        if name in sanitized:
            sanitized[name] = sanitize_name(sanitized[name])
    for first, second in _NEIGHBOURS:
        if sanitized.get(first) and sanitized.get(second):
            sanitized[second] = _sanitize_neighbour(sanitized[first], sanitized[second])
    for name, replacement in FALLBACK_NAMES.items():
        if sanitized.get(name) == "":
            sanitized[name] = replacement.get(language, replacement["en"])
    return sanitized


def _sanitize_neighbour(first: str, second: str) -> str:
    """Return ``second`` as it may follow ``first``: two sanitised names may form a brand or long number together."""
    if is_brand(first + second) or is_brand(f"{first} {second}"):
        return ""
    trailing, leading = _TRAILING_DIGITS.search(first), _LEADING_DIGITS.match(second)
    if trailing and leading and _LONG_NUMBER.fullmatch(f"{trailing[1]} {leading[0]}"):
        return MASK + second[leading.end() :]
    return second


def sanitize_name(name: str) -> str:
    """Return a name without links, long numbers and brands; "" if nothing is left."""
    return without_brands(_mask_long_numbers(_break_links(_to_plain_letters(name)), _LONG_NUMBER)).strip()


def sanitize_text(text: str) -> str:
    """Return a finished text without links, long numbers and brands; sums and numeric dates stay.

    Works line by line, since adjacent names may be harmless only apart; a line in which only blanks would change,
    such as a table's, is left alone.
    """
    return "\n".join(map(_sanitize_line, text.split("\n")))


def _sanitize_line(line: str) -> str:
    plain = _to_plain_letters(line)
    unlinked = _break_links(plain)
    if unlinked == _SPACES.sub(" ", plain).strip():
        unlinked = plain
    cut = _mask_long_numbers(unlinked, _LONG_NUMBER_IN_TEXT)
    return (
        cut
        if without_brands(cut) == cut
        else _break_links(_mask_long_numbers(without_brands(cut), _LONG_NUMBER_IN_TEXT))
    )


def _to_plain_letters(text: str) -> str:
    """Return ``text`` in the SMS alphabet, without invisible characters and with plain digits."""
    stripped = unicodedata.normalize("NFKC", IGNORED.sub("", text))
    visible = (each for each in IGNORED.sub("", stripped) if each == "\n" or unicodedata.category(each)[0] != "C")
    digits = (str(unicodedata.decimal(each)) if each.isdecimal() else each for each in visible)
    return normalize_sms("".join(digits))


def _break_links(text: str) -> str:
    before = ""
    while text != before:  # breaking one up may expose another
        before = text
        for found, replacement in _LINK_PATTERNS:
            text = found.sub(replacement, text)
    return _SPACES.sub(" ", text).strip()


def _mask_long_numbers(text: str, run: re.Pattern[str]) -> str:
    def mask(found: re.Match[str]) -> str:
        if found.groupdict().get("kept"):
            return found.group()
        # "www" and the two dots of truncation would look like an address.
        cut = " " if text[: found.start()].lower().endswith("www") else MASK
        return cut + "".join(filter(str.isdecimal, found.group()))[-VISIBLE_DIGITS:]

    return run.sub(mask, text)
