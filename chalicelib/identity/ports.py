"""What identity needs of the outside."""

from typing import Protocol


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
