"""Whether this Region can read, for DNS health checks: it must respond quickly, and never uses the writer."""

import logging
import queue
import threading

from chalicelib.errors import DomainError, Unavailable
from chalicelib.runtime.resources import Resources
from chalicelib.web import idempotency_repository

TIME_LIMIT_S = 3.0  # below the four seconds that Route 53 waits for a connection
log = logging.getLogger("plotihub.web")


def check_read_database(resources: Resources, *, time_limit_s: float = TIME_LIMIT_S) -> None:
    """Read from the local reader, in a separate thread: a driver may wait longer than its time-outs.

    Raises:
        Unavailable: the read failed, or took longer than ``time_limit_s``.
    """
    results: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()

    def probe() -> None:
        try:
            with resources.reading() as db:
                idempotency_repository.ping(db)
        except Exception as error:  # noqa: BLE001 - passed to the waiting thread, and logged there
            results.put(error)
        else:
            results.put(None)

    threading.Thread(target=probe, name="health", daemon=True).start()
    try:
        error = results.get(timeout=time_limit_s)
    except queue.Empty:
        raise Unavailable("The database does not answer in time.") from None
    if isinstance(error, DomainError):
        raise error
    if error is not None:
        log.error("health.database.unreadable: the local database cannot be read", exc_info=error)
        raise Unavailable("The database cannot be read.") from error
