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
