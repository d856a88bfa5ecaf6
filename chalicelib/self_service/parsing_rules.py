"""Parse texts typed on phones."""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from chalicelib.periods import day_in, month_after
from chalicelib.values import clean_text

MAX_CHARACTERS = 160  # one SMS part, or one USSD screen
MAX_REFERENCE = 64  # characters of a vendor's reference used in a key
MAX_DIGITS = 2  # of a choice

# A letter, with combining accents; digits are no part of a command.
_WORD = re.compile(r"[\W\d_]*((?:[^\W\d_][\u0300-\u036f]*)+)[\W_]*(.*)", re.DOTALL)
_COURTESY = frozenset({"PLEASE", "PLS", "TAFADHALI"})
# Words that may follow "stop" and "start" without changing their meaning.
_FILLER_WORDS = _COURTESY | {
    "ALL", "AGAIN", "FROM", "IT", "ME", "MESSAGE", "MESSAGES", "MESSAGING", "MSG", "MSGS", "MY", "NOW", "REMINDER",
    "REMINDERS", "SEND", "SENDING", "SMS", "TEXT", "TEXTS", "TEXTING", "THANKS", "THE", "THESE", "THIS", "THOSE",
    "TO", "US", "YOUR", "NUMBER", "PHONE", "LINE", "SORRY",
    "ASANTE", "HII", "HIZI", "HUU", "JUMBE", "KABISA", "KUNITUMA", "KUNITUMIA", "KUPOKEA", "KUTUMA", "MESEJI",
    "NITUMIE", "SASA", "TENA", "UJUMBE", "NAMBA", "SIMU", "SAMAHANI",
    "WENU", "YANGU", "YENU", "YOTE", "ZAKO", "ZENU", "ZOTE",
}  # fmt: skip
_TOKENS = re.compile(r"\w+")
_BEGINS_WITH_LETTER = re.compile(r"[^\W\d_]")
_NUMBERS = re.compile(r"\d+")
_CHOICE = re.compile(r"[\W_]*([0-9]{1,2})(?:[\W_]+(.*))?", re.DOTALL)
# Words before a unit's name, and courtesies after it.
_UNIT_WORDS = _COURTESY | {
    "APARTMENT", "FLAT", "HOUSE", "HSE", "NO", "NUMBER", "ROOM", "SHOP", "THE", "UNIT", "THANKS",
    "ASANTE", "CHUMBA", "DUKA", "FLETI", "NAMBA", "NYUMBA",
}  # fmt: skip


class CommandText(NamedTuple):
    """A parsed text: the leading word in plain capitals ("" if there is none), and the rest."""

    word: str
    rest: str


def parse_command_text(text: str) -> CommandText:
    """Return the leading word of ``text`` normalised for comparison, and the rest as typed.

    Case, accents, and punctuation before or after the word are ignored: " +Sálio?" is SALIO.
    """
    line = clean_line(text)
    match = _WORD.fullmatch(line)
    if match is None:
        return CommandText("", line)
    return CommandText(normalize_word(match[1]), match[2])


def skip_courtesy(parsed: CommandText) -> CommandText:
    """Return the text without a leading courtesy."""
    return parse_command_text(parsed.rest) if parsed.word in _COURTESY else parsed


def join_first_words(parsed: CommandText) -> CommandText:
    """Return the text with its first two words joined: "not me 2" is NOTME and 2."""
    second = parse_command_text(parsed.rest)
    return CommandText(parsed.word + second.word, second.rest) if _BEGINS_WITH_LETTER.match(parsed.rest) else parsed


def parse_choice(text: str) -> tuple[int, str] | None:
    """Return the number that ``text`` begins with and what follows it, or None: "1, A12" is 1 and A12."""
    match = _CHOICE.fullmatch(clean_line(text))
    return None if match is None else (int(match[1]), (match[2] or "").rstrip())


def parse_number(text: str) -> int | None:
    """Return the number anywhere in ``text``: None if there is none, 0 if it cannot be a choice."""
    match = _NUMBERS.findall(text)
    if not match:
        return None
    return int(match[0]) if len(match) == 1 and len(match[0]) <= MAX_DIGITS else 0


def is_same_unit(typed: str, unit_name: str) -> bool:
    """Return whether the input is the unit's name: "house a 12" and "A12" are, "A1" and "" are not."""
    return _comparison_key(typed) != "" and (
        _comparison_key(typed) == _comparison_key(unit_name)
        or _strip_unit_words(typed) == _strip_unit_words(unit_name) != ""
    )


def _strip_unit_words(name: str) -> str:
    words = [normalize_word(each) for each in _TOKENS.findall(name)]
    return _comparison_key(" ".join(each for each in words if each not in _UNIT_WORDS))


def is_command_only(parsed: CommandText) -> bool:
    """Return whether only numbers and filler words of stop and start follow the leading word."""
    return all(normalize_word(each) in _FILLER_WORDS or each.isdecimal() for each in _TOKENS.findall(parsed.rest))


def normalize_word(text: str) -> str:
    """Return a word in capitals without accents, full-width letters as ASCII."""
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)).upper()


def clean_line(text: str, most: int | None = None) -> str:
    """Return ``text`` on one line without invisible characters, cut to ``most`` characters."""
    return clean_text(unicodedata.normalize("NFC", text))[:most].rstrip()


def reference_key(reference: str) -> str:
    """Return a vendor's reference for use in a key: its digest if too long."""
    return reference if len(reference) <= MAX_REFERENCE else hashlib.sha256(reference.encode()).hexdigest()


def has_content(text: str) -> bool:
    """Return whether ``text`` contains a letter or a digit."""
    return any(each.isalnum() for each in text)


def match_unit(text: str, unit_names: Sequence[str]) -> tuple[int | None, str]:
    """Return the index of the unit whose name ``text`` begins with, and the rest; None and ``text`` without a match.

    Spaces, case and punctuation in names are ignored: "b 12: no water" matches the unit B12. The longer of two
    matching names wins; of two equal names neither matches.
    """
    prefix_ends = dict(_prefixes(text))
    matches = [
        (len(_comparison_key(name)), index)
        for index, name in enumerate(unit_names)
        if _comparison_key(name) in prefix_ends
    ]
    longest = [index for length, index in matches if length == max(matches)[0]]
    if len(longest) != 1:
        return None, text
    [index] = longest
    rest = text[prefix_ends[_comparison_key(unit_names[index])] :]
    return index, re.sub(r"^[\W_]+", "", rest)


def is_unambiguous(text: str, index: int, unit_names: Sequence[str]) -> bool:
    """Return whether the unit at ``index``, which ``text`` begins with, is the only one that can be meant.

    A name without a digit may be an ordinary word, such as "gas"; and another unit's name anywhere in the text
    may be the one meant.
    """
    if not any(each.isdecimal() for each in unit_names[index]):
        return False
    others = {_comparison_key(name) for number, name in enumerate(unit_names) if number != index}
    longest = max(map(len, others), default=0)
    return not any(
        key in others for match in _TOKENS.finditer(text) for key in _prefix_keys(text[match.start() :], longest)
    )


def _prefix_keys(text: str, longest: int) -> Iterator[str]:
    return (key for key, _ in takewhile(lambda each: len(each[0]) <= longest, _prefixes(text)))


def _prefixes(text: str) -> Iterator[tuple[str, int]]:
    """Yield each prefix of ``text``, normalised as names are, and its end."""
    key = ""
    for match in _TOKENS.finditer(text):
        key += _comparison_key(match[0])
        if key:
            yield key, match.end()


def _comparison_key(name: str) -> str:
    return "".join(each for each in normalize_word(name) if each.isalnum())


def next_due_on(
    due_day: int, starts_on: dt.date, ends_on: dt.date | None, billed_through: dt.date | None, today: dt.date
) -> dt.date | None:
    """Return the due day of the first month that is not billed yet; None where it has passed or is after the lease.

    Args:
        due_day: 1 to 31; in a shorter month the last day stands for it.
        billed_through: First day of the latest month that was billed; None: none was.
    """
    month = max(today, starts_on).replace(day=1)
    if billed_through is not None and billed_through >= month:
        month = month_after(billed_through)
    if ends_on is not None and month > ends_on:
        return None
    due_on = max(day_in(month, due_day), starts_on)
    return due_on if due_on >= today else None
