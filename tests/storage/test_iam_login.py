"""Logging in by IAM: what is signed, over what it is sent, and to whom."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pymysql
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from chalicelib import bootstrap, config
from chalicelib.storage.engines import make_engine
from chalicelib.storage.iam_login import IamLogin
from tests.storage.aurora import Aurora, aurora

CLUSTER = "plotihub-dev-eu-west-1.cluster-c1a2b3.eu-west-1.rds.amazonaws.com"
READER = "plotihub-dev-eu-west-1.cluster-ro-c1a2b3.eu-west-1.rds.amazonaws.com"
INSTANCE = "plotihub-dev-eu-west-1-1.c1a2b3.eu-west-1.rds.amazonaws.com"
PROXY = "plotihub-dev-af-south-1.proxy-d4e5f6.af-south-1.rds.amazonaws.com"
PROXY_READER = "plotihub-dev-read-only.endpoint.proxy-d4e5f6.ap-southeast-2.rds.amazonaws.com"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret" * 7)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a/session+token==")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")  # of nobody here: the host's own counts


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Aurora]:
    with aurora(tmp_path) as running:
        yield running


@pytest.fixture
def login(server: Aurora, tmp_path: Path) -> IamLogin:
    return IamLogin(str(tmp_path / "ca.pem"))


@dataclass
class AsIfAt:
    """Logs in on loopback as it would at ``host``."""

    login: IamLogin
    host: str

    def arguments(self, host: str, port: int, user: str) -> dict[str, Any]:
        return self.login.arguments(self.host, port, user)


def in_one_second(make: Callable[[], tuple[Any, Any]]) -> tuple[Any, Any]:
    """Return two tokens that were signed in the same second, as their text tells it."""
    while True:
        second = int(time.time())
        result = make()
        if int(time.time()) == second:
            return result


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (CLUSTER, "eu-west-1"),
        (READER, "eu-west-1"),
        (INSTANCE, "eu-west-1"),
        (PROXY, "af-south-1"),
        (PROXY_READER, "ap-southeast-2"),
    ],
)
def test_the_token_is_what_boto3_would_sign_for_the_host_s_own_region(login: IamLogin, host: str, region: str) -> None:
    client = boto3.session.Session().client("rds")  # the usual one keeps what it found first in this process

    def both() -> tuple[str, str]:
        theirs = client.generate_db_auth_token(DBHostname=host, Port=3306, DBUsername="plotihub_app", Region=region)
        return login.arguments(host, 3306, "plotihub_app")["password"], theirs

    ours, theirs = in_one_second(both)
    assert ours == theirs
    signed_query = parse_qs(urlsplit(f"https://{ours}").query)
    assert signed_query["X-Amz-Credential"][0].split("/")[2:] == [region, "rds-db", "aws4_request"]
    assert signed_query["X-Amz-Expires"] == ["900"]


@pytest.mark.parametrize(
    "host", ["localhost", "10.0.0.7", "db.example.co.ke", f"{CLUSTER}.example.com", "x.rds.amazonaws.com"]
)
def test_a_host_that_tells_no_region_is_refused(login: IamLogin, host: str) -> None:
    with pytest.raises(ValueError, match="no name of RDS"):
        login.arguments(host, 3306, "plotihub_app")


@pytest.mark.parametrize("file", ["", "nowhere.pem"])
def test_without_rds_s_authorities_it_is_told_how_to_get_them(tmp_path: Path, file: str) -> None:
    login = IamLogin(str(tmp_path / file) if file else "")
    with pytest.raises(ValueError, match=r"DATABASE_CA_FILE .*make authorities"):
        login.arguments(CLUSTER, 3306, "plotihub_app")


def test_a_proxy_shows_a_certificate_that_everybody_knows() -> None:
    context = IamLogin("").arguments(PROXY, 3306, "plotihub_proxy")["ssl"]
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"


def test_each_connection_of_an_engine_logs_in_with_a_token_of_its_own(server: Aurora, login: IamLogin) -> None:
    url = f"mysql+pymysql://plotihub_app@localhost:{server.port}/plotihub"
    engine = make_engine(url, login=AsIfAt(login, CLUSTER))
    with engine.connect() as first, engine.connect() as second:
        assert [db.execute(text("SELECT 1")).scalar() for db in (first, second)] == ["1", "1"]
    engine.dispose()
    users, tokens = zip(*server.logins, strict=True)
    assert users == ("plotihub_app", "plotihub_app")
    for token in tokens:
        assert token.startswith(f"{CLUSTER}:{server.port}/?Action=connect&DBUser=plotihub_app&")
    assert "X-Amz-Security-Token=a%2Fsession%2Btoken%3D%3D" in tokens[0]
    assert server.in_clear == []


def test_a_host_of_several_is_signed_for_by_its_own_name(server: Aurora, login: IamLogin) -> None:
    signed_query: list[tuple[str, int, str]] = []

    class Noting:
        def arguments(self, host: str, port: int, user: str) -> dict[str, Any]:
            signed_query.append((host, port, user))
            return login.arguments(CLUSTER, port, user)

    url = "mysql+pymysql://plotihub_app@nowhere.invalid/plotihub"
    engine = make_engine(url, login=Noting(), writer_hosts=[f"localhost:{server.port}"])
    with engine.connect():
        pass
    engine.dispose()
    assert signed_query == [("localhost", server.port, "plotihub_app")]


def test_nothing_is_told_to_a_server_without_tls(tmp_path: Path) -> None:
    with aurora(tmp_path, offers_tls=False) as server:
        arguments = IamLogin(str(tmp_path / "ca.pem")).arguments(CLUSTER, server.port, "plotihub_app")
        with pytest.raises(pymysql.err.OperationalError, match="SSL is required"):
            pymysql.connect(host="localhost", port=server.port, user="plotihub_app", **arguments)
    assert (server.logins, server.in_clear) == ([], [])


@pytest.mark.parametrize("wrong", ["name", "authority"])
def test_nothing_is_told_to_who_is_not_the_database(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "other").mkdir()
    with aurora(tmp_path, name="localhost" if wrong == "authority" else "elsewhere") as server:
        with aurora(tmp_path / "other"):
            pass  # another authority's file
        trusted = tmp_path / "other" / "ca.pem" if wrong == "authority" else tmp_path / "ca.pem"
        engine = make_engine(
            f"mysql+pymysql://plotihub_app@localhost:{server.port}/plotihub",
            login=AsIfAt(IamLogin(str(trusted)), CLUSTER),
        )
        with pytest.raises(OperationalError, match="certificate verify failed"):
            engine.connect()
    assert (server.logins, server.in_clear) == ([], [])


def test_the_settings_choose_the_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"mysql://plotihub_app@{CLUSTER}/plotihub")
    monkeypatch.setenv("DATABASE_IAM", "true")
    monkeypatch.setenv("DATABASE_CA_FILE", str(tmp_path / "none.pem"))
    resources = bootstrap.make_resources(config.settings())
    with pytest.raises(ValueError, match="DATABASE_CA_FILE"):
        resources.writer.connect()
    without = bootstrap.make_resources(
        replace(config.settings(), database_iam=False, database_url="mysql+pymysql://a@127.0.0.1:1/b")
    )
    with pytest.raises(OperationalError):
        without.writer.connect()
