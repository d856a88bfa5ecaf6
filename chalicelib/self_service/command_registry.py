"""What an SMS command is, and the table of them; ``sms_commands`` and ``place_commands`` declare them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.leasing.tenant_model import PhoneTenant
from chalicelib.organisations.model import PLATFORM
from chalicelib.self_service.parsing_rules import (
    CommandText,
    is_command_only,
    join_first_words,
    normalize_word,
    reference_key,
)
from chalicelib.self_service.phone_holders import Holder
from chalicelib.self_service.text_fitting import first_fitting
from chalicelib.translations.phone_replies import translate
from chalicelib.translations.wording import LANGUAGES

MAX_NAME = 20  # characters of a command's name, stored with the SMS


class SmsReference(NamedTuple):
    """The vendor's reference of an SMS."""

    gateway: str
    provider_reference: str
    received_at: datetime

    @property
    def name(self) -> str:
        """The reference as used in keys."""
        return f"{self.gateway}:{reference_key(self.provider_reference)}"


class CommandRequest(NamedTuple):
    """A parsed command and its sender: ``tenants`` has one per organisation, with the leases confirmed there.

    ``language`` is that of the keyword; None if the keyword exists in several: then each tenant's own applies.
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
        """Dedupe key for what the SMS creates; the same when it is redelivered."""
        return f"sms:{self.sms.name}"

    @property
    def reply_language(self) -> str:
        """Language of replies that are not on behalf of an organisation."""
        return self.language or self.holder.language


class Reply(NamedTuple):
    """A reply and the organisation it is billed to; it contains nothing of any other organisation.

    With ``text`` None nothing is sent; the SMS is still recorded as answered for the organisation.
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
        """Return the text ``name`` from the only organisation that the holder confirmed, else from the platform."""
        tenant = request.holder.only
        language = request.language or tenant.language if tenant else request.reply_language
        text = first_fitting([translate(name, language, **values)])
        return cls.of(tenant, language, text) if tenant else cls.of_platform(language, text)

    @classmethod
    def of_platform(cls, language: str, text: str) -> Self:
        """Return a reply that concerns several organisations or none, which none of them may read."""
        return cls(PLATFORM, None, language, text)


CommandHandler = Callable[[Connection, CommandRequest], list[Reply]]


class Command(NamedTuple):
    """A command; ``help_text`` is its line in the help text by language, beginning with the keyword.

    An ``alone`` keyword matches only if little else follows: it also begins ordinary sentences.
    ``anyone`` may use it; other commands need a confirmed lease.
    """

    name: str
    words: Mapping[str, tuple[str, ...]]
    help_text: Mapping[str, str]
    handler: CommandHandler
    alone: frozenset[str] = frozenset()
    anyone: bool = False


class CommandTable(dict[str, Command]):
    """Commands by name. Each module of commands declares its own; the room's interface includes them."""

    def command(
        self,
        name: str,
        *,
        en: tuple[str, ...],
        sw: tuple[str, ...],
        argument_help: Mapping[str, str] | None = None,
        alone: tuple[str, ...] = (),
        anyone: bool = False,
    ) -> Callable[[CommandHandler], CommandHandler]:
        """Declare a handler for the keywords (one or two words) of ``en`` and ``sw``; help shows the first of each.

        ``argument_help`` describes by language what follows the keyword; ``alone`` are keywords that also begin
        ordinary sentences.
        """
        words = {"en": tuple(map(normalize_word, en)), "sw": tuple(map(normalize_word, sw))}
        help_text = {
            each: " ".join(filter(None, (words[each][0], (argument_help or {}).get(each)))) for each in LANGUAGES
        }

        def declare(handler: CommandHandler) -> CommandHandler:
            self.add(Command(name, words, help_text, handler, frozenset(map(normalize_word, alone)), anyone))
            return handler

        return declare

    def add(self, command: Command) -> None:
        """Add a command.

        Raises:
            ValueError: the name is too long or in use, or a keyword is another command's.
        """
        used_words = {each for known in self.values() for listed in known.words.values() for each in listed}
        its_words = {each for listed in command.words.values() for each in listed}
        if len(command.name) > MAX_NAME or command.name in self or used_words & its_words:
            raise ValueError(f"{command.name}: the name is too long, or it or a word is taken")
        self[command.name] = command

    def include(self, others: "CommandTable") -> None:
        for each in others.values():
            self.add(each)


COMMANDS = CommandTable()


def list_commands() -> list[Command]:
    """Return the commands in the order of the help text: those about a landlord first."""
    return sorted(COMMANDS.values(), key=lambda each: each.anyone)


class CommandMatch(NamedTuple):
    """A matched command, its language if the keyword belongs to one only, and the rest of the text."""

    command: Command
    language: str | None
    rest: str


def match_command(parsed: CommandText) -> CommandMatch | None:
    """Return the matched command; two-word keywords ("not me") before one-word ones."""
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
