"""The composition root: which engines, clock and gateways the process works with. Swapped whole in tests."""

import json
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chalicelib import config
from chalicelib.clock import Clock, SystemClock
from chalicelib.errors import Unavailable
from chalicelib.identity.ports import KeyCopies, KeyWrapper, UserPool
from chalicelib.messaging.ports import Claims, Gateway, OpensCodes
from chalicelib.storage.connecting import NO_ANSWER, NO_WRITER, Login, code_of
from chalicelib.storage.engines import WAKES, WRITING, make_engine
from chalicelib.tasks.ports import Queues

Answer = TypeVar("Answer")

DEADLOCK = 1213  # MySQL: this transaction was rolled back so that another could go on
LOCK_WAIT = 1205  # MySQL: somebody held a lock for longer than we wait
TRIES = 5

log = logging.getLogger("plotihub.wiring")


@dataclass(frozen=True, slots=True)
class Parts:
    writer: Engine
    reader: Engine
    clock: Clock
    keys: KeyWrapper
    queues: Queues | None = None  # none: whoever works looks for itself

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads, on the nearest database."""
        with _telling_unavailable(), self.reader.connect() as db, db.begin():
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a reading transaction in which everything is seen as of one moment."""
        with _telling_unavailable(), self.reader.connect() as raw:
            # A SQLite transaction always is one picture.
            level = {} if raw.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
            db = raw.execution_options(**level)
            with db.begin():
                yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction on the writer; it commits when the block ends without an error.

        Whom it left work for is woken then.
        """
        wakes: set[tuple[str, str]] = set()
        with _telling_unavailable(), self.writer.connect() as raw:
            db = raw.execution_options(**WRITING, **{WAKES: wakes})
            with db.begin():
                yield db
        self.wake(wakes)

    def transact(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run ``work`` in a writing transaction, anew when the database chose it as a deadlock's victim."""
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
        """Wake workers, each by its queue; return whether all will be. If not it costs time only: they look, too."""
        if self.queues is None:
            return False
        woken = True
        for queue in sorted({queue for queue, _ in wakes}):
            workers = sorted(worker for where, worker in wakes if where == queue)
            try:
                taken = self.queues.send(queue, [json.dumps({"worker": worker}) for worker in workers])
            except Unavailable:
                taken = [False]
            if not all(taken):
                woken = False
                log.warning("a worker could not be woken", extra={"workers": workers})
        return woken


@dataclass(frozen=True, slots=True)
class Outside:
    """What a function works with that reaches the internet and has no database."""

    gateways: Mapping[str, Gateway]  # "africastalking", "sns", "email"
    claims: Claims
    queues: Queues
    clock: Clock
    codes: OpensCodes | None = None  # none: nobody's codes are sent


def _is_deadlock(error: OperationalError) -> bool:
    """Tell whether a deadlock is behind ``error``: it takes savepoints with it, and rolling back to one then fails."""
    behind: BaseException | None = error
    while behind is not None:
        if behind.args[:1] == (DEADLOCK,):
            return True
        behind = behind.__cause__ or behind.__context__
    return False


@contextmanager
def _telling_unavailable() -> Iterator[None]:
    """Turn "no database, or none that writes" into the error that a caller is told to retry on."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("The database is busy.", retry_after_s=5) from error
    except DBAPIError as error:
        code = code_of(error.orig)
        if error.connection_invalidated or code in NO_WRITER | NO_ANSWER:
            raise Unavailable("The database does not answer.") from error
        if code == LOCK_WAIT or "database is locked" in str(error.orig) or "unable to open database" in str(error.orig):
            raise Unavailable("The database is busy.", retry_after_s=5) from error
        raise


_parts: Parts | None = None
_outside: Outside | None = None
_lock = threading.Lock()


def parts() -> Parts:
    """Return what this process works with, made from the settings at first use."""
    global _parts  # noqa: PLW0603 - the one place where a process keeps what it works with
    if _parts is None:
        with _lock:
            if _parts is None:
                _parts = make_parts(config.settings())
    return _parts


def make_parts(settings: config.Settings) -> Parts:
    """Build the parts that ``settings`` describe; nothing is connected to yet."""
    timeout_s, login = settings.database_timeout_s, _login(settings)
    hosts = settings.database_writer_hosts
    writer = make_engine(settings.database_url, timeout_s=timeout_s, login=login, writer_hosts=hosts)
    reader = writer
    if settings.database_reader_url != settings.database_url:
        reader = make_engine(settings.database_reader_url, timeout_s=timeout_s, login=login)
    queues = _queues(settings) if settings.wake_queue_url else None
    return Parts(writer=writer, reader=reader, clock=SystemClock(), keys=_keys(settings), queues=queues)


def _login(settings: config.Settings) -> Login | None:
    if not settings.database_iam:
        return None
    from chalicelib.storage.logins import IamLogin

    return IamLogin(settings.database_ca_file)


def migrate(settings: config.Settings) -> str:
    """Bring the database to the newest schema and return its version.

    Who logs in by IAM does so as the migrator, who owns the tables, and gives the application's user its rights.
    """
    from chalicelib.storage.migrate import upgrade

    if not settings.database_iam:
        return upgrade(settings.database_url)
    url = make_url(settings.database_url)
    hosts = settings.database_migrator_hosts or settings.database_writer_hosts
    as_migrator = url.set(username=settings.database_migrator).render_as_string(hide_password=False)
    return upgrade(as_migrator, login=_login(settings), writer_hosts=hosts, user=url.username or "")


def outside() -> Outside:
    """Return what this process reaches the internet with, made from the settings at first use."""
    global _outside  # noqa: PLW0603
    if _outside is None:
        with _lock:
            if _outside is None:
                _outside = make_outside(config.settings())
    return _outside


def make_outside(settings: config.Settings) -> Outside:
    """Build what ``settings`` describe; nothing is called yet, and a gateway that lacks a setting refuses its texts."""
    from chalicelib.gateways.email import Email
    from chalicelib.gateways.sns import Sns

    gateways = {
        "africastalking": _africastalking(settings),
        "sns": Sns(settings.sms_sender_name),
        "email": Email(settings.email_from),
    }
    claims, codes = _claims(settings), _codes(settings)
    return Outside(gateways=gateways, claims=claims, queues=_queues(settings), clock=SystemClock(), codes=codes)


def _africastalking(settings: config.Settings) -> Gateway:
    from chalicelib.gateways.africastalking import AfricasTalking
    from chalicelib.gateways.parameter_store import Parameter

    key = settings.africastalking_api_key
    read = not key and settings.africastalking_api_key_parameter
    return AfricasTalking(
        base_url=settings.africastalking_url.rstrip("/"),
        username=settings.africastalking_username,
        api_key=Parameter(settings.africastalking_api_key_parameter) if read else lambda: key,
        sender_name=settings.sms_sender_name,
    )


def _codes(settings: config.Settings) -> OpensCodes | None:
    if not settings.codes_key_arn:
        return None
    from chalicelib.gateways.sealed_codes import SealedCodes

    return SealedCodes(settings.codes_key_arn)


def _claims(settings: config.Settings) -> Claims:
    if settings.claims_table:
        from chalicelib.gateways.claims_table import ClaimsTable

        return ClaimsTable(settings.claims_table)
    from chalicelib.gateways.claims_folder import ClaimsFolder

    return ClaimsFolder(settings.claims_folder)


def _queues(settings: config.Settings) -> Queues:
    from chalicelib.gateways.sqs import SqsQueues  # knows boto3 only once it sends

    queues = ("wake", "heavy", "send", "results")
    return SqsQueues({queue: getattr(settings, f"{queue}_queue_url") for queue in queues})


def _keys(settings: config.Settings) -> KeyWrapper:
    if settings.kms_key_id:
        from chalicelib.gateways.kms import KmsKeys  # boto3 is dear at a cold start

        return KmsKeys(settings.kms_key_id)
    from chalicelib.gateways.keyfile import KeyFile

    return KeyFile(settings.key_file)


def key_copies() -> KeyCopies | None:
    """Return who keeps copies of issuers' keys; none on a laptop."""
    prefix = config.settings().keys_parameter_prefix
    if not prefix:
        return None
    from chalicelib.gateways.key_parameters import KeyParameters

    return KeyParameters(prefix)


def user_pool(pool_id: str) -> UserPool:
    """Return the user pool of that id, in this Region."""
    from chalicelib.gateways.user_pool import CognitoPool

    return CognitoPool(pool_id)


@contextmanager
def using(these: Parts) -> Iterator[Parts]:
    """Work with ``these`` until the block ends."""
    global _parts  # noqa: PLW0603
    before, _parts = _parts, these
    try:
        yield these
    finally:
        _parts = before


@contextmanager
def using_outside(these: Outside) -> Iterator[Outside]:
    """Reach the internet with ``these`` until the block ends."""
    global _outside  # noqa: PLW0603
    before, _outside = _outside, these
    try:
        yield these
    finally:
        _outside = before
