"""What messaging needs of the outside: gateways that send, and the record of what was given to them."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Protocol

SENT, REFUSED, NOT_SENT, UNKNOWN = OUTCOMES = ("sent", "refused", "not_sent", "unknown")


class Outgoing(NamedTuple):
    """One text for one address, as a gateway is given it."""

    key: str  # of the attempt; at most one call is made for it, ever
    to: str  # E.164, or an e-mail address
    text: str
    subject: str = ""  # of an e-mail
    sender_name: str = ""  # empty: the platform's


class Outcome(NamedTuple):
    """What came of giving one text to a gateway.

    "sent": it took it. "refused": it will not send it; ``permanent`` says whether it never will, to this number by
    whatever gateway. "not_sent": nothing reached it, so another try is safe. "unknown": it may have been sent; only
    a delivery report can tell, and nobody tries again.
    """

    outcome: str
    permanent: bool = False
    provider_reference: str | None = None
    parts: int = 0
    cost_cents: int | None = None
    reason: str = ""


class Gateway(Protocol):
    """Sends texts; takes a time-out for unknown and never tries again by itself."""

    def send(self, texts: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the texts over and return what came of each, in their order. Raises nothing for what a vendor does."""
        ...


class Claim(NamedTuple):
    """That an attempt was taken to be given to a gateway at ``at``; no outcome: its taker has not said yet."""

    at: dt.datetime
    outcome: Outcome | None = None


class Claims(Protocol):
    """Who has given which attempt to a gateway, and how often what was done: kept where both Regions see it,
    outside the database.

    It holds no text and no address.
    """

    def take(self, key: str, at: dt.datetime) -> bool:
        """Claim ``key`` as of the instant ``at``, which is kept; return False where it was claimed before.

        Raises:
            Unavailable: the keeper does not answer; nothing may be sent then.
        """
        ...

    def count(self, key: str, most: int, at: dt.datetime) -> bool:
        """Count ``key`` once more, unless that would be more often than ``most``; return whether it was counted.

        It may count once too often where an answer was lost, and never once too seldom.

        Raises:
            Unavailable: the keeper does not answer.
        """
        ...

    def settle(self, key: str, outcome: Outcome) -> None:
        """Keep what came of the claimed ``key``, so that a repeat of the same queue message can tell it again.

        Raises:
            Unavailable: the keeper does not answer.
        """
        ...

    def find(self, key: str) -> Claim | None:
        """Return the claim of ``key``, read so that it shows what was taken or settled just before; None: nobody's.

        One without an outcome is still with its taker, or its taker was killed: its age tells.

        Raises:
            Unavailable: the keeper does not answer.
        """
        ...


class OpensCodes(Protocol):
    """Opens sign-in codes that Cognito sealed."""

    def open(self, sealed: str) -> str:
        """Return the code in ``sealed``, the base64 that came with Cognito's call.

        Raises:
            ValueError: it was not sealed under the key that is known here.
            Unavailable: the key service does not answer.
        """
        ...
