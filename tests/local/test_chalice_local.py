"""Plain `chalice local` serves the application too, on the data and the tokens of a run that is on."""

import json
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.local.test_run import PHONE, environment, running

pytestmark = pytest.mark.slow
CHALICE = Path(sys.executable).with_name("chalice")


def exports(home: Path) -> dict[str, str]:
    said = subprocess.run(
        [sys.executable, "-m", "local.env"], env=environment(home), capture_output=True, text=True, check=True
    ).stdout
    lines = [re.fullmatch(r"export (\w+)=(.*)", line) for line in said.splitlines()]
    return {line[1]: shlex.split(line[2])[0] for line in lines if line}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str, token: str) -> tuple[int, bytes]:
    """Return status and body once somebody listens there."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    for _ in range(100):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"nobody listens at {url}")


def test_it_answers_who_is_signed_in(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        port = free_port()
        program = subprocess.Popen(
            [CHALICE, "local", "--port", str(port), "--no-autoreload"],
            env={**environment(tmp_path), **exports(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            status, body = get(f"http://127.0.0.1:{port}/v1/me", run.token)
        finally:
            program.terminate()
            program.wait(10)
    assert (status, json.loads(body)["phone"]) == (200, PHONE)
