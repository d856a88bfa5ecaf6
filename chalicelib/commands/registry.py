"""What a phone may ask by SMS: the words, and who answers them. Others register their own with ``command``."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.commands.rules import Said, as_word, stands_alone
from chalicelib.leasing.model import LANGUAGES, PhoneTenant

MOST_NAME = 20  # characters of a command's name, as it is kept beside what was sent


class Asking(NamedTuple):
    """What was asked, and by whom: ``tenants`` has one for each organisation, with whatever the phone rents there.

    ``language`` is that of the word; None where it is a word in several, and each tenant's own holds.
    ``key`` names the message, the same when it comes again.
    """

    phone: str
    text: str
    language: str | None
    tenants: list[PhoneTenant]
    key: str
    now: datetime


class Reply(NamedTuple):
    """What is told, and on whose account: nothing of one organisation is said in a reply of another's."""

    tenant: PhoneTenant
    language: str
    text: str
    lease_id: UUID | None = None


Answers = Callable[[Connection, Asking], list[Reply]]


class Command(NamedTuple):
    """A command: ``shown`` is how help tells it in each language, beginning with its word.

    A word that is ``alone`` is the command where little else stands beside it: it also begins other sentences.
    """

    name: str
    words: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, str]
    answers: Answers
    alone: frozenset[str] = frozenset()


COMMANDS: dict[str, Command] = {}


def command(
    name: str,
    *,
    en: tuple[str, ...],
    sw: tuple[str, ...],
    takes: Mapping[str, str] | None = None,
    alone: tuple[str, ...] = (),
) -> Callable[[Answers], Answers]:
    """Register who answers to a word of ``en`` or ``sw``; the first of each is the one that help tells.

    ``takes`` says in each language what is typed behind the word; ``alone`` are words that mean something else
    at the beginning of a sentence.

    Raises:
        ValueError: the name is too long or taken, or a word is another command's.
    """
    words = {"en": tuple(map(as_word, en)), "sw": tuple(map(as_word, sw))}
    taken = {each for known in COMMANDS.values() for listed in known.words.values() for each in listed}
    if len(name) > MOST_NAME or name in COMMANDS or taken.intersection(words["en"] + words["sw"]):
        raise ValueError(f"{name}: the name is too long, or it or a word is taken")
    shown = {each: " ".join(filter(None, (words[each][0], (takes or {}).get(each)))) for each in LANGUAGES}

    def register(answers: Answers) -> Answers:
        COMMANDS[name] = Command(name, words, shown, answers, frozenset(map(as_word, alone)))
        return answers

    return register


def find_command(said: Said) -> tuple[Command, str | None] | None:
    """Return the command that was said, and the word's language if it is a word in one only."""
    for each in COMMANDS.values():
        spoken = [language for language, words in each.words.items() if said.word in words]
        if spoken and (said.word not in each.alone or stands_alone(said)):
            return each, spoken[0] if len(spoken) == 1 else None
    return None
