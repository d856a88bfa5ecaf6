"""The folder of local data that outlives a run, and the note by which other commands find a current run."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, NamedTuple

from chalicelib import config
from local.emulator import Emulator

AFRICASTALKING_USERNAME = "sandbox"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What this machine's SMS provider and the API know each other by."""

    africastalking_api_key: str
    callback_token: str

    def environment(self) -> dict[str, str]:
        """Return the application's environment variables for the provider; it never gets the token itself."""
        return {
            "AFRICASTALKING_USERNAME": AFRICASTALKING_USERNAME,
            "AFRICASTALKING_API_KEY": self.africastalking_api_key,
            "CALLBACK_TOKEN_HASHES": hashlib.sha256(self.callback_token.encode()).hexdigest(),
        }


class Running(NamedTuple):
    """Addresses of the API and of the phones' page, and the emulator."""

    url: str
    phone_url: str
    emulator: Emulator


@dataclass(frozen=True, slots=True)
class Home:
    """The directory of the database, the key file and the note of the run that is on."""

    path: Path

    @classmethod
    def of_settings(cls) -> "Home":
        path = Path(os.environ.get("PLOTIHUB_HOME", config.DEFAULT_HOME)).absolute()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(path)

    @property
    def database(self) -> Path:
        """The SQLite file that is used unless DATABASE_URL names a database."""
        return self.path / "plotihub.sqlite3"

    @property
    def phone(self) -> Path:
        """The SQLite file of the SMS that the simulated phones received and sent."""
        return self.path / "phone.sqlite3"

    @property
    def claims(self) -> Path:
        """The folder in which is kept which texts were given to a gateway."""
        return self.path / "claims"

    def secrets(self) -> Secrets:
        """Return this home's own, made at first use."""
        file = self.path / "secrets.json"
        with contextlib.suppress(FileExistsError):
            created = Secrets(secrets.token_hex(32), secrets.token_urlsafe(32))
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                json.dump(asdict(created), out)
        return Secrets(**json.loads(file.read_text()))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder against a second run: two would run the same schedules on one database."""
        with (self.path / "lock").open("w") as lock:
            if not _lock(lock):
                sys.exit(f"`make run` already runs on {self.path}; end it first, or set PLOTIHUB_HOME and PORT")
            yield

    def delete_data(self) -> None:
        """Delete database and keys, so that the next start begins anew.

        Raises:
            SystemExit: DATABASE_URL names a database that is not ours to empty.
        """
        if "DATABASE_URL" in os.environ:
            sys.exit("DATABASE_URL is set: that database is yours; unset it, or empty it yourself.")
        for pattern in ("plotihub.sqlite3*", "phone.sqlite3*", "keys.json*", "secrets.json", "running.json"):
            for file in self.path.glob(pattern):
                file.unlink()
        shutil.rmtree(self.claims, ignore_errors=True)

    def note(self, url: str, phone_url: str, emulator: Emulator) -> None:
        """Write down where this run answers, for ``local.token`` and ``local.env``."""
        content = {"url": url, "phone_url": phone_url, "emulator": json.loads(emulator.to_json())}
        (self.path / "running.json").write_text(json.dumps(content))

    def delete_run_file(self) -> None:
        (self.path / "running.json").unlink(missing_ok=True)

    def running(self) -> Running:
        """Return where the run that is on answers.

        Raises:
            SystemExit: none is.
        """
        note = self.path / "running.json"
        with (self.path / "lock").open("w") as lock:
            if _lock(lock) or not note.exists():  # the note of a killed run is stale
                sys.exit(f"nothing runs on {self.path}; start it with: make run")
        content = json.loads(note.read_text())
        return Running(content["url"], content["phone_url"], Emulator.from_json(json.dumps(content["emulator"])))


def _lock(file: IO[str]) -> bool:
    """Lock until ``file`` is closed; return whether the lock was free."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
