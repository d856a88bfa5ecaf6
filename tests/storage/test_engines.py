"""How transactions behave: what the rest of the application takes for granted of its engines."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from chalicelib.clock import ManualClock
from chalicelib.errors import Unavailable
from chalicelib.runtime.database import TRIES
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.storage.tables.tasks import job_slots

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
MARIADB = pytest.mark.parametrize("database_kind", [pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True)


@pytest.fixture
def impatient(resources: Resources, database: str) -> Iterator[Resources]:
    """Parts that wait a second for whatever they need; ``get_resources()`` returns them."""
    engine = make_engine(database, timeout_s=1, pool_size=1)
    with using(replace(resources, writer=engine, reader=engine)) as these:
        yield these
    engine.dispose()


@pytest.fixture
def rows(resources: Resources, clock: ManualClock) -> tuple[UUID, UUID]:
    """The scopes of two rows whose count is 0."""
    scopes = (uuid4(), uuid4())
    with resources.writing() as db:
        for scope in scopes:
            row = {"job": "engines", "slot": "s", "scope_id": scope, "claimed_at": clock.now(), "count": 0}
            db.execute(insert(job_slots).values(row))
    return scopes


def add_to(db: Connection, scope: UUID) -> None:
    count = job_slots.c.count
    assert db.execute(update(job_slots).where(job_slots.c.scope_id == scope).values({count: count + 1})).rowcount == 1


def count_of(db: Connection, scope: UUID) -> int:
    return int(db.execute(select(job_slots.c.count).where(job_slots.c.scope_id == scope)).scalar_one())


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_what_raises_is_rolled_back_and_what_ends_is_committed(resources: Resources, rows: tuple[UUID, UUID]) -> None:
    def work(db: Connection, error: type[Exception] | None) -> None:
        add_to(db, rows[0])
        if error:
            raise error

    with pytest.raises(KeyError):
        resources.transact(lambda db: work(db, KeyError))
    resources.transact(lambda db: work(db, None))
    with resources.reading() as db:
        assert count_of(db, rows[0]) == 1


def test_a_writer_who_waits_too_long_is_told_to_come_again(
    resources: Resources, impatient: Resources, rows: tuple[UUID, UUID]
) -> None:
    with resources.writing() as db:
        add_to(db, rows[0])
        with pytest.raises(Unavailable) as caught:  # while the other still holds the row
            impatient.transact(lambda other: add_to(other, rows[0]))
        with impatient.reading() as other:
            assert count_of(other, rows[0]) == 0, "readers wait for nobody"
    assert caught.value.retry_after_s == 5


def test_a_snapshot_is_one_picture_and_leaves_its_connection_as_it_was(
    resources: Resources, impatient: Resources, rows: tuple[UUID, UUID]
) -> None:
    with impatient.snapshot() as db:
        assert count_of(db, rows[0]) == 0
        resources.transact(lambda other: add_to(other, rows[0]))
        assert count_of(db, rows[0]) == 0
    with impatient.writing() as db:  # the pool's one connection
        assert count_of(db, rows[0]) == 1


def test_no_database_at_all_is_unavailable(resources: Resources, database_kind: str, tmp_path: Path) -> None:
    with socket.socket() as probe:  # bound and not listening: whoever connects is refused
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        url = f"mysql+pymysql://a:b@127.0.0.1:{port}/c"
        if database_kind == "sqlite":
            url = f"sqlite:///{tmp_path / 'no such directory' / 'a.sqlite3'}"
        engine = make_engine(url, timeout_s=1)
        nowhere = replace(resources, writer=engine, reader=engine)
        with pytest.raises(Unavailable):
            nowhere.transact(lambda db: None)
        with pytest.raises(Unavailable), nowhere.reading():
            pass
        engine.dispose()


@SQLITE
def test_sqlite_keeps_a_writer_from_reading_what_it_could_lose(resources: Resources, impatient: Resources) -> None:
    with resources.writing() as db:
        db.execute(select(job_slots).limit(1))  # has written nothing, and is the one writer already
        with pytest.raises(Unavailable), impatient.writing():
            pass


@SQLITE
def test_sqlite_is_set_up_on_every_connection(resources: Resources) -> None:
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "recursive_triggers": 1, "busy_timeout": 5000}
    with resources.reading() as one, resources.reading() as other:
        for db in (one, other):
            assert {name: db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas} == pragmas
    orphan = text("INSERT INTO tenant_phone (organisation_id, tenant_id, position, phone) VALUES ('a', 'b', 0, '+')")
    with pytest.raises(IntegrityError), resources.writing() as db:
        db.execute(orphan)


@MARIADB
def test_a_deadlock_s_victim_is_run_anew(resources: Resources, rows: tuple[UUID, UUID]) -> None:
    tries = _cross(resources, rows, nested=False)
    assert 3 <= tries <= 2 * TRIES
    with resources.reading() as db:
        assert [count_of(db, scope) for scope in rows] == [2, 2]


@MARIADB
def test_a_victim_that_was_in_a_savepoint_is_run_anew_too(resources: Resources, rows: tuple[UUID, UUID]) -> None:
    """The deadlock takes the savepoint with it, so rolling back to that fails and must not hide why."""
    tries = _cross(resources, rows, nested=True)
    assert 3 <= tries <= 2 * TRIES
    with resources.reading() as db:
        assert [count_of(db, scope) for scope in rows] == [2, 2]


def _cross(resources: Resources, rows: tuple[UUID, UUID], *, nested: bool) -> int:
    """Let two transactions lock the rows in opposite orders; return how often the two were begun."""
    both_hold_one, begun, failed = threading.Barrier(2), [], []

    def work(db: Connection, order: tuple[UUID, UUID]) -> None:
        begun.append(order)
        add_to(db, order[0])
        if begun.count(order) == 1:
            both_hold_one.wait(10)
        if nested:
            with db.begin_nested():
                add_to(db, order[1])
        else:
            add_to(db, order[1])

    def run(order: tuple[UUID, UUID]) -> None:
        try:
            resources.transact(lambda db: work(db, order))
        except Exception as error:  # noqa: BLE001 - told to the test below
            failed.append(error)

    threads = [in_thread(lambda order=order: run(order)) for order in (rows, rows[::-1])]  # type: ignore[misc]
    for thread in threads:
        thread.join(30)
    assert failed == []
    return len(begun)


@MARIADB
def test_a_deadlock_that_never_ends_is_given_up(resources: Resources) -> None:
    begun = []

    def work(db: Connection) -> None:
        begun.append(1)
        db.exec_driver_sql("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock found'")

    with pytest.raises(OperationalError, match="Deadlock"):
        resources.transact(work)
    assert len(begun) == TRIES


@MARIADB
@pytest.mark.parametrize("kind", ["writing", "reading"])
def test_what_others_commit_is_seen_at_once(resources: Resources, rows: tuple[UUID, UUID], kind: str) -> None:
    opened = resources.writing() if kind == "writing" else resources.reading()
    with opened as db:
        assert count_of(db, rows[0]) == 0
        resources.transact(lambda other: add_to(other, rows[0]))
        assert count_of(db, rows[0]) == 1


@MARIADB
def test_a_check_made_after_a_lock_sees_who_had_it_before(resources: Resources, rows: tuple[UUID, UUID]) -> None:
    """Why READ COMMITTED: under REPEATABLE READ both would find the other row untouched."""
    locked, seen = threading.Event(), []

    def second() -> None:
        with resources.writing() as db:
            count_of(db, rows[1])  # an earlier read, which would fix the picture
            locked.wait(5)
            db.execute(select(job_slots).where(job_slots.c.scope_id == rows[0]).with_for_update())
            seen.append(count_of(db, rows[1]))

    thread = in_thread(second)
    with resources.writing() as db:
        db.execute(select(job_slots).where(job_slots.c.scope_id == rows[0]).with_for_update())
        locked.set()
        time.sleep(0.2)
        add_to(db, rows[1])
    thread.join(10)
    assert seen == [1]


@MARIADB
def test_a_session_is_strict_in_utc_and_patient_for_as_long_as_was_asked(
    impatient: Resources, rows: tuple[UUID, UUID]
) -> None:
    query = "SELECT @@session.time_zone, @@innodb_lock_wait_timeout, @@character_set_connection, @@sql_mode"
    with impatient.writing() as db:
        zone, wait_s, characters, mode = db.execute(text(query)).one()
        assert (zone, wait_s, characters) == ("+00:00", 1, "utf8mb4")
        assert {"STRICT_TRANS_TABLES", "ONLY_FULL_GROUP_BY", "NO_ENGINE_SUBSTITUTION"} <= set(mode.split(","))
        with pytest.raises(DataError):  # not cut to 40 characters
            db.execute(update(job_slots).where(job_slots.c.scope_id == rows[0]).values(job="j" * 41))


@MARIADB
def test_a_pool_that_is_used_up_is_unavailable(impatient: Resources) -> None:
    with impatient.reading(), impatient.reading(), pytest.raises(Unavailable) as caught, impatient.reading():
        pass
    assert caught.value.retry_after_s == 5


@MARIADB
def test_a_server_that_takes_no_writes_is_unavailable(resources: Resources, rows: tuple[UUID, UUID]) -> None:
    def work(db: Connection) -> None:
        db.exec_driver_sql("COMMIT")
        db.exec_driver_sql("START TRANSACTION READ ONLY")
        add_to(db, rows[0])

    with pytest.raises(Unavailable):
        resources.transact(work)


@MARIADB
def test_a_lost_connection_is_unavailable_and_the_next_is_a_new_one(resources: Resources, impatient: Resources) -> None:
    def lose(db: Connection) -> None:
        mine = db.execute(text("SELECT CONNECTION_ID()")).scalar_one()
        with resources.writing() as other:
            other.execute(text(f"KILL {int(mine)}"))
        db.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        impatient.transact(lose)
    with impatient.reading() as db:
        assert db.execute(text("SELECT 1")).scalar_one() == 1


def test_the_text_of_an_error_tells_no_values(
    resources: Resources, clock: ManualClock, rows: tuple[UUID, UUID]
) -> None:
    row = {"job": "Wanjiku Kamau", "slot": "s", "scope_id": rows[0], "claimed_at": clock.now()}
    with pytest.raises(IntegrityError) as raised, resources.writing() as db:
        db.execute(insert(job_slots), [row, {**row, "slot": None}])
    assert "Wanjiku" not in str(raised.value)
