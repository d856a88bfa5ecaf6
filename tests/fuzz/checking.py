"""What is asked of every answer that schemathesis gets, and how much it asks."""

import json
import urllib.request
from typing import Any

from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.openapi import from_dict

PHASES = ("examples", "coverage", "fuzzing", "stateful")


def document_of(url: str, config: SchemathesisConfig) -> Any:
    """Return the document at ``url`` without X-Organisation, which every request of a run sends alike.

    A random one would be 404 each time, and nothing behind it would be tried; and one that schemathesis has
    made wrong on purpose would be replaced by ours, and then found to be accepted.
    """
    with urllib.request.urlopen(f"{url}/v1/openapi.json", timeout=30) as answer:
        document = json.load(answer)
    ours = {"$ref": "#/components/parameters/X-Organisation"}
    for path in document["paths"].values():
        for operation in path.values():
            operation["parameters"] = [each for each in operation.get("parameters", []) if each != ours]
    return from_dict(document, config=config)


def config(url: str, token: str, organisation_id: str, *phases: str, seconds: int) -> SchemathesisConfig:
    """Return the settings of a run of ``phases``: every check is on, each loosened one says why.

    The seed is fixed, so a run that failed is the same again, up to what the clock cuts off.
    """
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "max-time": seconds,
            "continue-on-failure": True,
            "base-url": url,
            "headers": {"Authorization": f"Bearer {token}", "X-Organisation": organisation_id},
            "generation": {"max-examples": 5, "no-shrink": True, "database": "none"},
            "checks": {
                # Beside what schemathesis itself lets pass (403, 404, 409 of an object that is not there or not
                # in that state): 304 is an answer, 412 says that a made-up version is not the one there, and 422
                # also tells of rules that no schema can: an id of nothing, a day of a closed period. 429: a number
                # founds few organisations a day. That a field takes what it documents is held by
                # tests/unit/web/test_fields.py.
                "positive_data_acceptance": {"expected-statuses": ["2xx", 304, 401, 403, 404, 409, 412, 422, 429]},
                # 404 for a path value that is no id, 412 for an If-Match that names no version, 413, 415.
                "negative_data_rejection": {"expected-statuses": ["4xx"]},
                # 428 is for this (RFC 6585); schemathesis expects 406.
                "missing_required_header": {"expected-statuses": [428]},
            },
            "phases": {name: {"enabled": name in phases} for name in PHASES},
        }
    )


def findings(url: str, config: SchemathesisConfig) -> list[str]:
    """Run the phases against the API at ``url`` and return what failed, each with its request, and the run's errors."""
    told: dict[str, str] = {}
    tried: set[str] = set()
    for event in engine.from_schema(document_of(url, config)).execute():
        if isinstance(event, ScenarioFinished):
            tried |= {node.value.operation.label for node in event.recorder.cases.values()}
            for nodes in event.recorder.checks.values():
                for node in nodes:
                    if node.failure_info is not None:
                        failure = node.failure_info.failure
                        told.setdefault(
                            f"{event.recorder.label}: {failure.title}: {failure.message}", node.failure_info.code_sample
                        )
        elif isinstance(event, NonFatalError | FatalError):
            told[str(getattr(event, "value", None) or getattr(event, "exception", None))] = "an error of the run"
    print(f"{len(tried)} operations were tried")
    assert len(tried) > 30, "most operations were not tried"
    return [f"{finding}\n{sample}" for finding, sample in told.items()]
