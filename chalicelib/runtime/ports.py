"""Protocols of the external services; `bootstrap` chooses the implementations."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Protocol

SENT, REFUSED, NOT_SENT, UNKNOWN = OUTCOMES = ("sent", "refused", "not_sent", "unknown")


class OutgoingText(NamedTuple):
    """One text for one address, as passed to a gateway."""

    key: str  # of the attempt; at most one gateway call is ever made for it
    to: str  # E.164, or an e-mail address
    text: str
    subject: str = ""  # e-mail only
    sender_name: str = ""  # empty: the platform's sender name


class SendOutcome(NamedTuple):
    """The outcome of passing one text to a gateway.

    "sent": accepted. "refused": the gateway will not send it; ``permanent`` says whether no gateway ever will, to
    this number. "not_sent": nothing reached the gateway, so a retry is safe. "unknown": it may have been sent; only
    a delivery report can show it, and it is never retried.
    """

    outcome: str
    permanent: bool = False
    provider_reference: str | None = None
    parts: int = 0
    cost_cents: int | None = None
    reason: str = ""


class Gateway(Protocol):
    """Sends texts; reports a time-out as "unknown" and never retries."""

    def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        """Send the texts and return their outcomes in the same order. A vendor's failure raises nothing."""
        ...


class SendClaim(NamedTuple):
    """An attempt claimed for sending at ``at``; the outcome is None until the claimant records it."""

    at: dt.datetime
    outcome: SendOutcome | None = None


class SendClaims(Protocol):
    """Claims of sending attempts, and counters, in a store shared by both Regions and apart from the database.

    It contains no text and no address.
    """

    def claim(self, key: str, at: dt.datetime) -> bool:
        """Claim ``key`` and store the instant ``at``; return False if it was already claimed.

        Raises:
            Unavailable: the store does not answer; nothing may be sent then.
        """
        ...

    def count(self, key: str, most: int, at: dt.datetime) -> bool:
        """Increment ``key`` unless it would exceed ``most``; return whether it was incremented.

        May overcount by one when a response was lost; never undercounts.

        Raises:
            Unavailable: the store does not answer.
        """
        ...

    def record_outcome(self, key: str, outcome: SendOutcome) -> None:
        """Store the outcome of the claimed ``key``, so that a redelivered queue message can return it again.

        Raises:
            Unavailable: the store does not answer.
        """
        ...

    def find(self, key: str) -> SendClaim | None:
        """Return the claim of ``key`` by a strongly consistent read, or None if unclaimed.

        A claim without an outcome is in progress, or its process was killed: its age shows which.

        Raises:
            Unavailable: the store does not answer.
        """
        ...


class CodeOpener(Protocol):
    """Decrypts sign-in codes that Cognito encrypted."""

    def open(self, sealed: str) -> str:
        """Return the code in ``sealed``, the base64 text from Cognito's event.

        Raises:
            ValueError: it was not encrypted under the configured key.
            Unavailable: the key service does not answer.
        """
        ...


# Group, in each user pool, of users whose password nobody knows. Tokens that do not name it are rejected.
PASSWORDLESS = "passwordless"


class KeyWrapper(Protocol):
    """A key that never leaves its store and encrypts data keys (KMS in AWS, a key file on a laptop)."""

    def wrap(self, data_key: bytes) -> bytes:
        """Return ``data_key`` (32 bytes) encrypted for storage."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return the decrypted data key.

        Raises:
            Unavailable: the key store does not answer, or does not know the key.
        """
        ...


class KeyCopies(Protocol):
    """Copies of issuers' public keys, for use while an issuer does not answer."""

    def find(self, name: str) -> str | None:
        """Return the text stored under ``name``, or None.

        Raises:
            Unavailable: the store does not answer.
        """
        ...

    def keep(self, name: str, text: str) -> None:
        """Store ``text``, replacing what was stored before.

        Raises:
            Unavailable: the store does not answer.
        """
        ...


class UserPool(Protocol):
    """The Cognito user pool. Every call is idempotent."""

    def set_password(self, user: str, password: str) -> None:
        """Replace the user's password, if any, by ``password``.

        Raises:
            Unavailable: the pool did not do it.
        """
        ...

    def sign_out(self, user: str) -> None:
        """Revoke all refresh tokens of the user.

        Raises:
            Unavailable: the pool did not do it.
        """
        ...

    def admit(self, user: str) -> None:
        """Add the user to the group ``PASSWORDLESS``, which all later tokens name.

        Raises:
            Unavailable: the pool did not do it.
        """
        ...


class Queues(Protocol):
    """The SQS queues by purpose.

    "wake" and "heavy" wake the workers of the short and the heavy lane, "send" carries messages to send, "results"
    their outcomes.
    """

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        """Put each body (at most 200 kB) on ``queue``; return, in the same order, whether each was accepted.

        Raises:
            Unavailable: the queue does not answer, or there is none; some bodies may have been accepted nevertheless.
        """
        ...
