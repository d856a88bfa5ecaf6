"""`make run` as a program: it starts in time, ends with all it started, and keeps its data."""

import contextlib
import hashlib
import json
import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.demo import OWNER_PHONE

pytestmark = pytest.mark.slow
PHONE = "+254700000002"


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TOKEN_ISSUERS")}
    return {**kept, "PLOTIHUB_HOME": str(home), "PORT": "0", "PHONE_PORT": "0"}


class Run:
    """A started program; ``call`` asks its API with ``token``, at first that of ``PHONE``."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home = home
        self.program = subprocess.Popen(
            [sys.executable, "-m", "local.run", *arguments],
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.output = ""
        assert self.program.stdout is not None
        while "/docs" not in self.output:
            line = self.program.stdout.readline()
            assert line, f"ended with {self.program.wait()} after {self.output!r}"
            self.output += line
        note = json.loads((home / "running.json").read_text())
        self.url, self.phone_url = note["url"], note["phone_url"]
        self.token = ask_for_token(home).stdout.strip()

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def grant(self, *options: str) -> str:
        """Run `make grant` with ``asked``, such as KIND=messaging, and return what it printed."""
        told = subprocess.run(
            [sys.executable, "-m", "local.grant", *options],
            env=environment(self.home),
            capture_output=True,
            text=True,
            check=True,
        )
        return told.stdout

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.program.pid).children(recursive=True)
        return found

    def end(self, number: int) -> int:
        self.program.send_signal(number)
        status = self.program.wait(20)
        if self.program.stdout:
            self.program.stdout.close()
        return status


@contextlib.contextmanager
def running(home: Path, *arguments: str, with_demo: bool = False) -> Iterator[Run]:
    run = Run(home, *arguments, *([] if with_demo else ["--empty"]))
    try:
        yield run
    finally:
        if run.program.poll() is None:
            run.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run without data in a home that it made itself; what a test founds in it, others may find."""
    with running(tmp_path_factory.mktemp("run") / "home") as run:
        yield run


def test_it_starts_and_says_what_to_try(empty: Run) -> None:
    assert empty.output.count("curl ") == 3
    for line in re.findall("curl (.*)", empty.output)[1:]:
        assert ask_by_curl_line(line, empty.output) in (200, 404)  # 404: an empty start has no organisation


def test_it_says_where_the_phones_are(empty: Run) -> None:
    assert f"phones, which get its SMS and can answer: {empty.phone_url}" in empty.output
    with urllib.request.urlopen(empty.phone_url, timeout=10) as page:
        assert b"Tenants' phones" in page.read()


def test_a_second_run_on_the_same_data_is_kept_out(empty: Run) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "local.run"], env=environment(empty.home), capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "already runs" in second.stderr


def test_the_settings_of_a_run_lead_to_its_queues_and_its_phones(empty: Run) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.env"], env=environment(empty.home), capture_output=True, text=True, check=True
    )
    told = dict(line.removeprefix("export ").split("=", 1) for line in done.stdout.splitlines())
    secrets = json.loads((empty.home / "secrets.json").read_text())
    assert told["AFRICASTALKING_URL"] == empty.phone_url
    assert told["CLAIMS_FOLDER"] == str(empty.home / "claims")
    assert told["CALLBACK_TOKEN_HASHES"] == hashlib.sha256(secrets["callback_token"].encode()).hexdigest()
    assert secrets["callback_token"] not in done.stdout
    assert told["SEND_QUEUE_URL"].endswith("/plotihub-send")


def test_a_home_that_it_makes_is_open_to_its_owner_alone(empty: Run) -> None:
    assert stat.S_IMODE(empty.home.stat().st_mode) == 0o700


def test_the_first_start_makes_a_year_of_history_that_balances(tmp_path: Path) -> None:
    with running(tmp_path, with_demo=True) as run:
        run.token = printed_token(run.output)
        assert run.call("GET", "/v1/ledger/proof")["holds"] is True
        assert run.call("GET", "/v1/reports/arrears")["leases"] > 3
        invoices = run.call("GET", "/v1/invoices?limit=200")
        assert invoices["items"][0]["number"] > 12 * 20
        assert OWNER_PHONE in run.output
    with running(tmp_path, with_demo=True) as run:  # and the second does not make it again
        run.token = printed_token(run.output)
        assert len(run.call("GET", "/v1/me")["memberships"]) == 1


def test_data_outlive_a_run_however_it_ends_and_go_with_a_reset(tmp_path: Path) -> None:
    """One home through three runs, each ended in another way: a start takes seconds."""
    tmp_path.chmod(0o755)  # a home that was there before
    document = {"kind": "national_id", "number": "20007919"}
    with running(tmp_path) as run:
        run.call("POST", "/v1/organisations", {"name": "Mwangaza", "person_name": "Makena"})
        tenant = run.call("POST", "/v1/tenants", {"given_name": "Barasa", "identity_document": document})
        assert_only_its_owners(tmp_path)
        assert_sealed(tmp_path, document["number"])
        assert_all_ends(run, signal.SIGINT)
    with running(tmp_path) as run:
        assert [each["organisation_name"] for each in run.call("GET", "/v1/me")["memberships"]] == ["Mwangaza"]
        assert run.call("GET", f"/v1/tenants/{tenant['id']}/identity-document") == document
        assert_all_ends(run, signal.SIGTERM)
    secrets = (tmp_path / "secrets.json").read_text()
    assert (tmp_path / "phone.sqlite3").exists()
    (tmp_path / "phone.sqlite3").write_bytes(b"")
    with running(tmp_path, "--reset") as run:
        assert run.call("GET", "/v1/me")["memberships"] == []
        assert (tmp_path / "secrets.json").read_text() != secrets
        assert_only_its_owners(tmp_path)
        children = run.children()
        run.end(signal.SIGKILL)
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert ask_for_token(tmp_path).returncode != 0


def assert_only_its_owners(home: Path) -> None:
    """Assert that nobody else may read what a run keeps, even in a folder that others may look into."""
    open_to_others = [each.name for each in home.iterdir() if each.stat().st_mode & 0o077]
    assert {"plotihub.sqlite3", "secrets.json"} <= {each.name for each in home.iterdir()}
    assert open_to_others == []


def assert_sealed(home: Path, number: str) -> None:
    """Assert that the tenant lies on disk, and the number of their document does not."""
    kept = b"".join(file.read_bytes() for file in home.glob("plotihub.sqlite3*"))
    assert b"Barasa" in kept
    assert number.encode() not in kept
    assert stat.S_IMODE((home / "keys.json").stat().st_mode) == 0o600


def assert_all_ends(run: Run, number: int) -> None:
    """Assert that the signal ends the run well, and all that it started with it."""
    children = run.children()
    assert len(children) == 4
    assert run.end(number) == 0
    assert psutil.wait_procs(children, timeout=5)[1] == []
    assert not (run.home / "running.json").exists()


def test_a_port_of_the_phones_that_is_taken_is_told_and_all_else_ends(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "local.run", "--empty"],
            env={**environment(tmp_path), "PHONE_PORT": port},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"cannot listen on port {port}" in done.stderr
    assert "PHONE_PORT" in done.stderr


def test_a_token_without_a_run_says_how_to_start_one(tmp_path: Path) -> None:
    done = ask_for_token(tmp_path)
    assert done.returncode == 1
    assert "make run" in done.stderr


def test_a_reset_leaves_a_database_of_somebody_elses_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.run", "--reset"],
        env={**environment(tmp_path), "DATABASE_URL": "mysql://landlord@db.example/plotihub"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr


def printed_token(said: str) -> str:
    found = re.search("^TOKEN=(.+)$", said, re.MULTILINE)
    assert found
    return found[1]


def ask_by_curl_line(line: str, said: str) -> int:
    """Do what the ``curl`` line that was printed says, and return the status."""
    words = shlex.split(line.replace("$TOKEN", printed_token(said)))
    name, _, value = words[1].partition(": ")
    try:
        with urllib.request.urlopen(urllib.request.Request(words[2], headers={name: value}), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def ask_for_token(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.token", PHONE],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
