"""Names that leave the process: others have stored or deployed them, so one that goes is a migration of its own.

``docs/openapi.json`` holds those of the API. After a name was added: ``python -m tests.house.test_names``.
"""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import app  # noqa: F401 - fills the registries
from chalicelib import errors, metrics
from chalicelib.delivery.queue_payloads import (
    AttemptOutcome,
    QueuedText,
    VendorCallback,
    serialize_callback,
    serialize_outcomes,
    serialize_texts,
)
from chalicelib.functions import FUNCTIONS
from chalicelib.runtime.ports import SENT, SendOutcome
from chalicelib.storage.tables import metadata
from chalicelib.tasks.registry import REGISTRY
from chalicelib.web.gateway_responses import GATEWAY_RESPONSES
from chalicelib.web.problem import document

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests" / "data" / "names.json"


@pytest.fixture(scope="module")
def now() -> dict[str, list[str]]:
    """The names of the application alone: other tests register jobs and tasks of their own in this process."""
    command = [sys.executable, "-m", "tests.house.test_names", "print"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found: dict[str, list[str]] = json.loads(told)
    return found


def test_a_name_that_others_know_stays(now: dict[str, list[str]]) -> None:
    kept = json.loads(KEPT.read_text())
    for kind, listed in kept.items():
        assert [name for name in listed if name not in now[kind]] == [], f"{kind} are gone"


def test_a_new_name_is_kept_from_now_on(now: dict[str, list[str]]) -> None:
    assert now == json.loads(KEPT.read_text()), "python -m tests.house.test_names"


def names() -> dict[str, list[str]]:
    """Return the names of each kind, sorted."""
    columns = [f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns]
    found = {
        "columns": columns,
        "functions": list(FUNCTIONS),
        "jobs": REGISTRY.job_names(),
        "metrics": [value for name, value in vars(metrics).items() if name.isupper() and isinstance(value, str)],
        "problem types": sorted({_problem_type(name) for name in (*_error_names(), *_gateway_problems())}),
        "queue keys": sorted(set(_keys(list(_queue_bodies())))),
        "task kinds": REGISTRY.task_kinds(),
    }
    return {kind: sorted(listed) for kind, listed in found.items()}


def _error_names(of: type[errors.DomainError] = errors.DomainError) -> Iterator[str]:
    """Yield the names of all domain errors; those of tasks, which a room defines, are kept and served as problems."""
    yield of.__name__
    for one in of.__subclasses__():
        if one.__module__.startswith("chalicelib."):
            yield from _error_names(one)


def _gateway_problems() -> Iterator[str]:
    return (each.name for each in GATEWAY_RESPONSES.values())


def _problem_type(name: str) -> str:
    return str(document(name, 400, "", "")["type"])


def _queue_bodies() -> Iterator[Any]:
    at = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    text = QueuedText("key", UUID(int=1), UUID(int=2), 1, "to", "text", "subject", "sender", at)
    yield from (json.loads(body) for body, _ in serialize_texts("sms", "africastalking", [text]))
    yield json.loads(
        serialize_outcomes("africastalking", [AttemptOutcome(UUID(int=1), UUID(int=2), 1, SendOutcome(SENT))])
    )
    yield json.loads(serialize_callback(VendorCallback("report", "africastalking", {}, at)))


def _keys(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _keys(inner)


if __name__ == "__main__":
    told = json.dumps(names(), indent=1) + "\n"
    if sys.argv[1:] == ["print"]:
        print(told)
    else:
        KEPT.write_text(told)
