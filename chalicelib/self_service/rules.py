"""Reading what people type on phones."""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from chalicelib.values import clean_text

MAX_CHARACTERS = 160  # of an SMS of one part, and of a USSD screen
MAX_REFERENCE = 64  # characters of a vendor's name of a message or session that stand in a key
MAX_DIGITS = 2  # of a choice

# A letter, with the accents that stand by themselves; digits are no part of a command.
_WORD = re.compile(r"[\W\d_]*((?:[^\W\d_][\u0300-\u036f]*)+)[\W_]*(.*)", re.DOTALL)
_COURTESY = frozenset({"PLEASE", "PLS", "TAFADHALI"})
# What stands beside "stop" and "start" where nothing else is meant by them.
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
# What people write before the name of a unit, and courtesy behind it.
_UNIT_WORDS = _COURTESY | {
    "APARTMENT", "FLAT", "HOUSE", "HSE", "NO", "NUMBER", "ROOM", "SHOP", "THE", "UNIT", "THANKS",
    "ASANTE", "CHUMBA", "DUKA", "FLETI", "NAMBA", "NYUMBA",
}  # fmt: skip


class CommandText(NamedTuple):
    """What was typed: the leading word in plain capitals ("" where there is none), and what follows it."""

    word: str
    rest: str


def parse_command_text(text: str) -> CommandText:
    """Return the leading word of ``text`` as commands are compared, and the rest of it as it was typed.

    Case, accents, and whatever stands before the word or between it and the rest do not count:
    " +Sálio?" is SALIO.
    """
    line = clean_line(text)
    match = _WORD.fullmatch(line)
    if match is None:
        return CommandText("", line)
    return CommandText(normalize_word(match[1]), match[2])


def skip_courtesy(parsed: CommandText) -> CommandText:
    """Return what was said behind a word of courtesy."""
    return parse_command_text(parsed.rest) if parsed.word in _COURTESY else parsed


def join_first_words(parsed: CommandText) -> CommandText:
    """Return what was said with the second word as part of the first: "not me 2" is NOTME and 2."""
    second = parse_command_text(parsed.rest)
    return CommandText(parsed.word + second.word, second.rest) if _BEGINS_WITH_LETTER.match(parsed.rest) else parsed


def parse_choice(text: str) -> tuple[int, str] | None:
    """Return the number that ``text`` begins with and what follows it, or None: "1, A12" is 1 and A12."""
    match = _CHOICE.fullmatch(clean_line(text))
    return None if match is None else (int(match[1]), (match[2] or "").rstrip())


def parse_number(text: str) -> int | None:
    """Return the number that stands anywhere in ``text``: None where there is none, 0 where it can be no choice."""
    match = _NUMBERS.findall(text)
    if not match:
        return None
    return int(match[0]) if len(match) == 1 and len(match[0]) <= MAX_DIGITS else 0


def is_same_unit(typed: str, unit_name: str) -> bool:
    """Tell whether what was typed is the unit's name: "house a 12" and "A12" are, "A1" and "" are not."""
    return _comparison_key(typed) != "" and (
        _comparison_key(typed) == _comparison_key(unit_name)
        or _strip_unit_words(typed) == _strip_unit_words(unit_name) != ""
    )


def _strip_unit_words(name: str) -> str:
    words = [normalize_word(each) for each in _TOKENS.findall(name)]
    return _comparison_key(" ".join(each for each in words if each not in _UNIT_WORDS))


def is_command_only(parsed: CommandText) -> bool:
    """Tell whether nothing but numbers and such words follows the leading word as go with stopping and starting."""
    return all(normalize_word(each) in _FILLER_WORDS or each.isdecimal() for each in _TOKENS.findall(parsed.rest))


def normalize_word(text: str) -> str:
    """Return a word in capitals without accents, full-width letters as plain ones."""
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)).upper()


def clean_line(text: str, most: int | None = None) -> str:
    """Return ``text`` on one line, without what nobody sees, cut to ``most`` characters."""
    return clean_text(unicodedata.normalize("NFC", text))[:most].rstrip()


def reference_key(reference: str) -> str:
    """Return a vendor's name of a message or session as it stands in a key: its digest where it is longer."""
    return reference if len(reference) <= MAX_REFERENCE else hashlib.sha256(reference.encode()).hexdigest()


def has_content(text: str) -> bool:
    """Tell whether there is a letter or a digit in it."""
    return any(each.isalnum() for each in text)


def match_unit(text: str, unit_names: Sequence[str]) -> tuple[int | None, str]:
    """Return the place of the unit whose name ``text`` begins with, and the rest; None and ``text`` where none does.

    Spaces, case and punctuation in names do not count: "b 12: no water" is of the unit B12. Of two
    names that fit, the longer is meant; of two that are the same, neither.
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
    """Tell whether the unit that ``text`` begins with, by its ``index``, is meant whoever named it.

    A name without a digit may be a word, such as "gas"; and where another's name stands anywhere in the text that
    one may be meant.
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
    """Yield each way that ``text`` begins, as names are compared, and where it ends there."""
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
