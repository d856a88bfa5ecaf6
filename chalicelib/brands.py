"""Names under which nobody but their owners may write to people, and how a name is compared with them.

The list is short on purpose: those that a text in Kenya is faked under, because people act on them at
once. To add one, write it in capitals without spaces or signs, and ask whether people, houses or villages
bear it as well:

- ``ANYWHERE``: none does. A whole word of a name is enough, and so are words that make it together:
  "Mwangaza MPESA", "Safari Com", "M-PESA", "K.C.B".
- ``ALONE``: some do ("Equity Wanjiru", "Police Line Flats"). It counts only where nothing but words of
  ``GENERIC`` stands beside it: "Equity", "Equity Bank Ltd", "Kenya Police".

A name that holds a brand within a longer word ("Mpesani") is none. Compared are folded names: one shape for
what looks alike (capitals and small letters, accents, full width, Cyrillic and Greek letters, 0 and O, 1, I
and L, 5 and S), so "SAFAR1C0M" and "m.p.e.s.a" are found too; digits before and after do not count.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

ANYWHERE = (
    "AIRTEL",
    "ECITIZEN",
    "FULIZA",
    "KCB",
    "MPESA",
    "MSHWARI",
    "NHIF",
    "NSSF",
    "OKOAJAHAZI",
    "SAFARICOM",
    "TELKOM",
    "TKASH",
)
ALONE = (
    "ABSA",
    "CBK",
    "CENTRALBANK",
    "COOP",
    "COOPERATIVE",
    "DCI",
    "EQUITEL",
    "EQUITY",
    "HELB",
    "HUDUMA",
    "HUSTLERFUND",
    "IEBC",
    "KPLC",
    "KRA",
    "NCBA",
    "OKOA",
    "POLICE",
    "POLISI",
    "SHA",
    "SHIF",
    "STANBIC",
)
GENERIC = (
    "AGENT", "ALERT", "ALERTS", "BANK", "BENKI", "CARE", "CREDIT", "CUSTOMER", "DESK", "GROUP", "HELP", "HELPLINE",
    "INFO", "KE", "KENYA", "LIMITED", "LOAN", "LOANS", "LTD", "MONEY", "NATIONAL", "OF", "OFFICE", "OFFICIAL", "ONLINE",
    "PAY", "PAYBILL", "PAYMENT", "PAYMENTS", "PLC", "SECURITY", "SERVICE", "SERVICES", "SUPPORT", "TEAM", "THE", "TILL",
)  # fmt: skip

# Cyrillic, Greek and Armenian capitals, and the small capitals of phonetic writing.
_ALIKE = {
    "O": "0\u041e\u039f\u0555",
    "I": "1L|\u0406\u04c0\u0399\u029f\u026a",
    "S": "5$\u0405\u054f\ua731",
    "A": "\u0410\u0391\u1d00\u0251",
    "B": "\u0412\u0392\u0299",
    "C": "\u0421\u03f9\u1d04",
    "D": "\u1d05",
    "E": "\u0415\u0395\u1d07",
    "F": "\ua730",
    "G": "\u0262",
    "H": "\u041d\u0397\u04ba\u029c",
    "J": "\u0408\u1d0a",
    "K": "\u041a\u039a\u1d0b",
    "M": "\u041c\u039c\u1d0d",
    "N": "\u039d\u0274",
    "P": "\u0420\u03a1\u1d18",
    "Q": "\u051a",
    "R": "\u0280",
    "T": "\u0422\u03a4\u1d1b",
    "U": "\u1d1c\u054d",
    "V": "\u1d20\u0474",
    "W": "\u051c\u1d21",
    "X": "\u0425\u03a7",
    "Y": "\u0423\u03a5\u04ae\u028f",
    "Z": "\u0396\u1d22",
}
_ONE_SHAPE = {ord(each): plain for plain, alike in _ALIKE.items() for each in alike}
_WORD = re.compile(r"(?:[^\W_]|[$|])+")


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return ``text`` in the one shape that all that looks alike has; signs and spaces stay."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each) not in _UNSEEN)
    # Once before for small capitals, which have no other case, and once after for what capitals look like.
    return bare.translate(_ONE_SHAPE).upper().translate(_ONE_SHAPE)


_UNSEEN = {"Mn", "Me", "Cf"}
_ANYWHERE = frozenset(map(fold, ANYWHERE))
_ALONE = frozenset(map(fold, ALONE))
_GENERIC = frozenset(map(fold, GENERIC))
_MOST = max(map(len, _ANYWHERE | _ALONE)) + 4  # and some digits about it


def is_brand(name: str) -> bool:
    """Return whether ``name`` is a brand's, or has a word that is nobody else's."""
    return without_brands(name) != name


def without_brands(name: str) -> str:
    """Return ``name`` without the brands in it, as it is where there are none; "" where it is nothing else."""
    left = _without(name)
    while left != name:  # what is left may stand together as another
        name, left = left, _without(left)
    return left


def _without(name: str) -> str:
    words = [_Word(found.group(), *found.span()) for found in _WORD.finditer(name)]
    taken = set(_made_of(words, _ANYWHERE))
    alone = taken | set(_made_of(words, _ALONE))
    if alone and all(place in alone or fold(word.text) in _GENERIC for place, word in enumerate(words)):
        return ""
    if not taken:
        return name
    kept = list(name)
    for place in taken:
        for each in range(words[place].start, words[place].end):
            kept[each] = ""
    return " ".join("".join(kept).split()).strip(" -.,:;&'/_*")


def _made_of(words: list[_Word], brands: frozenset[str]) -> Iterator[int]:
    """Yield the places of words that are one of ``brands``, alone or with those that follow them."""
    for first in range(len(words)):
        together = ""
        for last in range(first, len(words)):
            together += words[last].text
            if len(together) > _MOST:
                break
            if brands & {fold(together), fold(together.strip("0123456789"))}:
                yield from range(first, last + 1)
