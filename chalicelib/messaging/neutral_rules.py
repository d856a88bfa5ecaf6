"""Values and texts of organisations that nobody has vouched for yet: no link, no long number, nobody else's name.

What a phone makes tappable is broken up: a scheme, an address (word.word with letters behind the dot), four
numbers with dots, a dialled code. Six digits or more, also with spaces or signs between them, are cut to their
last four: enough to know a reference again, too few to pay to or to call. Texts stay readable; names of people
and houses stay as they are.
"""

import re
import unicodedata
from collections.abc import Mapping

from chalicelib.brands import is_brand, without_brands
from chalicelib.messaging.gsm7_rules import harmless
from chalicelib.values import IGNORED

CUT = ".."
KEPT_DIGITS = 4

# Values that others type; the rest is ours (sums, days, numbers of receipts).
NAMES = ("tenant", "owner", "property", "unit", "account", "organisation", "reference")
# Which of them stand side by side in a text or a letter, so that two make what neither is.
_NEIGHBOURS = (
    ("organisation", "property"),
    ("tenant", "property"),
    ("property", "unit"),
    ("unit", "property"),
    ("unit", "organisation"),
    ("property", "organisation"),
    ("reference", "organisation"),
)
NO_CHANNEL = ("paybill", "account")  # how to pay: nobody is told by whom nobody vouches for

# What stands where a name was nothing but a brand; for the others their part of the text is left out.
_INSTEAD = {
    "tenant": {"en": "tenant", "sw": "mpangaji"},
    "owner": {"en": "owner", "sw": "mmiliki"},
    "organisation": {"en": "your landlord", "sw": "mwenye nyumba"},
}

_DOTS = ".\u3002\uff0e\uff61\u2024\ufe52"
_LINKS = (
    (re.compile(r":(?=\S)"), ": "),
    (re.compile(r"[/\\]{2,}"), " "),
    (re.compile(rf"(?<=\S)[{_DOTS}]+(?=[^\W\d_]{{2}})"), " "),
    (re.compile(rf"(?<=www)[{_DOTS}]+", re.IGNORECASE), " "),
    (re.compile(rf"(?<=\d)[{_DOTS}](?=\d+[{_DOTS}]\d+[{_DOTS}]\d)"), " "),
    (re.compile(r"[*#]+"), " "),
)
_ENDS = re.compile(r"(\d(?:[\W_]{0,4}\d)*)[\W_]{0,3}$")
_BEGINS = re.compile(r"[\W_]{0,3}(?:\d[\W_]{0,4})*\d")
# Digits with up to four of whatever is no letter between them. In a text sums and days have to stay.
_RUN = re.compile(r"\d(?:[\W_]{0,4}\d){5,}")
_KEPT = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d\d)?(?![\d,])|\d{1,3}\.\d\d(?!\d)|\d\d/\d\d/\d{4}(?!\d)|\d{4}-\d\d-\d\d(?!\d)"
_RUN_IN_TEXT = re.compile(
    rf"(?P<kept>(?<![\d,])(?:{_KEPT}))|\d(?:\d|(?:[^\w\n]|_){{1,4}}(?!{_KEPT}|\d{{1,2}} [A-Z][a-z]{{2}}\b)\d){{5,}}"
)
_SPACES = re.compile(r"[^\S\n]+")


def neutral_values(values: Mapping[str, str], language: str) -> dict[str, str]:
    """Return ``values`` for a text of ours, those that others typed made neutral, and none that says how to pay."""
    told = {name: value for name, value in values.items() if name not in NO_CHANNEL}
    for name in NAMES:
        if name in told:
            told[name] = neutral_name(told[name])
    for first, second in _NEIGHBOURS:
        if told.get(first) and told.get(second):
            told[second] = _beside(told[first], told[second])
    for name, instead in _INSTEAD.items():
        if told.get(name) == "":
            told[name] = instead.get(language, instead["en"])
    return told


def _beside(first: str, second: str) -> str:
    """Return ``second`` as it may follow ``first``: two neutral names may make a brand or a long number together."""
    if is_brand(first + second) or is_brand(f"{first} {second}"):
        return ""
    ends, begins = _ENDS.search(first), _BEGINS.match(second)
    if ends and begins and _RUN.fullmatch(f"{ends[1]} {begins[0]}"):
        return CUT + second[begins.end() :]
    return second


def neutral_name(name: str) -> str:
    """Return a name without links, long numbers and brands; "" where it was nothing else."""
    return without_brands(_cut(_unlinked(_plain(name)), _RUN)).strip()


def neutral_text(text: str) -> str:
    """Return a text that is finished without links, long numbers and brands; sums, and days in figures, stay.

    It is gone through line by line, since names that are neutral each may stand side by side in it; a line in
    which only blanks would change, as those of a table, is kept.
    """
    return "\n".join(map(_neutral_line, text.split("\n")))


def _neutral_line(line: str) -> str:
    plain = _plain(line)
    unlinked = _unlinked(plain)
    if unlinked == _SPACES.sub(" ", plain).strip():
        unlinked = plain
    cut = _cut(unlinked, _RUN_IN_TEXT)
    return cut if without_brands(cut) == cut else _unlinked(_cut(without_brands(cut), _RUN_IN_TEXT))


def _plain(text: str) -> str:
    """Return ``text`` in the letters that SMS has, without what is not seen and with plain digits."""
    bare = unicodedata.normalize("NFKC", IGNORED.sub("", text))
    seen = (each for each in IGNORED.sub("", bare) if each == "\n" or unicodedata.category(each)[0] != "C")
    digits = (str(unicodedata.decimal(each)) if each.isdecimal() else each for each in seen)
    return harmless("".join(digits))


def _unlinked(text: str) -> str:
    before = ""
    while text != before:  # what is broken up may lay bare another
        before = text
        for found, instead in _LINKS:
            text = found.sub(instead, text)
    return _SPACES.sub(" ", text).strip()


def _cut(text: str, run: re.Pattern[str]) -> str:
    def kept(found: re.Match[str]) -> str:
        if found.groupdict().get("kept"):
            return found.group()
        # "www" and our two dots would be the beginning of an address.
        cut = " " if text[: found.start()].lower().endswith("www") else CUT
        return cut + "".join(filter(str.isdecimal, found.group()))[-KEPT_DIGITS:]

    return run.sub(kept, text)
