"""Encryption of personal data under a data key for each person; destroying the key makes it unreadable."""

import os
from uuid import UUID

NONCE_BYTES = 12


def new_data_key() -> bytes:
    return os.urandom(32)


def encrypt(data_key: bytes, plain: bytes, owner_id: UUID) -> bytes:
    """Return ``plain`` encrypted (AES-256-GCM); it can be decrypted only with the same ``owner_id``."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 30 ms that most requests do not need

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(data_key).encrypt(nonce, plain, owner_id.bytes)


def decrypt(data_key: bytes, sealed: bytes, owner_id: UUID) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(data_key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner_id.bytes)
