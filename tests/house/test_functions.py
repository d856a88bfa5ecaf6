"""The table of functions, held against the application and against what Chalice is told."""

import json
from typing import Any

import pytest
from chalice.app import Chalice, ScheduledEventConfig, SQSEventConfig
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


@pytest.mark.parametrize("source", app.event_sources, ids=lambda source: source.name)
def test_aws_finds_each_function_where_chalice_says_that_it_is(source: Any) -> None:
    """AWS calls module.function, and would find the bare function there if a decorator had hidden the handler."""
    module, function = source.handler_string.rsplit(".", 1)
    found = getattr(__import__(module, fromlist=[function]), function)
    assert found is app.handler_map[source.name]
    assert isinstance(source, ScheduledEventConfig | SQSEventConfig)
