"""The private MariaDB server is what the tests take it for."""

import pymysql
import pytest
from sqlalchemy import create_engine, text

from tests import databases

pytestmark = pytest.mark.mariadb


def test_it_is_as_strict_as_mysql_8_and_speaks_utf8(mariadb_url: str) -> None:
    with create_engine(mariadb_url).connect() as db:
        mode, collation, zone = db.execute(text("SELECT @@sql_mode, @@collation_server, @@time_zone")).one()
    assert set(mode.split(",")) == set(databases.SQL_MODE.split(","))
    assert (collation, zone) == ("utf8mb4_unicode_ci", "+00:00")


@pytest.mark.slow
def test_it_is_gone_with_its_directory_when_stopped() -> None:
    server = databases.start(buffer_pool_mb=16, in_memory=True)
    databases.execute(server.create_database("here"), "CREATE TABLE a (b INT)")
    assert server.directory.exists()
    server.stop()
    assert not server.directory.exists()
    with pytest.raises(pymysql.err.OperationalError):
        databases.execute(server.url(), "SELECT 1")


@pytest.mark.slow
def test_an_option_it_does_not_know_is_told_with_the_servers_log() -> None:
    with pytest.raises(databases.CannotStart, match="no-such-option"):
        databases.start(options=("--no-such-option",))
