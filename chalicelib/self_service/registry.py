"""What a phone may ask by SMS: the words, and who answers them. Others register their own with ``parser_command``."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.identity.model import PLATFORM
from chalicelib.leasing.model import LANGUAGES, PhoneTenant
from chalicelib.self_service.holder_service import Holder
from chalicelib.self_service.rules import CommandText, is_command_only, join_first_words, normalize_word, reference_key
from chalicelib.self_service.texts import first_fitting, translate

MAX_NAME = 20  # characters of a command's name, as it is kept beside what was sent


class SmsReference(NamedTuple):
    """By what the vendor knows an SMS again."""

    gateway: str
    provider_reference: str
    received_at: datetime

    @property
    def name(self) -> str:
        """The SMS as it stands in keys."""
        return f"{self.gateway}:{reference_key(self.provider_reference)}"


class CommandRequest(NamedTuple):
    """What was asked, and by whom: ``tenants`` has one for each organisation, with what the phone confirmed there.

    ``language`` is that of the word; None where it is a word in several, and each tenant's own holds.
    """

    phone: str
    text: str
    language: str | None
    holder: Holder
    sms: SmsReference
    now: datetime

    @property
    def tenants(self) -> list[PhoneTenant]:
        return self.holder.tenants

    @property
    def key(self) -> str:
        """Name what is made of the SMS: the same when it comes again."""
        return f"sms:{self.sms.name}"

    @property
    def reply_language(self) -> str:
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
    def on_behalf(cls, request: CommandRequest, name: str, **values: object) -> Self:
        """Return the text ``name``, told by the one organisation that the holder confirmed, else by the platform."""
        tenant = request.holder.only
        language = request.language or tenant.language if tenant else request.reply_language
        text = first_fitting([translate(name, language, **values)])
        return cls.of(tenant, language, text) if tenant else cls.of_platform(language, text)

    @classmethod
    def of_platform(cls, language: str, text: str) -> Self:
        """Return what concerns several organisations, or none, and is no one's to read."""
        return cls(PLATFORM, None, language, text)


CommandHandler = Callable[[Connection, CommandRequest], list[Reply]]


class Command(NamedTuple):
    """A command: ``help_text`` is how help tells it in each language, beginning with its word.

    A word that is ``alone`` is the command where little else stands beside it: it also begins other sentences.
    ``anyone`` may ask it; the others want a place that the phone's holder has confirmed.
    """

    name: str
    words: Mapping[str, tuple[str, ...]]
    help_text: Mapping[str, str]
    handler: CommandHandler
    alone: frozenset[str] = frozenset()
    anyone: bool = False


COMMANDS: dict[str, Command] = {}


def command(
    name: str,
    *,
    en: tuple[str, ...],
    sw: tuple[str, ...],
    argument_help: Mapping[str, str] | None = None,
    alone: tuple[str, ...] = (),
    anyone: bool = False,
) -> Callable[[CommandHandler], CommandHandler]:
    """Register who answers to a word (or two) of ``en`` or ``sw``; the first of each is the one that help tells.

    ``argument_help`` says in each language what is typed behind the word; ``alone`` are words that mean something else
    at the beginning of a sentence.

    Raises:
        ValueError: the name is too long or taken, or a word is another command's.
    """
    words = {"en": tuple(map(normalize_word, en)), "sw": tuple(map(normalize_word, sw))}
    used_words = {each for known in COMMANDS.values() for listed in known.words.values() for each in listed}
    if len(name) > MAX_NAME or name in COMMANDS or used_words.intersection(words["en"] + words["sw"]):
        raise ValueError(f"{name}: the name is too long, or it or a word is taken")
    help_text = {each: " ".join(filter(None, (words[each][0], (argument_help or {}).get(each)))) for each in LANGUAGES}

    def register(handler: CommandHandler) -> CommandHandler:
        COMMANDS[name] = Command(name, words, help_text, handler, frozenset(map(normalize_word, alone)), anyone)
        return handler

    return register


def list_commands() -> list[Command]:
    """Return the commands as they are told: first what is asked of a landlord."""
    return sorted(COMMANDS.values(), key=lambda each: each.anyone)


class CommandMatch(NamedTuple):
    """A command that was said, in which language if its word is one in one only, and what follows the word."""

    command: Command
    language: str | None
    rest: str


def match_command(parsed: CommandText) -> CommandMatch | None:
    """Return the command that was said; of two words ("not me") before one."""
    for variant in (join_first_words(parsed), parsed):
        for each in COMMANDS.values():
            reply_language = [
                language for language, words in each.words.items() if variant.word in map(_without_spaces, words)
            ]
            if reply_language and (variant.word not in map(_without_spaces, each.alone) or is_command_only(variant)):
                return CommandMatch(each, reply_language[0] if len(reply_language) == 1 else None, variant.rest)
    return None


def _without_spaces(word: str) -> str:
    return word.replace(" ", "")
