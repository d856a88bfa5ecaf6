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
        self.said = ""
        assert self.program.stdout is not None
        while "/docs" not in self.said:
            line = self.program.stdout.readline()
            assert line, f"ended with {self.program.wait()} after {self.said!r}"
            self.said += line
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

    def grant(self, *asked: str) -> str:
        """Run `make grant` with ``asked``, such as KIND=messaging, and return what it printed."""
        told = subprocess.run(
            [sys.executable, "-m", "local.grant", *asked],
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


def test_it_starts_in_time_and_says_what_to_try(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        assert run.said.count("curl ") == 3
        for line in re.findall("curl (.*)", run.said)[1:]:
            assert ask_by_curl_line(line, run.said) in (200, 404)  # 404: an empty start has no organisation


def test_the_first_start_makes_a_year_of_history_that_balances(tmp_path: Path) -> None:
    with running(tmp_path, with_demo=True) as run:
        run.token = said_token(run.said)
        assert run.call("GET", "/v1/ledger/proof")["holds"] is True
        assert run.call("GET", "/v1/reports/arrears")["leases"] > 3
        invoices = run.call("GET", "/v1/invoices?limit=200")
        assert invoices["items"][0]["number"] > 12 * 20
        assert OWNER_PHONE in run.said
    with running(tmp_path, with_demo=True) as run:  # and the second does not make it again
        run.token = said_token(run.said)
        assert len(run.call("GET", "/v1/me")["memberships"]) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_that_it_started(tmp_path: Path, number: int) -> None:
    with running(tmp_path) as run:
        children = run.children()
        assert len(children) == 4
        assert run.end(number) == 0
    assert psutil.wait_procs(children, timeout=5)[1] == []
    assert not (tmp_path / "running.json").exists()


def test_its_children_end_even_when_it_is_killed(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        children = run.children()
        run.end(signal.SIGKILL)
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert ask_for_token(tmp_path).returncode != 0


def test_what_was_written_is_there_after_a_restart_and_gone_after_a_reset(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        run.call("POST", "/v1/organisations", {"name": "Mwangaza", "person_name": "Makena"})
    with running(tmp_path) as run:
        assert [each["organisation_name"] for each in run.call("GET", "/v1/me")["memberships"]] == ["Mwangaza"]
    with running(tmp_path, "--reset") as run:
        assert run.call("GET", "/v1/me")["memberships"] == []


def test_an_identity_document_is_sealed_on_disk_and_read_back_after_a_restart(tmp_path: Path) -> None:
    document = {"kind": "national_id", "number": "20007919"}
    with running(tmp_path) as run:
        run.call("POST", "/v1/organisations", {"name": "Mwangaza", "person_name": "Makena"})
        tenant = run.call("POST", "/v1/tenants", {"given_name": "Barasa", "identity_document": document})
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("plotihub.sqlite3*"))
    assert b"Barasa" in kept
    assert document["number"].encode() not in kept
    with running(tmp_path) as run:
        assert run.call("GET", f"/v1/tenants/{tenant['id']}/identity-document") == document


def test_a_second_run_on_the_same_data_is_kept_out(tmp_path: Path) -> None:
    with running(tmp_path):
        second = subprocess.run(
            [sys.executable, "-m", "local.run"], env=environment(tmp_path), capture_output=True, text=True, check=False
        )
    assert second.returncode == 1
    assert "already runs" in second.stderr


def test_what_a_run_keeps_is_only_its_owners(tmp_path: Path) -> None:
    home, shared = tmp_path / "home", tmp_path / "shared"
    shared.mkdir(mode=0o755)
    with running(home):
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
    with running(shared):
        open_to_others = [each.name for each in shared.iterdir() if each.stat().st_mode & 0o077]
        assert "plotihub.sqlite3" in {each.name for each in shared.iterdir()}
        assert open_to_others == []


def test_it_says_where_the_phones_are(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        assert f"phones, which get its SMS and can answer: {run.phone_url}" in run.said
        with urllib.request.urlopen(run.phone_url, timeout=10) as page:
            assert b"Tenants' phones" in page.read()


def test_a_port_of_the_phones_that_is_taken_is_told_and_all_else_ends(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
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


def test_what_the_phones_got_is_forgotten_by_a_reset_and_secrets_are_new(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        before = (tmp_path / "secrets.json").read_text()
        assert run.end(signal.SIGTERM) == 0
    assert (tmp_path / "phone.sqlite3").exists()
    (tmp_path / "phone.sqlite3").write_bytes(b"")
    with running(tmp_path, "--reset"):
        assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
        assert (tmp_path / "secrets.json").read_text() != before


def test_the_settings_of_a_run_lead_to_its_queues_and_its_phones(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        done = subprocess.run(
            [sys.executable, "-m", "local.env"], env=environment(tmp_path), capture_output=True, text=True, check=True
        )
        told = dict(line.removeprefix("export ").split("=", 1) for line in done.stdout.splitlines())
        secrets = json.loads((tmp_path / "secrets.json").read_text())
        assert told["AFRICASTALKING_URL"] == run.phone_url
        assert told["CLAIMS_FOLDER"] == str(tmp_path / "claims")
        assert told["CALLBACK_TOKEN_HASHES"] == hashlib.sha256(secrets["callback_token"].encode()).hexdigest()
        assert secrets["callback_token"] not in done.stdout
        assert told["SEND_QUEUE_URL"].endswith("/plotihub-send")


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


def said_token(said: str) -> str:
    found = re.search("^TOKEN=(.+)$", said, re.MULTILINE)
    assert found
    return found[1]


def ask_by_curl_line(line: str, said: str) -> int:
    """Do what the ``curl`` line that was printed says, and return the status."""
    words = shlex.split(line.replace("$TOKEN", said_token(said)))
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
