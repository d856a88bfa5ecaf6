"""Claims in a folder: what a laptop has in place of the table. Several processes may use it, and restarts keep it.

A file for each claim. It is written beside, under a name of its own, and linked into place, which the file system
does for one of all who try; so nobody ever reads half a claim.
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
from chalicelib.gateways import claims
from chalicelib.runtime.ports import Claim, Outcome


@dataclass(frozen=True, slots=True)
class ClaimsFolder:
    path: str

    def take(self, key: str, at: dt.datetime) -> bool:
        try:
            self._write({claims.TAKEN_AT: at.isoformat()}, lambda draft: os.link(draft, self._file(key)))
        except FileExistsError:
            return False
        return True

    def count(self, key: str, most: int, at: dt.datetime) -> bool:
        """Count by claiming the first number that is free: of all who race for one, one has it."""
        places = (f"{key}#{place}" for place in range(most))
        return any(not self._file(place).exists() and self.take(place, at) for place in places)

    def settle(self, key: str, outcome: Outcome) -> None:
        kept = self._read(key)
        if kept is None:
            raise ValueError("nobody has claimed this")
        values = {claims.TAKEN_AT: kept[claims.TAKEN_AT], **claims.to_values(outcome)}
        self._write(values, lambda draft: draft.replace(self._file(key)))

    def find(self, key: str) -> Claim | None:
        kept = self._read(key)
        return None if kept is None else claims.to_claim(kept)

    def _file(self, key: str) -> Path:
        return Path(self.path) / claims.name_of(key)

    def _read(self, key: str) -> dict[str, Any] | None:
        with _telling_unavailable():
            try:
                kept: dict[str, Any] = json.loads(self._file(key).read_text(encoding="utf-8"))
            except FileNotFoundError:
                return None
        return kept

    def _write(self, values: dict[str, Any], into_place: Callable[[Path], object]) -> None:
        with _telling_unavailable():
            Path(self.path).mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="draft.", dir=self.path)
            draft = Path(name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(values, file)
                into_place(draft)
            finally:
                draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _telling_unavailable() -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise  # somebody else has the claim
    except OSError as error:
        raise Unavailable("The folder of claims cannot be used.") from error
