"""What is needed of the outside, each behind a protocol; `bootstrap` chooses who keeps it."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Protocol

SENT, REFUSED, NOT_SENT, UNKNOWN = OUTCOMES = ("sent", "refused", "not_sent", "unknown")


class OutgoingText(NamedTuple):
    """One text for one address, as a gateway is given it."""

    key: str  # of the attempt; at most one call is made for it, ever
    to: str  # E.164, or an e-mail address
    text: str
    subject: str = ""  # of an e-mail
    sender_name: str = ""  # empty: the platform's


class SendOutcome(NamedTuple):
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

    def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        """Hand the texts over and return what came of each, in their order. Raises nothing for what a vendor does."""
        ...


class SendClaim(NamedTuple):
    """That an attempt was taken to be given to a gateway at ``at``; no outcome: its taker has not said yet."""

    at: dt.datetime
    outcome: SendOutcome | None = None


class SendClaims(Protocol):
    """Who has given which attempt to a gateway, and how often what was done: kept where both Regions see it,
    outside the database.

    It holds no text and no address.
    """

    def claim(self, key: str, at: dt.datetime) -> bool:
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

    def record_outcome(self, key: str, outcome: SendOutcome) -> None:
        """Keep what came of the claimed ``key``, so that a repeat of the same queue message can tell it again.

        Raises:
            Unavailable: the keeper does not answer.
        """
        ...

    def find(self, key: str) -> SendClaim | None:
        """Return the claim of ``key``, read so that it shows what was taken or settled just before; None: nobody's.

        One without an outcome is still with its taker, or its taker was killed: its age tells.

        Raises:
            Unavailable: the keeper does not answer.
        """
        ...


class CodeOpener(Protocol):
    """Opens sign-in codes that Cognito sealed."""

    def open(self, sealed: str) -> str:
        """Return the code in ``sealed``, the base64 that came with Cognito's call.

        Raises:
            ValueError: it was not sealed under the key that is known here.
            Unavailable: the key service does not answer.
        """
        ...


# Group, in each user pool, of those whose password nobody knows; their tokens say so, and others' are not taken.
PASSWORDLESS = "passwordless"


class KeyWrapper(Protocol):
    """A key that never leaves its keeper, under which data keys are kept (KMS in AWS, a key file on a laptop)."""

    def wrap(self, data_key: bytes) -> bytes:
        """Return ``data_key`` (32 bytes) as it may be stored."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return the data key again.

        Raises:
            Unavailable: the keeper does not answer, or does not know the key.
        """
        ...


class KeyCopies(Protocol):
    """Copies of issuers' public keys, kept where they outlive an issuer that does not answer."""

    def find(self, name: str) -> str | None:
        """Return what was kept under ``name``, if anything was.

        Raises:
            Unavailable: the keeper does not answer.
        """
        ...

    def keep(self, name: str, text: str) -> None:
        """Keep ``text`` in place of what was kept.

        Raises:
            Unavailable: the keeper does not answer.
        """
        ...


class UserPool(Protocol):
    """The pool that people sign in at. Each call may be made again, and then changes nothing more."""

    def set_password(self, user: str, password: str) -> None:
        """Put ``password`` in place of the one that the user has, if any.

        Raises:
            Unavailable: the pool did not do it.
        """
        ...

    def sign_out(self, user: str) -> None:
        """End all that has been signed in to: no refresh token of the user is good for another token.

        Raises:
            Unavailable: the pool did not do it.
        """
        ...

    def admit(self, user: str) -> None:
        """Put the user into the group ``PASSWORDLESS``, which every token from now on names.

        Raises:
            Unavailable: the pool did not do it.
        """
        ...


class Queues(Protocol):
    """SQS, by what each queue is for.

    "wake" and "heavy": a worker has work, of the short lane and of the heavy one; "send": tell people; "results":
    what came of it.
    """

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        """Put each body (at most 200 kB) on ``queue`` and return, in their order, which of them were taken.

        Raises:
            Unavailable: the queue does not answer, or there is none; some may have been taken all the same.
        """
        ...
