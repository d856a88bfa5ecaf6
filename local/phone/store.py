"""The SMS that the phones received and sent, in a small SQLite file, so that they survive a restart."""

import datetime as dt
import sqlite3
import threading
from pathlib import Path
from typing import Any, NamedTuple

# Faults that a developer can set for a number: how the provider responds for it, and what it reports later.
DELIVER, REFUSE, BUSY, TIME_OUT, NO_REPORT, FAIL = FAULTS = (
    "deliver",
    "refuse",  # 403: not a number
    "busy",  # 500: another try may help
    "time_out",  # accepted and delivered, but the sender gets no response
    "no_report",
    "fail",  # accepted, then reported as failed
)
RECEIVED, ANSWERED = "received", "answered"
MAX_NUMBERS = 1000

SCHEMA = """
CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY,
    direction TEXT NOT NULL,
    number TEXT NOT NULL,
    other TEXT NOT NULL,      -- the sender's name, or the short code that was answered
    text TEXT NOT NULL,
    parts INTEGER NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,     -- as the network last reported it
    callback TEXT NOT NULL,   -- what the API answered when it was told; empty before
    at TEXT NOT NULL,
    seen INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sms_number ON sms (number, id);
CREATE TABLE IF NOT EXISTS fault (number TEXT PRIMARY KEY, kind TEXT NOT NULL);
"""


class Sms(NamedTuple):
    id: int
    direction: str
    number: str
    other: str
    text: str
    parts: int
    reference: str
    status: str
    callback: str
    at: str
    seen: int


class Store:
    """One connection behind a lock: there is little traffic. ``version`` grows with every change, for polling."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {SCHEMA}")
        self.version = 0

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def add(
        self, direction: str, number: str, other: str, text: str, parts: int, reference: str, at: dt.datetime
    ) -> Sms:
        values = (direction, number, other, text, parts, reference, "", "", at.isoformat(), direction == ANSWERED)
        row = self._write(
            "INSERT INTO sms (direction, number, other, text, parts, reference, status, callback, at, seen) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
            *values,
        )
        return Sms(**dict(row[0]))

    def report(self, reference: str, status: str, callback: str) -> None:
        """Store the reported status of the SMS and the API's response to it; "" leaves the last status."""
        changed = "UPDATE sms SET status = coalesce(nullif(?, ''), status), callback = ? WHERE reference = ?"
        self._write(changed, status, callback, reference)

    def numbers(self) -> list[dict[str, Any]]:
        """Return each number with its last SMS, how many were not looked at, and its fault; the latest first."""
        query = """
            SELECT sms.*, unread, coalesce(fault.kind, 'deliver') AS fault
            FROM sms
            JOIN (SELECT max(id) AS last_id, sum(1 - seen) AS unread FROM sms GROUP BY number) ON last_id = sms.id
            LEFT JOIN fault ON fault.number = sms.number
            ORDER BY sms.id DESC LIMIT ?
        """
        return [dict(row) for row in self._read(query, MAX_NUMBERS)]

    def thread(self, number: str, *, most: int = 200) -> list[Sms]:
        """Return the last SMS of the number, the oldest first."""
        rows = self._read("SELECT * FROM sms WHERE number = ? ORDER BY id DESC LIMIT ?", number, most)
        return [Sms(**dict(row)) for row in reversed(rows)]

    def received(self, *, after_id: int = 0) -> list[Sms]:
        """Return what all phones got after that one, the oldest first."""
        query = "SELECT * FROM sms WHERE direction = ? AND id > ? ORDER BY id"
        return [Sms(**dict(row)) for row in self._read(query, RECEIVED, after_id)]

    def look_at(self, number: str) -> None:
        self._write("UPDATE sms SET seen = 1 WHERE number = ? AND seen = 0", number)

    def fault_of(self, number: str) -> str:
        rows = self._read("SELECT kind FROM fault WHERE number = ?", number)
        return str(rows[0]["kind"]) if rows else DELIVER

    def set_fault(self, number: str, kind: str) -> None:
        """Have the number behave so from now on.

        Raises:
            ValueError: there is no such fault.
        """
        if kind not in FAULTS:
            raise ValueError(f"one of {', '.join(FAULTS)}")
        self._write("INSERT OR REPLACE INTO fault (number, kind) VALUES (?, ?)", number, kind)

    def _read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def _write(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            cursor = self._db.execute(query, values)
            rows = cursor.fetchall()
            if rows or cursor.rowcount > 0:
                self.version += 1
            return rows
