"""Transactions (reading, snapshot, writing with retry after a deadlock), and waking workers after a commit."""

import json
import logging
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chalicelib.errors import Unavailable
from chalicelib.runtime.ports import Queues
from chalicelib.storage.connector import READ_ONLY_CODES, UNREACHABLE_CODES, error_code
from chalicelib.storage.engines import WAKES_OPTION, WRITING_OPTION

Answer = TypeVar("Answer")

DEADLOCK = 1213  # MySQL: this transaction was rolled back so that another could go on
LOCK_WAIT = 1205  # MySQL: lock wait time-out
TRIES = 5

log = logging.getLogger("plotihub.database")


@dataclass(frozen=True, slots=True)
class Database:
    """The writing and the reading engine; the same one on a laptop."""

    writer: Engine
    reader: Engine
    queues: Queues | None = field(default=None, kw_only=True)  # none: workers poll

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read-only transaction on the nearest database."""
        with _unavailable_as_error(), self.reader.connect() as db, db.begin():
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a read-only transaction in which all reads see the same snapshot."""
        with _unavailable_as_error(), self.reader.connect() as raw:
            # A SQLite transaction always reads one snapshot.
            level = {} if raw.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
            db = raw.execution_options(**level)
            with db.begin():
                yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction on the writer; it commits when the block ends without an error.

        Workers registered by ``wake_after_commit`` are woken after the commit.
        """
        wakes: set[tuple[str, str]] = set()
        with _unavailable_as_error(), self.writer.connect() as raw:
            db = raw.execution_options(**WRITING_OPTION, **{WAKES_OPTION: wakes})
            with db.begin():
                yield db
        self.wake(wakes)

    def transact(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run ``work`` in a writing transaction; retry it when the database rolled it back as a deadlock victim."""
        for attempt in range(TRIES):
            try:
                with self.writing() as db:
                    return work(db)
            except OperationalError as error:
                if not _is_deadlock(error) or attempt == TRIES - 1:
                    raise
                time.sleep(0.02 * 2**attempt)
        raise AssertionError("unreachable: the last try returns or raises")

    def wake(self, wakes: Collection[tuple[str, str]]) -> bool:
        """Wake workers by their queues; return whether all wake-ups were queued. If not, workers still poll."""
        if self.queues is None:
            return False
        woken = True
        for queue in sorted({queue for queue, _ in wakes}):
            workers = sorted(worker for where, worker in wakes if where == queue)
            try:
                accepted = self.queues.send(queue, [json.dumps({"worker": worker}) for worker in workers])
            except Unavailable:
                accepted = [False]
            if not all(accepted):
                woken = False
                log.warning("tasks.worker.wake_failed: a worker could not be woken", extra={"workers": workers})
        return woken


def _is_deadlock(error: OperationalError) -> bool:
    """Return whether ``error`` comes from a deadlock, also when it shows as a failed rollback to a lost savepoint."""
    cause: BaseException | None = error
    while cause is not None:
        if cause.args[:1] == (DEADLOCK,):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


@contextmanager
def _unavailable_as_error() -> Iterator[None]:
    """Raise Unavailable, which callers may retry, when the database is unreachable, busy or read-only."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("The database is busy.", retry_after_s=5) from error
    except DBAPIError as error:
        code = error_code(error.orig)
        if error.connection_invalidated or code in READ_ONLY_CODES | UNREACHABLE_CODES:
            raise Unavailable("The database does not answer.") from error
        if code == LOCK_WAIT or "database is locked" in str(error.orig) or "unable to open database" in str(error.orig):
            raise Unavailable("The database is busy.", retry_after_s=5) from error
        raise


def is_transaction_lost(error: Exception) -> bool:
    """Return whether ``error`` ended its transaction or its connection."""
    return isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated)
