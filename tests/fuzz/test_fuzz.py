"""Generated requests at every operation: no 5xx, no answer outside the document, over both ways in."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.clock import SystemClock
from chalicelib.gateways.key_file import KeyFile
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from tests.api.client import Client
from tests.fuzz.checking import config, findings
from tests.fuzz.lambda_wsgi import LambdaWsgi, listening
from tests.serving import Served, create_organisation, emulated, serving

pytestmark = [pytest.mark.fuzz, pytest.mark.slow]

PHONE = "+254700000802"
SECONDS = 35  # at most, of each run: what the coverage of all operations takes


def phases(*often: str) -> pytest.MarkDecorator:
    """Run every phase, those but ``often`` in a full run only: behind both ways lies the same application."""
    runs = [
        pytest.param(run, id="-".join(run), marks=[] if run[0] in often else [pytest.mark.full])
        for run in (("examples", "coverage"), ("fuzzing",), ("stateful",))
    ]
    return pytest.mark.parametrize("run", runs)


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "fuzzed.sqlite3"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    with emulated() as aws, serving(database_url, aws) as url:
        yield create_organisation(url, aws, PHONE)


@phases("fuzzing")
def test_the_server_over_its_socket(served: Served, run: tuple[str, ...]) -> None:
    wanted = config(served.url, served.token, served.organisation_id, *run, seconds=SECONDS)
    failed = findings(served.url, wanted)
    assert failed == [], "\n\n".join(failed)


@pytest.fixture
def organisation_id(database_url: str, tmp_path: Path) -> Iterator[str]:
    """An organisation on the parts that the handler works with during this test."""
    engine = make_engine(database_url)
    keys = KeyFile(str(tmp_path / "keys.json"))
    with using(Resources(writer=engine, reader=engine, clock=SystemClock(), keys=keys)):
        made = Client(PHONE).post("/v1/organisations", {"name": "Acme Homes", "person_name": "Amina"})
        yield str(made.json["id"])
    engine.dispose()


@phases("examples", "stateful")
def test_the_lambda_handler(organisation_id: str, run: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "plotihub")  # else a failure is told beneath thousands of lines
    with listening(LambdaWsgi("a-token", PHONE)) as url:
        failed = findings(url, config(url, "a-token", organisation_id, *run, seconds=SECONDS))
    assert failed == [], "\n\n".join(failed)
