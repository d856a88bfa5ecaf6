"""After Terraform: change the schema, move callers to the new code a part at a time, and see that it answers.

Region by Region, so that a bad release meets one of them first; an alarm, or a failing smoke test, takes it back.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from terraform.deploying.settings import Step

ALIAS = "live"
FIRST_SHARE = 0.1  # of the callers that meet the new code first
WATCH_S = 300
LOOK_S = 15
MIGRATE = "migrate_database"
SMOKE_TIMEOUT_S = 35
KEPT_VERSIONS = 5  # of each function: what a rollback may want; each older one would fill the account's 75 GB of code


class Failed(Exception):
    """The release did not go on; what was shifted has been taken back."""


class Moved(NamedTuple):
    function: str
    before: str
    after: str


def client(service: str, region: str) -> Any:
    """Return a client of the account that the shell has credentials for."""
    import boto3

    return boto3.client(service, region_name=region)


def ask_health(url: str) -> str:
    """Return the status that ``url`` tells, or what went wrong in asking."""
    try:
        with urllib.request.urlopen(url, timeout=SMOKE_TIMEOUT_S) as answer:  # noqa: S310 - made here
            return str(json.load(answer).get("status"))
    except (OSError, ValueError) as error:
        return type(error).__name__


def release(
    steps: Iterable[Step],
    *,
    watch_s: int = WATCH_S,
    client: Callable[[str, str], Any] = client,
    ask: Callable[[str], str] = ask_health,
) -> None:
    """Release the newest versions in each Region of ``steps``, the primary one first.

    Raises:
        Failed: the migration, the alarm or the smoke test of a Region; later Regions keep the old code.
    """
    done = set()
    for step in steps:
        if step.stack == "2-region" and step.region not in done:
            done.add(step.region)
            Release(step, client, ask).run(watch_s)


class Release:
    """The release of one Region."""

    def __init__(self, step: Step, client: Callable[[str, str], Any], ask: Callable[[str], str]) -> None:
        self._name = step.name
        self._region = step.region
        self._ask = ask
        self._domain = step.variables.get("domain")
        self._lambda = client("lambda", step.region)
        self._alarms = client("cloudwatch", step.region)
        self._apis = client("apigateway", step.region)

    def run(self, watch_s: int) -> None:
        moves = self._moves()
        self._migrate()
        if not moves:
            return
        try:
            self._shift(moves, FIRST_SHARE)
            self._watch(watch_s)
            self._finish(moves)
            self._smoke()
        except Failed:
            self._take_back(moves)
            raise
        self._forget_old(moves)

    def _moves(self) -> list[Moved]:
        """Return the functions whose alias does not name the newest version."""
        found = []
        for page in self._lambda.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                name = function["FunctionName"]
                if name.startswith(f"{self._name}-") and (move := self._move_of(name)) is not None:
                    found.append(move)
        return found

    def _move_of(self, name: str) -> Moved | None:
        now = self._lambda.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"]
        newest = self._versions(name)[-1]
        return None if now == newest else Moved(name, now, newest)

    def _versions(self, name: str) -> list[str]:
        """Return the function's published versions, the newest last."""
        pages = self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        found = [each["Version"] for page in pages for each in page["Versions"] if each["Version"].isdecimal()]
        return sorted(found, key=int)

    def _forget_old(self, moves: list[Moved]) -> None:
        """Delete the versions that no rollback wants any more."""
        for move in moves:
            for version in self._versions(move.function)[:-KEPT_VERSIONS]:
                if version != move.before:
                    self._lambda.delete_function(FunctionName=move.function, Qualifier=version)

    def _migrate(self) -> None:
        """Change the schema by the newest code, before any caller meets it: old code must bear the new schema."""
        answer = self._lambda.invoke(FunctionName=f"{self._name}-{MIGRATE}", Payload=b"{}")
        if "FunctionError" in answer:
            raise Failed(f"The migration failed in {self._region}; nothing was shifted.")

    def _shift(self, moves: list[Moved], share: float) -> None:
        for move in moves:
            self._lambda.update_alias(
                FunctionName=move.function,
                Name=ALIAS,
                FunctionVersion=move.before,
                RoutingConfig={"AdditionalVersionWeights": {move.after: share}},
            )

    def _finish(self, moves: list[Moved]) -> None:
        for move in moves:
            self._point(move.function, move.after)

    def _take_back(self, moves: list[Moved]) -> None:
        for move in moves:
            self._point(move.function, move.before)

    def _point(self, function: str, version: str) -> None:
        self._lambda.update_alias(
            FunctionName=function,
            Name=ALIAS,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )

    def _watch(self, watch_s: int) -> None:
        """Wait while some callers meet the new code.

        Raises:
            Failed: an alarm of the Region rings.
        """
        until = time.monotonic() + watch_s
        while True:
            pages = self._alarms.get_paginator("describe_alarms")
            found = pages.paginate(AlarmNamePrefix=f"{self._name}-", StateValue="ALARM", AlarmTypes=["MetricAlarm"])
            ringing = sorted(alarm["AlarmName"] for page in found for alarm in page["MetricAlarms"])
            if ringing:
                raise Failed(f"Taken back in {self._region}, since these alarms ring: {', '.join(ringing)}")
            if time.monotonic() >= until:
                return
            time.sleep(min(LOOK_S, max(0.0, until - time.monotonic())))

    def _smoke(self) -> None:
        """Ask the Region whether it is well, by its own name.

        Raises:
            Failed: it does not say so.
        """
        url = f"{self._url()}/health/deep"
        told = self._ask(url)
        if told != "ok":
            raise Failed(f"Taken back in {self._region}: {url} says {told}.")

    def _url(self) -> str:
        if self._domain:
            return f"https://{self._region}.{self._domain}"
        pages = self._apis.get_paginator("get_rest_apis").paginate()
        found = [api["id"] for page in pages for api in page["items"] if api["name"] == self._name]
        if not found:
            raise Failed(f"There is no API {self._name} in {self._region}.")
        return f"https://{found[0]}.execute-api.{self._region}.amazonaws.com/api"
