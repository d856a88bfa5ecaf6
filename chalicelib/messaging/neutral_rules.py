"""Values and texts of organisations that nobody has vouched for yet: no link, no long number, nobody else's name.

What a phone makes tappable is broken up: a scheme, an address (word.word with letters behind the dot), four
numbers with dots, a dialled code. Six digits or more, also with spaces or signs between them, are cut to their
last four: enough to know a reference again, too few to pay to or to call. Texts stay readable; names of people
and houses stay as they are.
"""

import re
import unicodedata
from collections.abc import Mapping

from chalicelib.brands import without_brands
from chalicelib.messaging.gsm7_rules import harmless

CUT = ".."
KEPT_DIGITS = 4

# Values that others type; the rest is ours (sums, days, numbers of receipts).
NAMES = ("tenant", "property", "unit", "account", "organisation", "reference")
NO_CHANNEL = ("paybill", "account")  # how to pay: nobody is told by whom nobody vouches for

# What stands where a name was nothing but a brand; for the others their part of the text is left out.
_INSTEAD = {
    "tenant": {"en": "tenant", "sw": "mpangaji"},
    "organisation": {"en": "your landlord", "sw": "mwenye nyumba"},
}

_DOTS = ".\u3002\uff0e\uff61\u2024\ufe52"
_LINKS = (
    (re.compile(r":(?=\S)"), ": "),
    (re.compile(r"[/\\]{2,}"), " "),
    (re.compile(rf"(?<=\S)[{_DOTS}]+(?=[^\W\d_]{{2}})"), " "),
    (re.compile(rf"(?<=www)[{_DOTS}]+(?=\S)", re.IGNORECASE), " "),
    (re.compile(rf"(?<=\d)[{_DOTS}](?=\d+[{_DOTS}]\d+[{_DOTS}]\d)"), " "),
    (re.compile(r"[*#]+"), " "),
)
_RUN = re.compile(r"\d(?:[ \-()/,.]{0,3}\d){5,}")
_RUN_IN_TEXT = re.compile(r"\d(?:[ \-()]{0,2}\d){5,}")  # a sum has commas, a day in figures has strokes
_SPACES = re.compile(r"[^\S\n]+")


def neutral_values(values: Mapping[str, str], language: str) -> dict[str, str]:
    """Return ``values`` for a text of ours, those that others typed made neutral, and none that says how to pay."""
    told = {name: value for name, value in values.items() if name not in NO_CHANNEL}
    for name in NAMES:
        if name in told:
            told[name] = neutral_name(told[name]) or _INSTEAD.get(name, {}).get(language, "")
    return told


def neutral_name(name: str) -> str:
    """Return a name without links, long numbers and brands; "" where it was nothing else."""
    return without_brands(_cut(_unlinked(_plain(name)), _RUN)).strip()


def neutral_text(text: str) -> str:
    """Return a text that is finished without links and long numbers; sums, and days in figures, stay."""
    return _cut(_unlinked(_plain(text)), _RUN_IN_TEXT)


def neutral_reply(text: str) -> str:
    """Return an answer to a phone without links, long numbers and brands; it comes with its names in it."""
    return neutral_text(without_brands(text))


def _plain(text: str) -> str:
    """Return ``text`` in the letters that SMS has, without what is not seen and with plain digits."""
    seen = (
        each for each in unicodedata.normalize("NFKC", text) if each == "\n" or unicodedata.category(each)[0] != "C"
    )
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
        return CUT + "".join(filter(str.isdecimal, found.group()))[-KEPT_DIGITS:]

    return run.sub(kept, text)
