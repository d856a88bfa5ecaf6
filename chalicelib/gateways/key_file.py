"""Data keys wrapped by a key in a file: the local replacement of KMS."""

import base64
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import Unavailable

NONCE_BYTES = 12  # AES-GCM's own size, NIST SP 800-38D section 8.2


@dataclass(frozen=True, slots=True)
class KeyFile:
    path: str

    def wrap(self, data_key: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._key()).encrypt(nonce, data_key, b"data_key")

    def unwrap(self, wrapped: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self._key()).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], b"data_key")
        except InvalidTag as error:
            raise Unavailable("The key that this was sealed under is not the one in the key file.") from error

    def _key(self) -> bytes:
        """Return the file's key, creating the file (mode 0600) on first use."""
        path = Path(self.path)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = {"key": base64.b64encode(os.urandom(32)).decode()}
            # Written under a temporary name and linked into place: of several threads or
            # processes that start at once, one key wins for all.
            handle, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
            with os.fdopen(handle, "w") as file:
                json.dump(fresh, file)
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # use the key written concurrently
            finally:
                Path(draft).unlink()
        return base64.b64decode(json.loads(path.read_text())["key"])
