"""Both stores of claims: the same contract, and a race that one of all wins."""

import datetime as dt
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from chalicelib.errors import Unavailable
from chalicelib.gateways.claims_folder import ClaimsFolder
from chalicelib.gateways.claims_table import ClaimsTable
from chalicelib.runtime.ports import SendClaim, SendClaims, SendOutcome

pytestmark = pytest.mark.slow

AT = dt.datetime(2026, 12, 5, 6, 30, 15, 123456, dt.UTC)
LATER = AT + dt.timedelta(seconds=40)
SENT = SendOutcome("sent", False, "ATXid_1", parts=2, cost_cents=160)
RACERS = 8


class ClaimStore(NamedTuple):
    kind: str
    where: str

    def opened(self) -> SendClaims:
        """Return the store as another process would open it."""
        return ClaimsTable(self.where) if self.kind == "table" else ClaimsFolder(self.where)


@pytest.fixture(params=["folder", "table"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ClaimStore:
    if request.param == "folder":
        return ClaimStore("folder", str(tmp_path / "home" / "claims"))
    request.getfixturevalue("aws")
    return ClaimStore("table", made_table())


def made_table() -> str:
    import boto3

    name = f"claims-{uuid.uuid4().hex[:8]}"
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "claim", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "claim", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def test_a_key_is_taken_once_whoever_asks(store: ClaimStore) -> None:
    assert store.opened().claim("key:1", AT)
    assert not store.opened().claim("key:1", LATER)
    assert store.opened().claim("key:2", AT)
    assert store.opened().find("key:1") == SendClaim(AT)


def test_what_nobody_took_is_nobody_s(store: ClaimStore) -> None:
    assert store.opened().find("key") is None


@pytest.mark.parametrize(
    "outcome",
    [
        SENT,
        SendOutcome("sent"),
        SendOutcome("refused", permanent=True, reason="invalid_number"),
        SendOutcome("not_sent", reason="busy"),
        SendOutcome("unknown", cost_cents=0),
    ],
)
def test_what_came_of_it_is_told_again_to_whoever_asks(store: ClaimStore, outcome: SendOutcome) -> None:
    assert store.opened().claim("key", AT)
    store.opened().record_outcome("key", outcome)
    assert store.opened().find("key") == SendClaim(AT, outcome)
    assert not store.opened().claim("key", LATER)
    assert store.opened().find("key") == SendClaim(AT, outcome)


def test_it_may_be_settled_twice(store: ClaimStore) -> None:
    assert store.opened().claim("key", AT)
    store.opened().record_outcome("key", SENT)
    store.opened().record_outcome("key", SENT)
    assert store.opened().find("key") == SendClaim(AT, SENT)


def test_what_nobody_took_cannot_be_settled(store: ClaimStore) -> None:
    with pytest.raises(ValueError):
        store.opened().record_outcome("key", SENT)
    assert store.opened().find("key") is None


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/b\0c", "ufunguo – ✓", "x" * 5000, ""])
def test_any_text_is_a_key(store: ClaimStore, key: str) -> None:
    assert store.opened().claim(key, AT)
    assert not store.opened().claim(key, AT)


def test_of_all_who_race_for_a_key_one_wins(store: ClaimStore) -> None:
    keys = [f"key:{number}" for number in range(20)]
    command = [sys.executable, "-m", "tests.gateways.claims_racer", *store, ",".join(keys)]
    assert sorted(" ".join(raced(command)).split()) == sorted(keys)


def raced(command: list[str]) -> list[str]:
    """Run the command in several processes at the same moment, and return what each won."""
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(RACERS)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    begin_at = f"{time.time() + 0.2}\n"
    outputs = [racer.communicate(begin_at, timeout=60)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * RACERS
    return outputs


def test_it_counts_to_a_bound_and_no_further_whoever_asks(store: ClaimStore) -> None:
    assert [store.opened().count("codes:1", 3, AT) for _ in range(5)] == [True, True, True, False, False]
    assert store.opened().count("codes:2", 1, AT)
    assert store.opened().count("codes:1", 4, AT)  # a higher bound leaves room


def test_of_all_who_race_for_what_is_left_no_more_are_counted(store: ClaimStore) -> None:
    command = [sys.executable, "-m", "tests.gateways.claims_racer", *store, "20 of count"]
    assert sum(len(outputs.split()) for outputs in raced(command)) == 20


def test_neither_names_nor_contents_tell_a_key(tmp_path: Path) -> None:
    claims = ClaimsFolder(str(tmp_path / "claims"))
    claims.claim("+254712345678", AT)
    claims.record_outcome("+254712345678", SENT)
    claims.count("codes:+254712345678", 2, AT)
    files = list((tmp_path / "claims").iterdir())
    assert len(files) == 2
    for file in files:
        assert "254712345678" not in file.name + file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_table_s_item_tells_no_key_and_when_it_is_of_no_use(aws: str) -> None:
    import boto3

    name = made_table()
    assert ClaimsTable(name).claim("+254712345678", AT)
    (item,) = boto3.client("dynamodb").scan(TableName=name)["Items"]
    assert "254712345678" not in str(item)
    assert set(item) == {"claim", "taken_by", "taken_at", "expires_at"}
    assert int(item["expires_at"]["N"]) == int((AT + dt.timedelta(days=90)).timestamp())


def test_a_count_s_item_tells_no_key_and_when_it_is_of_no_use(aws: str) -> None:
    import boto3

    name = made_table()
    for second in range(3):
        ClaimsTable(name).count("codes:+254712345678", 2, AT + dt.timedelta(seconds=second))
    (item,) = boto3.client("dynamodb").scan(TableName=name)["Items"]
    assert "254712345678" not in str(item)
    assert (set(item), item["counted"]) == ({"claim", "counted", "expires_at"}, {"N": "2"})
    assert int(item["expires_at"]["N"]) == int((AT + dt.timedelta(days=90)).timestamp())


@pytest.fixture
def unusable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SendClaims]:
    if request.param == "folder":
        (tmp_path / "file").write_text("no folder")
        yield ClaimsFolder(str(tmp_path / "file" / "claims"))
    elif request.param == "no table":
        request.getfixturevalue("aws")
        yield ClaimsTable("nowhere")
    else:
        request.getfixturevalue("account")
        yield ClaimsTable("claims")


@pytest.mark.parametrize("unusable", ["folder", "no table", "no AWS"], indirect=True)
def test_a_store_that_does_not_answer_says_so(unusable: SendClaims) -> None:
    with pytest.raises(Unavailable):
        unusable.claim("key", AT)
    with pytest.raises(Unavailable):
        unusable.record_outcome("key", SENT)
    with pytest.raises(Unavailable):
        unusable.find("key")
    with pytest.raises(Unavailable):
        unusable.count("key", 1, AT)
