"""Databases for every test, on SQLite and on MariaDB, and what the command line chooses of them.

Tests share one migrated database a kind and a worker: each makes an
organisation of its own, and ids are random, so nothing is emptied between
them. What counts whole tables or migrates asks for ``fresh_database``.
"""

import os
import shutil
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest

import app  # noqa: F401 - fills the registries of what this process runs
from chalicelib.clock import ManualClock, SystemClock
from chalicelib.gateways.key_file import KeyFile
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage import migrate
from chalicelib.storage.engines import make_engine
from tests import databases
from tests.twins import ON_SQLITE_ALONE

SERVER = pytest.StashKey[databases.Server]()
SERVER_URL = "mariadb_server_url"
SLOWEST_FILES = 15  # printed at the end, so that what a run's time goes to is seen in each run
LEFT_OUT_BY_QUICK = ("slow", "mariadb", "browser", "fuzz", "terraform")
ONLY_IN_FULL = "full"

# The machine is shared, so no deadline; in CI a failure must be the same on the next run.
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=25)
hypothesis.settings.register_profile("full", deadline=None, max_examples=400, print_blob=True)  # other seeds each time


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help=f"leave out {', '.join(LEFT_OUT_BY_QUICK)}")
    parser.addoption("--full", action="store_true", help="run what is long, too, and try more examples, of other seeds")


def pytest_configure(config: pytest.Config) -> None:
    if _ci() and not config.getoption("--quick") and not databases.installed():
        raise pytest.UsageError(f"CI needs MariaDB: apt-get install --yes {databases.APT_PACKAGES}")
    hypothesis.settings.load_profile(_profile(config))


def pytest_report_header(config: pytest.Config) -> str:
    if config.getoption("--quick"):
        return f"databases: SQLite only (--quick; {', '.join(LEFT_OUT_BY_QUICK)} left out)"
    if not databases.installed():
        return f"databases: SQLite only; for MariaDB: apt-get install --yes {databases.APT_PACKAGES}"
    return "databases: SQLite and a private MariaDB"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out by deselecting, so that the summary counts what was not run; begin with the longest test."""
    unwanted = set(LEFT_OUT_BY_QUICK) if config.getoption("--quick") else set()
    if not config.getoption("--full"):
        unwanted.add(ONLY_IN_FULL)
    if not databases.installed():
        unwanted.add("mariadb")
    left_out = [
        item
        for item in items
        if any(item.get_closest_marker(name) for name in unwanted) or (ONLY_IN_FULL in unwanted and _is_idle_twin(item))
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: item.get_closest_marker("apply") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Start the one server that all of xdist's workers share; runs in the controller."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist's WorkerController has no types
    if databases.installed() and not config.getoption("--quick"):
        node.workerinput[SERVER_URL] = _server(config).url()  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the files that took the longest, the set-up of their fixtures included, as seconds of one worker."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    terminalreporter.section("slowest files")
    for file, spent in sorted(seconds.items(), key=lambda each: -each[1])[:SLOWEST_FILES]:
        terminalreporter.write_line(f"{spent:7.1f} s  {file}")


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.stop()


@pytest.fixture(scope="session")
def mariadb_url(request: pytest.FixtureRequest) -> str:
    """Address of the private server, without a database; the user may do everything on it."""
    shared = getattr(request.config, "workerinput", {}).get(SERVER_URL)
    return shared or _server(request.config).url()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file; copy it, never open it."""
    file = tmp_path_factory.mktemp("template") / "plotihub.sqlite3"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def database(
    database_kind: str, request: pytest.FixtureRequest, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Address of this worker's migrated database of this kind, shared by its tests."""
    if database_kind == "sqlite":
        file = tmp_path_factory.mktemp("shared") / "plotihub.sqlite3"
        return _copy(request.getfixturevalue("sqlite_template"), file)
    return _new_mariadb(request.getfixturevalue("mariadb_url"), f"shared_{worker}", migrated=True)


@pytest.fixture
def fresh_database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a migrated database that holds nothing and is this test's alone; slow on MariaDB."""
    if database_kind == "sqlite":
        yield _copy(request.getfixturevalue("sqlite_template"), tmp_path / "fresh.sqlite3")
        return
    server = request.getfixturevalue("mariadb_url")
    name = f"fresh_{uuid.uuid4().hex[:12]}"
    yield _new_mariadb(server, name, migrated=True)
    databases.execute(server, f"DROP DATABASE `{name}`")


@pytest.fixture
def empty_database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database without tables, for tests of the migrations themselves."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server = request.getfixturevalue("mariadb_url")
    name = f"empty_{uuid.uuid4().hex[:12]}"
    yield _new_mariadb(server, name, migrated=False)
    databases.execute(server, f"DROP DATABASE `{name}`")


@pytest.fixture(scope="session")
def shared_resources(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resources]:
    """What the application works with on ``database``, its engines kept open from test to test."""
    engine = make_engine(database)
    keys = KeyFile(str(tmp_path_factory.mktemp("keys") / "keys.json"))
    yield Resources(writer=engine, reader=engine, clock=SystemClock(), keys=keys)
    engine.dispose()


@pytest.fixture
def clock() -> ManualClock:
    """The clock that ``resources`` works with; it stands until the test moves it."""
    return ManualClock()


@pytest.fixture
def resources(shared_resources: Resources, clock: ManualClock) -> Iterator[Resources]:
    """The resources that ``get_resources()`` returns during this test."""
    with using(replace(shared_resources, clock=clock)) as these:
        yield these


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """This worker's name: ``gw0`` under xdist, else ``main``."""
    name: str = getattr(request.config, "workerinput", {}).get("workerid", "main")
    return name


def _ci() -> bool:
    return os.environ.get("CI") == "true"


def _profile(config: pytest.Config) -> str:
    """Return the name of Hypothesis's profile, which ``tests.examples`` asks for, too."""
    if config.getoption("--full"):
        return "full"
    if _ci():
        return "ci"
    return "quick" if config.getoption("--quick") else "default"


def _is_idle_twin(item: pytest.Item) -> bool:
    """Tell whether the test runs on MariaDB, and says there what its twin says on SQLite."""
    if item.get_closest_marker("mariadb") is None:
        return False
    return item.path.relative_to(item.config.rootpath).as_posix() in ON_SQLITE_ALONE


def _server(config: pytest.Config) -> databases.Server:
    if SERVER not in config.stash:
        config.stash[SERVER] = databases.start(in_memory=True)
    return config.stash[SERVER]


def _copy(template: Path, file: Path) -> str:
    shutil.copyfile(template, file)
    return f"sqlite:///{file}"


def _new_mariadb(server_url: str, name: str, *, migrated: bool) -> str:
    databases.execute(server_url, f"DROP DATABASE IF EXISTS `{name}`", f"CREATE DATABASE `{name}`")
    if migrated:
        migrate.upgrade(server_url + name)
    return server_url + name
