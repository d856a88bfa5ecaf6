"""SMS encoding and length: the GSM 7-bit alphabet of 3GPP TS 23.038, and replacements for characters it lacks.

A text of this alphabet alone fits 160 characters, or 153 a part. One other character makes all of it UCS-2:
70, or 67 a part. So the typographic quotes and dashes that phones and word processors insert would more than
double the cost.
"""

import unicodedata
from collections.abc import Iterable

from chalicelib.messaging.model import SmsSize

GSM7, UCS2 = "gsm7", "ucs2"
MAX_SINGLE_PART = {GSM7: 160, UCS2: 70}
MAX_PER_PART = {GSM7: 153, UCS2: 67}  # the rest is the header that joins the parts

_LATIN_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzèéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà")
_OTHER_CHARACTERS = frozenset("@£$¥\n\rΔ_ΦΓΛΩΠΨΣΘΞ !\"#¤%&'()*+,-./0123456789:;<=>?¡§¿")
_EXTENSION = frozenset("\f^{}\\[~]|€")  # sent as two: an escape and a character
_BASIC = _LATIN_LETTERS | _OTHER_CHARACTERS
_ALPHABET = _BASIC | _EXTENSION
_NO_EXTENSION = str.maketrans(dict.fromkeys(_EXTENSION, ""))

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # soft hyphen, spaces and joiners without width
_LOOKALIKES = {
    # An apostrophe is part of a letter in Swahili ("ng'ombe"), and is typed as any of these.
    "'": "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u02b9\u02bb\u02bc\u00b4`\uff07",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u2022\u2023\u25e6\u25aa\u25cf\u2219\u00b7",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u2028\u2029\u0085",
    "...": "\u2026",
    "/": "\u2044\u2215",
    "x": "\u00d7",
    "fi": "\ufb01",
    "fl": "\ufb02",
    # Letters with a stroke or without a dot: no combining mark to strip.
    "D": "\u0110",
    "d": "\u0111",
    "H": "\u0126",
    "h": "\u0127",
    "i": "\u0131",
    "L": "\u0141",
    "l": "\u0142",
    "T": "\u0166",
    "t": "\u0167",
    "OE": "\u0152",
    "oe": "\u0153",
}
_REPLACEMENTS = {each: plain for plain, written in _LOOKALIKES.items() for each in written}


def measure_sms(text: str) -> SmsSize:
    """Return the encoding of ``text``, its length as that encoding counts, and its parts.

    A character of the extension table, and one that UCS-2 writes as a surrogate pair, count as two and
    stay in one part; so a part may end one short.
    """
    if _ALPHABET.issuperset(text):
        double_width = len(text) - len(text.translate(_NO_EXTENSION))
        return _size_of(GSM7, len(text), double_width, (2 if each in _EXTENSION else 1 for each in text))
    double_width = sum(each > "\uffff" for each in text)
    return _size_of(UCS2, len(text), double_width, (2 if each > "\uffff" else 1 for each in text))


def _size_of(encoding: str, length: int, double_width: int, sizes: Iterable[int]) -> SmsSize:
    """Return the size of ``length`` characters, ``double_width`` of them counted twice; ``sizes`` are per character."""
    characters = length + double_width
    limit = MAX_PER_PART[encoding]
    if characters <= MAX_SINGLE_PART[encoding]:
        parts = min(characters, 1)
    elif not double_width:
        parts = -(-characters // limit)
    else:
        parts = _count_sms_parts(sizes, limit)
    return SmsSize(encoding, characters, parts)


def _count_sms_parts(sizes: Iterable[int], limit: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > limit:
            parts, used = parts + 1, 0
        used += size
    return parts


def normalize_sms(text: str) -> str:
    """Return ``text`` with characters outside GSM 7-bit replaced where the reader sees no difference.

    Quotes, dashes, spaces, dots and bullets become plain, and letters lose accents that the alphabet lacks. Emoji and
    other scripts stay. Idempotent.
    """
    if _ALPHABET.issuperset(text):
        return text
    normalized: list[str] = []
    for each in unicodedata.normalize("NFC", text.translate(_INVISIBLE)):
        if each in _ALPHABET:
            normalized.append(each)
        elif not (unicodedata.combining(each) and normalized and normalized[-1][-1] in _LATIN_LETTERS):
            normalized.append(_REPLACEMENTS.get(each) or _strip_accents(each))
    return "".join(normalized)


def _strip_accents(letter: str) -> str:
    """Return the Latin letter left when accents are stripped, outermost first; else ``letter``."""
    bare = letter
    while bare not in _LATIN_LETTERS:
        parts = unicodedata.decomposition(bare)
        if not parts or parts.startswith("<"):  # <…>: only looks alike
            return letter
        bare = chr(int(parts.split()[0], 16))
    return bare


def costly_characters(text: str) -> list[str]:
    """Return the characters of ``text``, each once, for which every SMS with it is sent as UCS-2."""
    return [each for each in dict.fromkeys(normalize_sms(text)) if each not in _ALPHABET]


def replaced_characters(text: str) -> list[str]:
    """Return the characters of ``text`` that ``normalize_sms`` replaces, each once."""
    return [each for each in dict.fromkeys(text) if normalize_sms(each) != each]
