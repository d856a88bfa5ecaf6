"""Claims in a folder: the local replacement of the table. Safe between processes, and survives restarts.

One file per claim. It is written under a temporary name and linked into place, which succeeds for only one
process; so nobody reads a partial claim.
"""

import contextlib
import datetime as dt
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.gateways import claim_serialization
from chalicelib.runtime.ports import SendClaim, SendOutcome


@dataclass(frozen=True, slots=True)
class ClaimsFolder:
    path: str

    def claim(self, key: str, at: dt.datetime) -> bool:
        try:
            self._write({claim_serialization.CLAIMED_AT: at.isoformat()}, lambda draft: os.link(draft, self._file(key)))
        except FileExistsError:
            return False
        return True

    def count(self, key: str, most: int, at: dt.datetime) -> bool:
        """Count by claiming the first free number: only one of several concurrent callers gets it."""
        slots = (f"{key}#{number}" for number in range(most))
        return any(not self._file(number).exists() and self.claim(number, at) for number in slots)

    def record_outcome(self, key: str, outcome: SendOutcome) -> None:
        stored = self._read(key)
        if stored is None:
            raise ValueError("nobody has claimed this")
        values = {
            claim_serialization.CLAIMED_AT: stored[claim_serialization.CLAIMED_AT],
            **claim_serialization.serialize_outcome(outcome),
        }
        self._write(values, lambda draft: draft.replace(self._file(key)))

    def find(self, key: str) -> SendClaim | None:
        stored = self._read(key)
        return None if stored is None else claim_serialization.parse_claim(stored)

    def _file(self, key: str) -> Path:
        return Path(self.path) / claim_serialization.claim_name(key)

    def _read(self, key: str) -> dict[str, Any] | None:
        with _raising_unavailable():
            try:
                stored: dict[str, Any] = json.loads(self._file(key).read_text(encoding="utf-8"))
            except FileNotFoundError:
                return None
        return stored

    def _write(self, values: dict[str, Any], publish: Callable[[Path], object]) -> None:
        with _raising_unavailable():
            Path(self.path).mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="draft.", dir=self.path)
            draft = Path(name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(values, file)
                publish(draft)
            finally:
                draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _raising_unavailable() -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise  # already claimed
    except OSError as error:
        raise Unavailable("The folder of claims cannot be used.") from error
