"""Finding the writer among two real servers, while it moves from one to the other under requests."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, Row, insert, select, text
from sqlalchemy.exc import OperationalError

from chalicelib.clock import SystemClock
from chalicelib.errors import Unavailable
from chalicelib.gateways.key_file import KeyFile
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage import append_only, connector, migrate
from chalicelib.storage.engines import make_engine
from chalicelib.storage.tables import metadata
from chalicelib.storage.tables.tasks import job_slots
from tests import databases
from tests.api.client import Client

pytestmark = [pytest.mark.mariadb, pytest.mark.slow]


@dataclass
class Twin:
    """One of the two: ``url`` is its administrator's, whom read_only does not hold."""

    server: databases.Server
    url: str

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    def take_writes(self, takes: bool) -> None:
        databases.execute(self.url, f"SET GLOBAL read_only = {'OFF' if takes else 'ON'}")

    def logins(self) -> int:
        """Count the connections that the application has open here."""
        engine = make_engine(self.url)
        with engine.connect() as db:
            count = db.scalar(text("SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE 'app%'"))
        engine.dispose()
        return int(count or 0)


@dataclass
class Pair:
    one: Twin
    two: Twin
    engine: Engine


@pytest.fixture(scope="module")
def twins() -> Iterator[tuple[Twin, Twin, str]]:
    """Two migrated servers, the same user on both, who has the application's rights; and that user's address."""
    servers = [databases.start(buffer_pool_mb=32, in_memory=True) for _ in range(2)]
    user, password = f"app_{secrets.token_hex(4)}", secrets.token_hex(8)
    started = []
    for server in servers:
        url = server.create_database("plotihub")
        migrate.upgrade(url)
        account = f"'{user}'@'127.0.0.1'"
        databases.execute(url, f"CREATE USER {account} IDENTIFIED BY '{password}'")
        databases.execute(url, *append_only.grant_statements("plotihub", account))
        started.append(Twin(server, url))
    yield started[0], started[1], f"mysql+pymysql://{user}:{password}@nowhere.invalid/plotihub"
    for server in servers:
        server.stop()


@pytest.fixture
def pair(twins: tuple[Twin, Twin, str]) -> Iterator[Pair]:
    """The first takes writes, the second does not; the engine knows the second one first."""
    one, two, url = twins
    one.take_writes(True)
    two.take_writes(False)
    engine = make_engine(url, timeout_s=2, writer_hosts=[two.host, one.host])
    yield Pair(one, two, engine)
    engine.dispose()


@pytest.fixture
def resources(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resources]:
    keys = KeyFile(str(tmp_path_factory.mktemp("keys") / "keys.json"))
    with using(Resources(pair.engine, pair.engine, SystemClock(), keys)) as these:
        yield these


def port_of(engine: Engine) -> str:
    with engine.connect() as db:
        return f"127.0.0.1:{db.scalar(text('SELECT @@port'))}"


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(Unavailable, match="No database accepts writes") as caught:
        yield
    assert caught.value.retry_after_s == 20


def test_the_one_that_takes_writes_is_found(pair: Pair) -> None:
    assert port_of(pair.engine) == pair.one.host
    assert pair.two.logins() == 0  # it was asked, and let go


def test_the_last_good_one_is_asked_first(pair: Pair) -> None:
    assert port_of(pair.engine) == pair.one.host
    pair.engine.dispose()
    pair.two.take_writes(True)
    assert port_of(pair.engine) == pair.one.host
    pair.one.take_writes(False)
    pair.engine.dispose()
    assert port_of(pair.engine) == pair.two.host


def test_where_none_takes_writes_nobody_looks_again_at_once(pair: Pair) -> None:
    pair.one.take_writes(False)
    with refused():
        pair.engine.connect()
    pair.two.take_writes(True)
    with refused():  # who looked again would find the other
        pair.engine.connect()
    time.sleep(connector.RETRY_AFTER_S)
    assert port_of(pair.engine) == pair.two.host


def test_a_connection_that_refuses_a_write_goes_with_its_neighbours(pair: Pair, resources: Resources) -> None:
    with pair.engine.connect(), pair.engine.connect():
        pass
    assert pair.one.logins() == 2
    pair.one.take_writes(False)
    row = {"job": "writers", "slot": "s", "scope_id": uuid4(), "claimed_at": resources.clock.now(), "count": 0}
    with pytest.raises(Unavailable), resources.writing() as db:
        db.execute(insert(job_slots).values(row))
    pair.two.take_writes(True)
    assert port_of(pair.engine) == pair.two.host
    assert pair.one.logins() == 0


def test_a_connection_that_lay_idle_is_asked_whether_it_is_the_writer_still(pair: Pair) -> None:
    with pair.engine.connect() as db:
        record = db.connection._connection_record  # what the pool keeps of it
        assert record is not None
        record.info["checked_at"] -= connector.WRITER_CHECK_S
    pair.one.take_writes(False)
    pair.two.take_writes(True)
    assert port_of(pair.engine) == pair.two.host  # without a single refused write


def test_one_that_is_away_is_passed_over(twins: tuple[Twin, Twin, str]) -> None:
    one, _, url = twins
    one.take_writes(True)
    engine = make_engine(url, timeout_s=2, writer_hosts=["127.0.0.1:1", one.host])
    assert port_of(engine) == one.host
    engine.dispose()


def test_one_that_will_not_have_us_is_told_apart_from_one_that_is_away(twins: tuple[Twin, Twin, str]) -> None:
    one, _, _ = twins
    nobody = "mysql+pymysql://nobody:x@nowhere.invalid/plotihub"
    engine = make_engine(nobody, timeout_s=2, writer_hosts=["127.0.0.1:1", one.host])
    with pytest.raises(OperationalError, match="Access denied"):
        engine.connect()
    engine.dispose()


class Requests(threading.Thread):
    """Adds properties over the API, one after another, each until it is taken, until told to stop."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.client, self.stopped = client, threading.Event()
        self.responses: list[tuple[str, int, str | None]] = []

    def run(self) -> None:
        number = 0
        while not self.stopped.is_set():
            answer = self.client.post("/v1/properties", {"name": f"Court {number}"}, Idempotency_Key=f"court-{number}")
            self.responses.append((f"Court {number}", answer.status, answer.headers.get("Retry-After")))
            number += answer.status == 201

    def statuses_since(self, place: int) -> set[int]:
        return {status for _, status, _ in self.responses[place:]}

    def wait_for(self, seen: Callable[[set[int]], bool], *, since: int) -> None:
        until = time.monotonic() + 20
        while not seen(self.statuses_since(since)):
            assert time.monotonic() < until, self.responses[since:]
            time.sleep(0.02)


def rows_of(twin: Twin, table: str) -> Sequence[Row[Any]]:
    engine = make_engine(twin.url)
    with engine.connect() as db:
        found = db.execute(select(metadata.tables[table])).all()
    engine.dispose()
    return found


def copy(of: Twin, to: Twin) -> None:
    """Give ``to`` what ``of`` has, as the database's own replication does."""
    source, target = make_engine(of.url), make_engine(to.url)
    with source.connect() as reading, target.begin() as writing:
        writing.execute(text("SET foreign_key_checks = 0"))
        for table in metadata.sorted_tables:
            rows = [dict(row._mapping) for row in reading.execute(select(table))]
            if rows:
                writing.execute(insert(table).prefix_with("IGNORE"), rows)  # a migration's own rows are there
    source.dispose()
    target.dispose()


def test_writes_wait_while_the_writer_moves_and_none_is_half_done(pair: Pair, resources: Resources) -> None:
    owner = Client("+254700000009")
    founded = owner.post("/v1/organisations", {"name": "Acme Homes", "person_name": "Amina"})
    owner.organisation_id = founded.json["id"]
    copy(pair.one, pair.two)
    before = len(rows_of(pair.two, "audit_event"))
    requests = Requests(owner)
    requests.start()
    try:
        move_writer(pair, requests)
    finally:
        requests.stopped.set()
        requests.join(30)
    assert {after for _, status, after in requests.responses if status == 503} == {"20"}
    assert {status for _, status, _ in requests.responses} == {201, 503}
    names = [name for name, status, _ in requests.responses if status == 201]
    there = [property_.name for twin in (pair.one, pair.two) for property_ in rows_of(twin, "property")]
    assert sorted(there) == sorted(names)
    assert len(set(names)) == len(names)
    for twin in (pair.one, pair.two):  # each property with its audit event and its kept answer, or not at all
        properties = len(rows_of(twin, "property"))
        assert len(rows_of(twin, "audit_event")) == before + properties
        assert len(rows_of(twin, "idempotency_key")) == properties


def move_writer(pair: Pair, requests: Requests) -> None:
    """Take writes from the first, and give them to the second when nobody has had any for a while."""
    requests.wait_for(lambda seen: 201 in seen, since=0)
    pair.one.take_writes(False)
    moved = len(requests.responses) + 1  # one may be on its way
    requests.wait_for(lambda seen: 503 in seen, since=moved)
    time.sleep(0.3)
    assert requests.statuses_since(moved) == {503}
    pair.two.take_writes(True)
    requests.wait_for(lambda seen: 201 in seen, since=moved)
