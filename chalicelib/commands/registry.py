"""What a phone may ask by SMS: the words, and who answers them. Others register their own with ``command``."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.commands.holder_service import Holder
from chalicelib.commands.rules import Said, as_word, joined, known_as, stands_alone
from chalicelib.commands.texts import first_that_fits, say
from chalicelib.identity.model import PLATFORM
from chalicelib.leasing.model import LANGUAGES, PhoneTenant

MOST_NAME = 20  # characters of a command's name, as it is kept beside what was sent


class Sms(NamedTuple):
    """By what the vendor knows an SMS again."""

    gateway: str
    provider_reference: str
    received_at: datetime

    @property
    def name(self) -> str:
        """The SMS as it stands in keys."""
        return f"{self.gateway}:{known_as(self.provider_reference)}"


class Asking(NamedTuple):
    """What was asked, and by whom: ``tenants`` has one for each organisation, with what the phone confirmed there.

    ``language`` is that of the word; None where it is a word in several, and each tenant's own holds.
    """

    phone: str
    text: str
    language: str | None
    holder: Holder
    sms: Sms
    now: datetime

    @property
    def tenants(self) -> list[PhoneTenant]:
        return self.holder.tenants

    @property
    def key(self) -> str:
        """Name what is made of the SMS: the same when it comes again."""
        return f"sms:{self.sms.name}"

    @property
    def spoken(self) -> str:
        """The language to answer in, on nobody's account in particular."""
        return self.language or self.holder.language


class Reply(NamedTuple):
    """What is told, and on whose account: nothing of one organisation is said in a reply of another's.

    With ``text`` None nothing is said; that it was answered for the organisation is kept all the same.
    """

    organisation_id: UUID
    tenant_id: UUID | None
    language: str
    text: str | None
    lease_id: UUID | None = None

    @classmethod
    def of(cls, tenant: PhoneTenant, language: str, text: str | None, lease_id: UUID | None = None) -> Self:
        return cls(tenant.organisation_id, tenant.tenant_id, language, text, lease_id)

    @classmethod
    def on_behalf(cls, asking: Asking, name: str, **values: object) -> Self:
        """Return the text ``name``, told by the one organisation that the holder confirmed, else by the platform."""
        tenant = asking.holder.only
        language = asking.language or tenant.language if tenant else asking.spoken
        text = first_that_fits([say(name, language, **values)])
        return cls.of(tenant, language, text) if tenant else cls.of_platform(language, text)

    @classmethod
    def of_platform(cls, language: str, text: str) -> Self:
        """Return what concerns several organisations, or none, and is no one's to read."""
        return cls(PLATFORM, None, language, text)


Answers = Callable[[Connection, Asking], list[Reply]]


class Command(NamedTuple):
    """A command: ``shown`` is how help tells it in each language, beginning with its word.

    A word that is ``alone`` is the command where little else stands beside it: it also begins other sentences.
    ``anyone`` may ask it; the others want a place that the phone's holder has confirmed.
    """

    name: str
    words: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, str]
    answers: Answers
    alone: frozenset[str] = frozenset()
    anyone: bool = False


COMMANDS: dict[str, Command] = {}


def command(
    name: str,
    *,
    en: tuple[str, ...],
    sw: tuple[str, ...],
    takes: Mapping[str, str] | None = None,
    alone: tuple[str, ...] = (),
    anyone: bool = False,
) -> Callable[[Answers], Answers]:
    """Register who answers to a word (or two) of ``en`` or ``sw``; the first of each is the one that help tells.

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
        COMMANDS[name] = Command(name, words, shown, answers, frozenset(map(as_word, alone)), anyone)
        return answers

    return register


def list_commands() -> list[Command]:
    """Return the commands as they are told: first what is asked of a landlord."""
    return sorted(COMMANDS.values(), key=lambda each: each.anyone)


class Found(NamedTuple):
    """A command that was said, in which language if its word is one in one only, and what follows the word."""

    command: Command
    language: str | None
    rest: str


def find_command(said: Said) -> Found | None:
    """Return the command that was said; of two words ("not me") before one."""
    for spelt in (joined(said), said):
        for each in COMMANDS.values():
            spoken = [language for language, words in each.words.items() if spelt.word in map(_spaceless, words)]
            if spoken and (spelt.word not in map(_spaceless, each.alone) or stands_alone(spelt)):
                return Found(each, spoken[0] if len(spoken) == 1 else None, spelt.rest)
    return None


def _spaceless(word: str) -> str:
    return word.replace(" ", "")
