"""Reading what people type on phones."""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from chalicelib.values import clean_text

MOST_CHARACTERS = 160  # of an SMS of one part, and of a USSD screen
MOST_REFERENCE = 64  # characters of a vendor's name of a message or session that stand in a key
MOST_DIGITS = 2  # of a choice

# A letter, with the accents that stand by themselves; digits are no part of a command.
_WORD = re.compile(r"[\W\d_]*((?:[^\W\d_][\u0300-\u036f]*)+)[\W_]*(.*)", re.DOTALL)
_PLEASE = frozenset({"PLEASE", "PLS", "TAFADHALI"})
# What stands beside "stop" and "start" where nothing else is meant by them.
_BESIDE = _PLEASE | {
    "ALL", "AGAIN", "FROM", "IT", "ME", "MESSAGE", "MESSAGES", "MESSAGING", "MSG", "MSGS", "MY", "NOW", "REMINDER",
    "REMINDERS", "SEND", "SENDING", "SMS", "TEXT", "TEXTS", "TEXTING", "THANKS", "THE", "THESE", "THIS", "THOSE",
    "TO", "US", "YOUR", "NUMBER", "PHONE", "LINE", "SORRY",
    "ASANTE", "HII", "HIZI", "HUU", "JUMBE", "KABISA", "KUNITUMA", "KUNITUMIA", "KUPOKEA", "KUTUMA", "MESEJI",
    "NITUMIE", "SASA", "TENA", "UJUMBE", "NAMBA", "SIMU", "SAMAHANI",
    "WENU", "YANGU", "YENU", "YOTE", "ZAKO", "ZENU", "ZOTE",
}  # fmt: skip
_PIECES = re.compile(r"\w+")
_BEGINS_WITH_LETTER = re.compile(r"[^\W\d_]")
_NUMBERS = re.compile(r"\d+")
_CHOICE = re.compile(r"[\W_]*([0-9]{1,2})(?:[\W_]+(.*))?", re.DOTALL)
# What people write before the name of a unit, and courtesy behind it.
_UNIT_WORDS = _PLEASE | {
    "APARTMENT", "FLAT", "HOUSE", "HSE", "NO", "NUMBER", "ROOM", "SHOP", "THE", "UNIT", "THANKS",
    "ASANTE", "CHUMBA", "DUKA", "FLETI", "NAMBA", "NYUMBA",
}  # fmt: skip


class Said(NamedTuple):
    """What was typed: the leading word in plain capitals ("" where there is none), and what follows it."""

    word: str
    rest: str


def read(text: str) -> Said:
    """Return the leading word of ``text`` as commands are compared, and the rest of it as it was typed.

    Case, accents, and whatever stands before the word or between it and the rest do not count:
    " +Sálio?" is SALIO.
    """
    plain = clean(text)
    found = _WORD.fullmatch(plain)
    if found is None:
        return Said("", plain)
    return Said(as_word(found[1]), found[2])


def without_please(said: Said) -> Said:
    """Return what was said behind a word of courtesy."""
    return read(said.rest) if said.word in _PLEASE else said


def joined(said: Said) -> Said:
    """Return what was said with the second word as part of the first: "not me 2" is NOTME and 2."""
    second = read(said.rest)
    return Said(said.word + second.word, second.rest) if _BEGINS_WITH_LETTER.match(said.rest) else said


def read_choice(text: str) -> tuple[int, str] | None:
    """Return the number that ``text`` begins with and what follows it, or None: "1, A12" is 1 and A12."""
    found = _CHOICE.fullmatch(clean(text))
    return None if found is None else (int(found[1]), (found[2] or "").rstrip())


def read_number(text: str) -> int | None:
    """Return the number that stands anywhere in ``text``: None where there is none, 0 where it can be no choice."""
    found = _NUMBERS.findall(text)
    if not found:
        return None
    return int(found[0]) if len(found) == 1 and len(found[0]) <= MOST_DIGITS else 0


def is_same_unit(typed: str, unit_name: str) -> bool:
    """Tell whether what was typed is the unit's name: "house a 12" and "A12" are, "A1" and "" are not."""
    return _key(typed) != "" and (_key(typed) == _key(unit_name) or _bare(typed) == _bare(unit_name) != "")


def _bare(name: str) -> str:
    words = [as_word(each) for each in _PIECES.findall(name)]
    return _key(" ".join(each for each in words if each not in _UNIT_WORDS))


def stands_alone(said: Said) -> bool:
    """Tell whether nothing but numbers and such words follows the leading word as go with stopping and starting."""
    return all(as_word(each) in _BESIDE or each.isdecimal() for each in _PIECES.findall(said.rest))


def as_word(text: str) -> str:
    """Return a word in capitals without accents, full-width letters as plain ones."""
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)).upper()


def clean(text: str, most: int | None = None) -> str:
    """Return ``text`` on one line, without what nobody sees, cut to ``most`` characters."""
    return clean_text(unicodedata.normalize("NFC", text))[:most].rstrip()


def known_as(reference: str) -> str:
    """Return a vendor's name of a message or session as it stands in a key: its digest where it is longer."""
    return reference if len(reference) <= MOST_REFERENCE else hashlib.sha256(reference.encode()).hexdigest()


def says_something(text: str) -> bool:
    """Tell whether there is a letter or a digit in it."""
    return any(each.isalnum() for each in text)


def choose_unit(text: str, unit_names: Sequence[str]) -> tuple[int | None, str]:
    """Return the place of the unit whose name ``text`` begins with, and the rest; None and ``text`` where none does.

    Spaces, case and punctuation in names do not count: "b 12: no water" is of the unit B12. Of two
    names that fit, the longer is meant; of two that are the same, neither.
    """
    begins = dict(_beginnings(text))
    fitting = [(len(_key(name)), place) for place, name in enumerate(unit_names) if _key(name) in begins]
    longest = [place for length, place in fitting if length == max(fitting)[0]]
    if len(longest) != 1:
        return None, text
    [place] = longest
    rest = text[begins[_key(unit_names[place])] :]
    return place, re.sub(r"^[\W_]+", "", rest)


def is_unmistakable(text: str, place: int, unit_names: Sequence[str]) -> bool:
    """Tell whether the unit that ``text`` begins with, by its ``place``, is meant whoever named it.

    A name without a digit may be a word, such as "gas"; and where another's name stands anywhere in the text that
    one may be meant.
    """
    if not any(each.isdecimal() for each in unit_names[place]):
        return False
    others = {_key(name) for number, name in enumerate(unit_names) if number != place}
    longest = max(map(len, others), default=0)
    return not any(
        key in others for found in _PIECES.finditer(text) for key in _keys_up_to(text[found.start() :], longest)
    )


def _keys_up_to(text: str, longest: int) -> Iterator[str]:
    return (key for key, _ in takewhile(lambda each: len(each[0]) <= longest, _beginnings(text)))


def _beginnings(text: str) -> Iterator[tuple[str, int]]:
    """Yield each way that ``text`` begins, as names are compared, and where it ends there."""
    key = ""
    for found in _PIECES.finditer(text):
        key += _key(found[0])
        if key:
            yield key, found.end()


def _key(name: str) -> str:
    return "".join(each for each in as_word(name) if each.isalnum())


def next_due_on(
    due_day: int, starts_on: dt.date, ends_on: dt.date | None, billed_through: dt.date | None, today: dt.date
) -> dt.date | None:
    """Return the due day of the first month that is not billed yet; None where it has passed or is after the lease.

    Args:
        due_day: 1 to 28, which every month has.
        billed_through: First day of the latest month that was billed; None: none was.
    """
    month = max(today, starts_on).replace(day=1)
    if billed_through is not None and billed_through >= month:
        month = (billed_through + dt.timedelta(days=31)).replace(day=1)
    if ends_on is not None and month > ends_on:
        return None
    due_on = max(month.replace(day=due_day), starts_on)
    return due_on if due_on >= today else None
