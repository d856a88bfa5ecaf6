"""The table of functions, held against the application and against what Chalice is told."""

import json
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
from chalice.app import Chalice, ScheduledEventConfig
from chalice.config import Config

from app import app
from chalicelib.functions import FUNCTIONS
from tests.house.source import ROOT

CONFIG: dict[str, Any] = json.loads((ROOT / ".chalice/config.json").read_text())
API = "api_handler"  # Chalice's own name of the function behind all routes


def functions_of(made: Chalice) -> set[str]:
    """Return the names of all functions that Chalice makes of the application."""
    others: list[Any] = [*made.event_sources, *made.pure_lambda_functions, *made.builtin_auth_handlers]
    return {API, *(each.name for each in others)}


def told(name: str, stage: str) -> tuple[int, int]:
    """Return memory (MB) and time-out (seconds) that Chalice gives the function, by its own reading of the file."""
    scope = Config(stage, config_from_disk=CONFIG).scope(stage, name)
    return scope.lambda_memory_size, scope.lambda_timeout


def test_every_function_of_the_application_has_its_row_and_no_row_is_idle() -> None:
    assert set(FUNCTIONS) == functions_of(app)


@pytest.mark.parametrize("stage", CONFIG["stages"])
def test_chalice_gives_the_same_memory_and_time_out(stage: str) -> None:
    assert {name: told(name, stage) for name in FUNCTIONS} == {
        name: (row.memory_mb, row.timeout_s) for name, row in FUNCTIONS.items()
    }
    assert set(CONFIG["lambda_functions"]) == set(FUNCTIONS)


def test_no_function_is_given_what_lambda_has_not() -> None:
    for name, row in FUNCTIONS.items():
        assert 128 <= row.memory_mb <= 10_240, name
        assert 0 < row.timeout_s <= 900, name


def test_what_a_gateway_waits_for_ends_before_it_gives_up() -> None:
    assert FUNCTIONS[API].timeout_s <= 29
    assert FUNCTIONS["verify_token"].timeout_s <= 29


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {API}))
def test_aws_finds_each_function_where_chalice_says_that_it_is(name: str) -> None:
    """AWS calls module.function, and would find the bare function there if a decorator had hidden the handler."""
    module, function = handler_strings()[name].rsplit(".", 1)
    assert getattr(import_module(module), function) is app.handler_map[name]


def test_a_function_loads_the_whole_application_but_the_authorizer() -> None:
    modules = {name: told.rsplit(".", 1)[0] for name, told in handler_strings().items()}
    assert modules == dict.fromkeys(modules, "app") | {"verify_token": "chalicelib.access.authorizer"}


@pytest.mark.slow
def test_a_process_of_its_own_knows_every_task_worker_and_job() -> None:
    """What AWS does in a fresh process: it imports the module that the handler names, and nothing else."""
    names = ("run_job", "take_results", "wake_heavy", "wake_workers", "work_tasks")
    (module,) = {handler_strings()[name].rsplit(".", 1)[0] for name in names}
    told = subprocess.run(
        [sys.executable, "-c", KNOWN.format(module=module)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    known = json.loads(told.stdout)
    assert {"bill_run", "late_fees", "prove_books", "commit_import", "rent_reminders"} <= set(known["tasks"])
    assert set(known["workers"]) == {"heavy_tasks", "messages", "tasks"}
    scheduled = {each.name for each in app.event_sources if isinstance(each, ScheduledEventConfig)}
    assert set(known["jobs"]) == scheduled - {"keep_keys", "work_tasks"}  # which have no slots
    assert known["sweeps"] >= 5


KNOWN = """
import json, {module}
from chalicelib.tasks.registry import REGISTRY
known = {{"tasks": REGISTRY.task_kinds(), "jobs": REGISTRY.job_names(), "workers": list(REGISTRY.workers)}}
print(json.dumps(known | {{"sweeps": len(REGISTRY.retention_jobs)}}))
"""


def handler_strings() -> dict[str, str]:
    """Return "module.function" of every function but the API's, as Chalice tells AWS."""
    made: list[Any] = [*app.event_sources, *app.pure_lambda_functions, *app.builtin_auth_handlers]
    return {each.name: each.handler_string for each in made}
