"""Finalise a text: sanitise it unless the organisation is granted messaging, then append sender and opt-out hint."""

from typing import NamedTuple, Protocol

from chalicelib.messaging import neutral_rules, rules, signing_rules
from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import SMS
from chalicelib.messaging.objection_rules import Suppressions


class _FinalizableMessage(Protocol):
    """A new or a stored message."""

    @property
    def kind(self) -> str: ...

    @property
    def medium(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def address(self) -> str | None: ...


class TextFinalizer(NamedTuple):
    """What is needed to finalise the texts of one organisation's messages."""

    allowance: Allowance
    suppressions: Suppressions

    def finalize(self, message: _FinalizableMessage, text: str) -> str:
        """Return ``text`` as sent to the message's address, on any medium."""
        if not self.allowance.granted:
            text = neutral_rules.sanitize_text(text)
        elif message.medium == SMS:
            text = rules.normalize_sms(text)
        confirmed = message.address is not None and self.suppressions.is_confirmed(message.address)
        return signing_rules.add_footer(
            text, message.kind, message.medium, message.language, self.allowance, confirmed=confirmed
        )

    def finalize_subject(self, subject: str) -> str:
        """Return an e-mail's subject as sent."""
        return subject if self.allowance.granted else neutral_rules.sanitize_text(subject)
