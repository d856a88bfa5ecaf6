"""Names under which nobody but their owners may write to people, and how a name is compared with them.

The list is short on purpose: those that a text in Kenya is faked under, because people act on them at
once. To add one, write it in capitals without spaces or signs, and decide whether people, houses or villages
have the same name:

- ``UNIQUE_BRANDS``: none does. A whole word of a name is enough, and so are words that make it together:
  "Mwangaza MPESA", "Safari Com", "M-PESA", "K.C.B".
- ``AMBIGUOUS_BRANDS``: some do ("Equity Wanjiru", "Police Line Flats"). It matches only if all other words of the
  name are in ``GENERIC_WORDS``: "Equity", "Equity Bank Ltd", "Kenya Police".

A name with a brand within a longer word ("Mpesani") is not a brand, unless the rest of the word is in
``GENERIC_WORDS`` ("KCBBank", "LipaNaMpesa"). Folded names are compared, in which characters that look alike are
equal (capitals and small letters, accents, strokes, full width, Cyrillic and Greek letters, 0 and O, 1, I and L, 5 and
S, rn and m) and invisible ones are dropped, so "SAFAR1C0M" and "m.p.e.s.a" are found too; digits before and after are
ignored.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.values import IGNORED

UNIQUE_BRANDS = (
    "AIRTEL",
    "ECITIZEN",
    "FULIZA",
    "ITAX",
    "KCB",
    "KENYAPOWER",
    "KPLC",
    "MPESA",
    "MSHWARI",
    "NHIF",
    "NSSF",
    "OKOAJAHAZI",
    "PLOTIHUB",
    "SAFARICOM",
    "TELKOM",
    "TKASH",
)
AMBIGUOUS_BRANDS = (
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
    "KRA",
    "NCBA",
    "OKOA",
    "POLICE",
    "POLISI",
    "SHA",
    "SHIF",
    "STANBIC",
)
GENERIC_WORDS = (
    "AGENT", "ALERT", "ALERTS", "BANK", "BENKI", "CARE", "CREDIT", "CUSTOMER", "DESK", "GROUP", "HELP", "HELPLINE",
    "INFO", "KE", "KENYA", "LIMITED", "LIPANA", "LOAN", "LOANS", "LTD", "MONEY", "NATIONAL", "OF", "OFFICE", "OFFICIAL",
    "ONLINE", "PAY", "PAYBILL", "PAYMENT", "PAYMENTS", "PLC", "SECURITY", "SERVICE", "SERVICES", "SUPPORT", "TEAM",
    "THE", "TILL", "TOKENS",
)  # fmt: skip

# Cyrillic, Greek and Armenian capitals, and the small capitals of phonetic writing.
_LOOKALIKES = {
    "O": "0\u041e\u039f\u0555",
    "I": "1L|\u00a3\u0406\u04c0\u0399\u029f\u026a",
    "S": "5$\u00a7\u0405\u054f\ua731",
    "A": "4@\u00c6\u039b\u0410\u0391\u1d00\u0251",
    "B": "\u0412\u0392\u0299",
    "C": "\u0421\u03f9\u1d04",
    "D": "\u1d05",
    "E": "3\u20ac\u03a3\u039e\u0415\u0395\u1d07",
    "F": "\ua730",
    "G": "\u0262",
    "H": "\u041d\u0397\u04ba\u029c",
    "J": "\u0408\u1d0a",
    "K": "\u041a\u039a\u1d0b",
    "M": "\u041c\u039c\u1d0d",
    "N": "\u039d\u0274",
    "P": "\u20b1\u0420\u03a1\u1d18",
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
_LOOKALIKE_MAP = {ord(each): plain for plain, alike in _LOOKALIKES.items() for each in alike}
_LATIN = re.compile(r"LATIN (?:CAPITAL |SMALL )?LETTER (?:SMALL CAPITAL )?([A-Z])(?: WITH .*)?$")
_SQUARED = "\u24b6-\u24e9\U0001f110-\U0001f189"  # letters in circles and boxes
# A sign may replace a letter or separate words: "S@faricom", "pay@mpesa".
_WORDS = (re.compile(r"(?:[^\W_]|[$|])+"), re.compile(rf"(?:[^\W_]|[$|@\u00a3\u00a7\u20ac\u20b1{_SQUARED}])+"))


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return ``text`` with characters that look alike replaced by one of them; signs and spaces stay."""
    bare = unicodedata.normalize("NFKD", IGNORED.sub("", text))
    plain = "".join(_latin(each) for each in IGNORED.sub("", bare) if unicodedata.category(each) not in _UNSEEN)
    # Before upper() for small capitals, which have no other case, and after it for lookalikes of capitals.
    return plain.translate(_LOOKALIKE_MAP).upper().translate(_LOOKALIKE_MAP).replace("RN", "M")


@functools.lru_cache(4096)
def _latin(letter: str) -> str:
    """Return the base letters of a letter with a stroke, in a box or of a ligature."""
    if letter.isascii():
        return letter
    found = _LATIN.search(unicodedata.name(letter, ""))
    return found[1] if found else letter


_UNSEEN = {"Mn", "Me", "Cf"}


class _Brands(NamedTuple):
    """The brands and generic words, folded; ``grown`` are brands with generic words around them."""

    anywhere: frozenset[str]
    anywhere_grown: re.Pattern[str]
    alone: frozenset[str]
    alone_grown: re.Pattern[str]
    generic: frozenset[str]
    max_length: int


@functools.cache
def _brands() -> _Brands:
    """Fold the tables at first use: at each cold start it would be for nothing."""
    anywhere, alone = frozenset(map(fold, UNIQUE_BRANDS)), frozenset(map(fold, AMBIGUOUS_BRANDS))
    generic = frozenset(map(fold, GENERIC_WORDS))
    return _Brands(
        anywhere,
        _with_generic_words(anywhere, generic),
        alone,
        _with_generic_words(alone, frozenset(each for each in generic if len(each) > 2)),  # "Shake" is no fund
        generic,
        max(map(len, anywhere | alone)) + 4,  # with some digits around it
    )


def _with_generic_words(brands: frozenset[str], generic: frozenset[str]) -> re.Pattern[str]:
    """Return the pattern of a single word made of one of ``brands`` and words of ``generic``."""
    others = f"(?:{'|'.join(sorted(generic))})*"
    return re.compile(f"{others}(?:{'|'.join(sorted(brands))}){others}")


def is_brand(name: str) -> bool:
    """Return whether ``name`` is a brand's name or contains a unique one."""
    return without_brands(name) != name


def without_brands(name: str) -> str:
    """Return ``name`` without the brands in it, unchanged if there are none; "" if nothing else is left."""
    before = None
    while name != before:  # the remaining words may form another brand
        before = name
        for word in _WORDS:
            name = _without(name, word)
    return name


def has_other_letters(name: str) -> bool:
    """Return whether ``name`` has a letter of another script than Latin; compatibility forms count as Latin."""
    visible = unicodedata.normalize("NFKC", IGNORED.sub("", name))
    return any(
        unicodedata.category(each) in ("Lu", "Ll", "Lt", "Lo") and "LATIN" not in unicodedata.name(each, "")
        for each in visible
    )


def _without(name: str, word: re.Pattern[str]) -> str:
    words = [_Word(found.group(), *found.span()) for found in word.finditer(name)]
    brands = _brands()
    brand_words = set(_find_brand_words(words, brands.anywhere, brands.anywhere_grown))
    alone = brand_words | set(_find_brand_words(words, brands.alone, brands.alone_grown))
    if alone and all(place in alone or fold(each.text) in brands.generic for place, each in enumerate(words)):
        return ""
    if not brand_words:
        return name
    kept = list(name)
    for place in brand_words:
        for at in range(words[place].start, words[place].end):
            kept[at] = ""
    return " ".join("".join(kept).split()).strip(" -.,:;&'/_*")


def _find_brand_words(words: list[_Word], brands: frozenset[str], grown: re.Pattern[str]) -> Iterator[int]:
    """Yield the indexes of words that are one of ``brands``, alone or together with those that follow them."""
    for first in range(len(words)):
        together = words[first].text
        shapes = {fold(together), fold(together.strip("0123456789"))}
        if any(map(grown.fullmatch, shapes)):
            yield first
        for last in range(first + 1, len(words)):
            together += words[last].text
            if len(together) > _brands().max_length:
                break
            if brands & {fold(together), fold(together.strip("0123456789"))}:
                yield from range(first, last + 1)
