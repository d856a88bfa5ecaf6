"""After Terraform: change the schema, move callers to the new code a part at a time, and see that it answers.

Region by Region, so that a bad release meets one of them first; an alarm, or a failing smoke test, takes it back.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from chalicelib.functions import FUNCTIONS
from terraform.deploying.aliases import Aliases, Move
from terraform.deploying.settings import Step
from terraform.deploying.terminal import tell

FIRST_SHARE = 0.1  # of the callers that meet the new code first
MIGRATE = "migrate_database"
ASK_TIMEOUT_S = 35  # API Gateway ends an answer after 29

# The alarm <name>-release-5xx rings once two periods of a minute in a row are bad. The first may have begun before the
# shift, and does not count whole; a metric comes up to two minutes late: 60 × (2 + 1) + 120 = 300.
ALARM_PERIOD_S, ALARM_PERIODS, METRIC_DELAY_S = 60, 2, 120


class Pace(NamedTuple):
    watch_s: float = ALARM_PERIOD_S * (ALARM_PERIODS + 1) + METRIC_DELAY_S
    look_s: float = 15
    smoke_s: float = 90  # a database that rests takes 15 to 60 s to resume
    ask_again_s: float = 5


PACE = Pace()


class Failed(Exception):
    """The release did not go on; what was shifted has been taken back, except where the message says otherwise."""


class Clients(Protocol):
    def __call__(self, service: str, region: str, *, patient: bool = False) -> Any: ...


def client(service: str, region: str, *, patient: bool = False) -> Any:
    """Return a client of the account that the shell has credentials for.

    One that is ``patient`` waits for as long as a migration may take, and never tries again: two would run.
    """
    import boto3

    config = Config(
        connect_timeout=10,
        read_timeout=FUNCTIONS[MIGRATE].timeout_s + 10,
        retries={"total_max_attempts": 1},
        tcp_keepalive=True,
    )
    return boto3.client(service, region_name=region, config=config if patient else None)


def ask_health(url: str) -> str:
    """Return the status that ``url`` tells, or what went wrong in asking."""
    try:
        with urllib.request.urlopen(url, timeout=ASK_TIMEOUT_S) as answer:  # noqa: S310 - made here
            return str(json.load(answer).get("status"))
    except (OSError, ValueError) as error:
        return type(error).__name__


def release(
    steps: Iterable[Step],
    *,
    pace: Pace = PACE,
    client: Clients = client,
    ask: Callable[[str], str] = ask_health,
) -> None:
    """Release the newest versions in each Region of ``steps``, the primary one first.

    Raises:
        Failed: the migration, an alarm or the smoke test of a Region; later Regions keep the old code.
    """
    for step in {step.key: step for step in steps if step.stack == "2-region"}.values():
        Release(step, pace, client, ask).run()


class Release:
    """The release of one Region."""

    def __init__(self, step: Step, pace: Pace, client: Clients, ask: Callable[[str], str]) -> None:
        self._name = step.name
        self._region = step.region
        self._pace = pace
        self._ask = ask
        self._domain = step.variables.get("domain")
        # By the table, since the account has functions beside, which have no alias.
        self._aliases = Aliases(client("lambda", step.region), [f"{step.name}-{name}" for name in FUNCTIONS])
        self._migrator = client("lambda", step.region, patient=True)
        self._alarms = client("cloudwatch", step.region)
        self._apis = client("apigateway", step.region)

    def run(self) -> None:
        moves = self._aliases.moves()
        rang = self._ringing()
        if rang:
            tell(f"{self._region}: these alarms ring already, so they take nothing back: {', '.join(sorted(rang))}")
        self._migrate()
        rings = self._ringing()
        if rings - rang:
            raise Failed(
                f"In {self._region} these alarms ring since the migration: {', '.join(sorted(rings - rang))};"
                " nothing was shifted."
            )
        try:
            if moves:
                self._aliases.share(moves, FIRST_SHARE)
                self._watch(rings)
                self._aliases.finish(moves)
            self._smoke()
        except BaseException as error:  # whatever it is, also Ctrl-C: nobody is left with a part of the callers shifted
            self._take_back(moves, error)
            raise
        self._aliases.forget_old(moves)

    def _migrate(self) -> None:
        """Change the schema by the newest code, before any caller meets it: old code must bear the new schema.

        Raises:
            Failed: it did not end, or not well.
        """
        name = f"{self._name}-{MIGRATE}"
        try:
            answer = self._migrator.invoke(FunctionName=name, Payload=b"{}")
        except (ConnectionClosedError, ReadTimeoutError) as error:
            raise Failed(
                f"The migration in {self._region} has not answered, and may still be working; nothing was shifted."
                f" Run the same command again once the log /aws/lambda/{name} says that it has ended."
            ) from error
        if "FunctionError" in answer:
            raise Failed(f"The migration failed in {self._region}; nothing was shifted.")

    def _take_back(self, moves: list[Move], why: BaseException) -> None:
        """Take back all that can be.

        Raises:
            Failed: some could not; it names them.
        """
        left = self._aliases.take_back(moves)
        if left:
            told = "".join(f"\n  {function}: {error}" for function, error in left.items())
            raise Failed(
                f"{str(why) or type(why).__name__}\nNot taken back in {self._region}, so do it by"
                f" docs/runbooks/rollback.md:{told}"
            ) from why
        if moves:
            tell(f"{self._region}: all callers meet the code from before again.")

    def _ringing(self) -> set[str]:
        pages = self._alarms.get_paginator("describe_alarms")
        found = pages.paginate(AlarmNamePrefix=f"{self._name}-", StateValue="ALARM", AlarmTypes=["MetricAlarm"])
        return {alarm["AlarmName"] for page in found for alarm in page["MetricAlarms"]}

    def _watch(self, rang: set[str]) -> None:
        """Wait while some callers meet the new code.

        Raises:
            Failed: an alarm of the Region rings that is not among ``rang``, or that had ended since.
        """
        until = time.monotonic() + self._pace.watch_s
        while True:
            rings = self._ringing()
            if rings - rang:
                told = ", ".join(sorted(rings - rang))
                raise Failed(f"In {self._region} these alarms ring since callers meet the new code: {told}.")
            rang = rings
            if time.monotonic() >= until:
                return
            time.sleep(self._pace.look_s)

    def _smoke(self) -> None:
        """Ask the Region whether it is well, by its own name, until it is: a database may have to wake up.

        Raises:
            Failed: it does not say so within the time.
        """
        url = f"{self._url()}/health/deep"
        until = time.monotonic() + self._pace.smoke_s
        while (told := self._ask(url)) != "ok":
            if time.monotonic() >= until:
                raise Failed(f"{self._region} is not well: {url} says {told}.")
            time.sleep(self._pace.ask_again_s)

    def _url(self) -> str:
        if self._domain:
            return f"https://{self._region}.{self._domain}"
        pages = self._apis.get_paginator("get_rest_apis").paginate()
        found = [api["id"] for page in pages for api in page["items"] if api["name"] == self._name]
        if not found:
            raise Failed(f"There is no API {self._name} in {self._region}.")
        return f"https://{found[0]}.execute-api.{self._region}.amazonaws.com/api"
