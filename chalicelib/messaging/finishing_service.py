"""Where a text becomes final: made neutral where nobody vouches for it, it tells whom it is from and how to object."""

from typing import NamedTuple, Protocol

from chalicelib.messaging import neutral_rules, rules, signing_rules
from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import SMS
from chalicelib.messaging.objection_rules import Objections


class _Addressed(Protocol):
    """A message, new or kept."""

    @property
    def kind(self) -> str: ...

    @property
    def medium(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def address(self) -> str | None: ...


class Finisher(NamedTuple):
    """What is needed to finish the texts of a set of one organisation's messages."""

    allowance: Allowance
    objections: Objections

    def finish(self, message: _Addressed, text: str) -> str:
        """Return ``text`` as it goes out to the message's address, by whatever medium."""
        if not self.allowance.granted:
            text = neutral_rules.neutral_text(text)
        elif message.medium == SMS:
            text = rules.harmless(text)
        confirmed = message.address is not None and self.objections.is_confirmed(message.address)
        return signing_rules.sign(
            text, message.kind, message.medium, message.language, self.allowance, confirmed=confirmed
        )

    def finish_subject(self, subject: str) -> str:
        """Return the subject of a letter as it goes out."""
        return subject if self.allowance.granted else neutral_rules.neutral_text(subject)
