"""Identifiers: UUIDv7 (RFC 9562 section 5.7), made by the application so that either Region can make them."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last_ns = 0


def new_id() -> UUID:
    """Return a fresh UUIDv7; ids of one process rise strictly, so rows made in order are read in order."""
    global _last_ns  # noqa: PLW0603 - the last id made is what the next must pass
    with _lock:
        now = time.time_ns()
        # 12 bits below the millisecond order ids made within it (RFC 9562 section 6.2, method 3);
        # a step of one such tick keeps a burst, or a clock set back, rising.
        _last_ns = max(now, _last_ns + 245)
        now = _last_ns
    millis, rest = divmod(now, 1_000_000)
    value = millis << 80 | 0x7 << 76 | (rest * 4096 // 1_000_000) << 64 | 0b10 << 62
    return UUID(int=value | int.from_bytes(os.urandom(8)) >> 2)
