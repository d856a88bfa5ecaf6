"""What identity needs of the outside."""

from typing import Protocol

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
