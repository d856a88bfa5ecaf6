"""The canary: what it runs asks a real server, out of the zip that `make package` makes; what a plan makes of it."""

import contextlib
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from terraform.packaging.__main__ import package_canary
from tests.terraform.plans import Estate, statements
from tests.terraform.sizes import each_size, regions

pytestmark = pytest.mark.terraform

WELL = (200, {"status": "ok"})
# As Synthetics calls it, with the zip's folder on the path and nothing of ours beside it.
CALL = "import sys; sys.path.insert(0, sys.argv[1] + '/python'); import ask_health; print(ask_health.handler({}, None))"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    package_canary(tmp_path)
    return tmp_path / "canary.zip"


@contextlib.contextmanager
def answering(answers: Mapping[str, tuple[int, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Run a server of such answers by path; give its address, and the paths that it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, said = answers[self.path]
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api", asked
        finally:
            server.shutdown()
            thread.join()


def call(code: Path, url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", CALL, str(code)],
        env={"HEALTH_URL": url}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_region_that_is_well_passes(code: Path) -> None:
    with answering({"/api/health": WELL, "/api/health/deep": WELL}) as (url, asked):
        ran = call(code, url)
    assert (ran.returncode, json.loads(ran.stdout)) == (0, {"/health": "ok", "/health/deep": "ok"})
    assert asked == ["/api/health", "/api/health/deep"]


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [
        ("/api/health/deep", (503, {"status": 503}), "503"),  # the database does not answer
        ("/api/health", (500, {}), "500"),
        ("/api/health", (200, {"status": "starting"}), "starting"),
        ("/api/health", (200, ["ok"]), "TypeError"),
        ("/api/health/deep", (200, {}), "KeyError"),
    ],
)
def test_a_region_that_is_ill_fails_and_the_log_says_how(
    code: Path, path: str, answer: tuple[int, Any], told: str
) -> None:
    answers = {"/api/health": WELL, "/api/health/deep": WELL, path: answer}
    with answering(answers) as (url, asked):
        ran = call(code, url)
    assert ran.returncode == 1
    last = ran.stderr.splitlines()[-1]
    assert last.startswith("ask_health.Ill: ")
    said = json.loads(last.removeprefix("ask_health.Ill: "))
    assert told in said.pop(path.removeprefix("/api"))
    assert set(said.values()) == {"ok"}, "the other path was asked all the same"
    assert len(asked) == 2


def test_a_region_that_answers_nothing_fails(code: Path) -> None:
    with answering({}) as (url, _):
        pass
    ran = call(code, url)
    assert ran.returncode == 1
    assert "ask_health.Ill" in ran.stderr
    assert "refused" in ran.stderr


def test_the_zip_is_as_synthetics_wants_it_and_the_same_at_every_build(code: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(code) as archive:
        assert archive.namelist() == ["python/ask_health.py"]
    (tmp_path / "again").mkdir()
    package_canary(tmp_path / "again")
    assert (tmp_path / "again" / "canary.zip").read_bytes() == code.read_bytes()


@pytest.mark.slow
@each_size
def test_the_full_size_alone_has_one_in_each_region(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        canaries = plan.of("aws_synthetics_canary")
        assert len(canaries) == (1 if size == "full" else 0)
        for canary in canaries:
            (run,) = canary.values["run_config"]
            url = f"https://{plan.step.region}.api.plotihub.example"
            assert run["environment_variables"] == {"HEALTH_URL": url}, "the Region's own name, never the common one"
            (artifacts,) = canary.values["artifact_config"]
            (encryption,) = artifacts["s3_encryption"]
            assert encryption["kms_key_arn"] == f"arn:aws:kms:{plan.step.region}:000000000000:key/of-the-region"


@pytest.mark.slow
@each_size
def test_every_canary_has_its_alarm_and_its_log_ends(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        watched = {
            each.values["dimensions"]["CanaryName"]
            for each in plan.of("aws_cloudwatch_metric_alarm")
            if each.values["metric_name"] == "SuccessPercent"
        }
        assert watched == {canary.values["name"] for canary in plan.of("aws_synthetics_canary")}
        logs = [each for each in plan.of("aws_cloudwatch_log_group") if each.address.startswith("module.canary")]
        assert [log.values["retention_in_days"] for log in logs] == [90] * len(watched)


@pytest.mark.slow
def test_it_writes_to_its_own_place_and_tells_its_own_metrics(estate: Estate) -> None:
    for plan in regions(estate, "full"):
        (document,) = (each for each in plan.documents() if each.address.startswith("module.canary[0].data"))
        everywhere = {said["sid"]: said["condition"] for said in statements(document) if said["resources"] == ["*"]}
        assert set(everywhere) == {"ListBuckets", "Measure"}
        assert [each["values"] for each in everywhere["Measure"]] == [["CloudWatchSynthetics"]]
