# ruff: noqa: N803 - the fakes take what boto3 is given, by its names
"""How a release goes Region by Region, or is taken back; and how the database's first users are made."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import hcl2
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.functions import FUNCTIONS
from terraform.deploying import release, users
from terraform.deploying.settings import ROOT, Step, steps_of

API, JOB, MIGRATION = "plotihub-dev-api_handler", "plotihub-dev-run_job", "plotihub-dev-migrate_database"
AT_ONCE = release.Pace(watch_s=0, look_s=0, smoke_s=0, ask_again_s=0)


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as AWS says it"}}, "Operation")


class Cloud:
    """A Region's Lambda, CloudWatch and API Gateway, as far as a release asks them; ``told`` keeps what was done.

    ``rings`` are the alarms that ring at each look, the last of them for good. Of a function in ``refused`` the alias
    can be moved until all callers are to meet one version.
    """

    def __init__(self, *rings: tuple[str, ...], migration: str | None = None) -> None:
        self.rings, self.migration = list(rings) or [()], migration
        self.live = {f"plotihub-dev-{name}": "1" for name in FUNCTIONS} | {API: "2"}
        self.versions = {name: ["$LATEST", "1"] for name in self.live} | {API: ["$LATEST", "1", "2", "10"]}
        self.versions["plotihub-dev-rotate-master"] = ["$LATEST"]  # AWS's own, without the alias
        self.refused: set[str] = set()
        self.told: list[Any] = []

    def __call__(self, service: str, region: str, *, patient: bool = False) -> Any:
        return Patient(self) if patient else self

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)

    def get_alias(self, *, FunctionName: str, Name: str) -> dict[str, str]:
        if FunctionName not in self.live:
            raise refusal("ResourceNotFoundException")
        return {"FunctionVersion": self.live[FunctionName]}

    def update_alias(
        self,
        *,
        FunctionName: str,
        Name: str,
        FunctionVersion: str,
        RoutingConfig: dict[str, Any],
    ) -> None:
        weights = RoutingConfig["AdditionalVersionWeights"]
        if FunctionName in self.refused and not weights:
            raise refusal("TooManyRequestsException")
        self.live[FunctionName] = FunctionVersion
        self.told.append((FunctionName, FunctionVersion, weights))

    def delete_function(self, *, FunctionName: str, Qualifier: str) -> None:
        self.versions[FunctionName].remove(Qualifier)


class Patient:
    """The client that waits for a migration, and does nothing else."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, str]:
        self.cloud.told.append(FunctionName)
        if self.cloud.migration == "late":
            raise ReadTimeoutError(endpoint_url="https://lambda.eu-west-1.amazonaws.com")
        return {} if self.cloud.migration is None else {"FunctionError": self.cloud.migration}


class Pages:
    def __init__(self, cloud: Cloud, operation: str) -> None:
        self.cloud, self.operation = cloud, operation

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        if self.operation == "list_versions_by_function":
            yield {"Versions": [{"Version": version} for version in self.cloud.versions[asked["FunctionName"]]]}
        elif self.operation == "describe_alarms":
            ringing = self.cloud.rings.pop(0) if len(self.cloud.rings) > 1 else self.cloud.rings[0]
            yield {"MetricAlarms": [{"AlarmName": name} for name in ringing]}
        else:
            yield {"items": [{"name": "other", "id": "x"}, {"name": "plotihub-dev", "id": "abc"}]}


def one_region() -> list[Step]:
    return [step for step in steps_of("dev", "starter") if step.stack == "2-region"]


def answering(*answers: str) -> tuple[Callable[[str], str], list[str]]:
    """Return how the API answers one time after the other, the last for good; and where it was asked."""
    left, asked = list(answers), []

    def ask(url: str) -> str:
        asked.append(url)
        return left.pop(0) if len(left) > 1 else left[0]

    return ask, asked


def test_callers_meet_the_new_code_a_tenth_first_and_then_all() -> None:
    cloud = Cloud()
    ask, asked = answering("ok")
    release.release(one_region(), pace=AT_ONCE, client=cloud, ask=ask)
    assert cloud.told == [MIGRATION, (API, "2", {"10": 0.1}), (API, "10", {})]
    assert asked == ["https://abc.execute-api.eu-west-1.amazonaws.com/api/health/deep"]


def test_versions_that_no_rollback_wants_are_forgotten_once_all_is_well() -> None:
    cloud = Cloud()
    cloud.versions[API] = ["$LATEST", *map(str, range(1, 10))]
    release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")
    assert cloud.versions[API] == ["$LATEST", "2", "5", "6", "7", "8", "9"]


def test_an_alarm_takes_it_back() -> None:
    cloud = Cloud((), (), ("plotihub-dev-release-5xx",))
    with pytest.raises(release.Failed, match=r"eu-west-1.*plotihub-dev-release-5xx"):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")
    assert cloud.told[-1] == (API, "2", {})


def test_an_alarm_that_rang_before_does_not_keep_the_cure_out(capsys: pytest.CaptureFixture[str]) -> None:
    cloud = Cloud(("plotihub-dev-api-5xx",))
    release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")
    assert cloud.live[API] == "10"
    assert "ring already, so they take nothing back: plotihub-dev-api-5xx" in capsys.readouterr().out


def test_an_alarm_that_is_new_beside_one_that_rang_before_takes_it_back() -> None:
    before, new = ("plotihub-dev-api-5xx",), ("plotihub-dev-api-5xx", "plotihub-dev-release-5xx")
    cloud = Cloud(before, before, new)
    with pytest.raises(release.Failed, match=r"new code: plotihub-dev-release-5xx\.$"):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")
    assert cloud.live[API] == "2"


def test_an_alarm_that_had_ended_and_rings_again_takes_it_back() -> None:
    cloud = Cloud(("plotihub-dev-release-5xx",), (), ("plotihub-dev-release-5xx",))
    with pytest.raises(release.Failed, match=r"new code: plotihub-dev-release-5xx\.$"):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")


def test_an_alarm_of_the_migration_shifts_nobody() -> None:
    cloud = Cloud((), ("plotihub-dev-database-cpu",))
    with pytest.raises(release.Failed, match=r"since the migration: plotihub-dev-database-cpu; nothing was shifted"):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")
    assert cloud.told == ["plotihub-dev-migrate_database"]


def test_a_release_watches_for_as_long_as_its_alarm_takes() -> None:
    plain = hcl2.SerializationOptions(with_comments=False, strip_string_quotes=True)
    (alarm,) = (
        body
        for file in (ROOT / "modules" / "observability").glob("*.tf")
        for block in hcl2.loads(file.read_text(), serialization_options=plain).get("resource", [])
        for body in block.get("aws_cloudwatch_metric_alarm", {}).values()
        if body["alarm_name"].endswith("-release-5xx")
    )
    periods = {metric["period"] for query in alarm["metric_query"] for metric in query.get("metric", [])}
    assert periods == {release.ALARM_PERIOD_S} == {60}
    assert alarm["evaluation_periods"] == release.ALARM_PERIODS == 2
    assert release.PACE.watch_s == 300


def test_a_smoke_test_that_fails_takes_it_back_and_the_other_region_keeps_the_old_code() -> None:
    cloud, regions = Cloud(), []

    def client(service: str, region: str, *, patient: bool = False) -> Any:
        regions.append(region)
        return cloud(service, region, patient=patient)

    with pytest.raises(release.Failed, match="says HTTPError"):
        release.release(steps_of("dev", "standard"), pace=AT_ONCE, client=client, ask=lambda url: "HTTPError")
    assert cloud.live[API] == "2"
    assert set(regions) == {"eu-west-1"}


def test_a_database_that_wakes_up_is_waited_for() -> None:
    cloud = Cloud()
    ask, asked = answering("HTTPError", "TimeoutError", "ok")
    release.release(one_region(), pace=AT_ONCE._replace(smoke_s=60), client=cloud, ask=ask)
    assert cloud.live[API] == "10"
    assert len(asked) == 3


def test_where_nothing_moves_it_is_asked_too() -> None:
    cloud = Cloud()
    cloud.live[API] = "10"
    with pytest.raises(release.Failed, match="eu-west-1 is not well"):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "HTTPError")
    assert cloud.told == [MIGRATION]


def test_ctrl_c_takes_it_back(capsys: pytest.CaptureFixture[str]) -> None:
    def ask(url: str) -> str:
        raise KeyboardInterrupt

    cloud = Cloud()
    with pytest.raises(KeyboardInterrupt):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=ask)
    assert cloud.told[-1] == (API, "2", {})
    assert "eu-west-1: all callers meet the code from before again." in capsys.readouterr().out


def test_what_cannot_be_taken_back_is_named_and_the_others_are() -> None:
    cloud = Cloud((), (), ("plotihub-dev-release-5xx",))
    cloud.versions[JOB] = ["$LATEST", "1", "2"]
    cloud.refused = {API}
    with pytest.raises(release.Failed, match=rf"release-5xx\.\nNot taken back[^:]*:\n  {API}: .*TooManyRequests"):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")
    assert cloud.told[-1] == (JOB, "1", {})


def test_a_migration_that_fails_shifts_nobody() -> None:
    cloud = Cloud(migration="Unhandled")
    with pytest.raises(release.Failed, match="migration failed in eu-west-1"):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")
    assert cloud.told == [MIGRATION]


def test_a_migration_that_does_not_answer_is_not_begun_twice() -> None:
    cloud = Cloud(migration="late")
    with pytest.raises(release.Failed, match="may still be working"):
        release.release(one_region(), pace=AT_ONCE, client=cloud, ask=lambda url: "ok")
    assert cloud.told == [MIGRATION]


def test_who_waits_for_a_migration_waits_longer_than_it_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_MAX_ATTEMPTS", raising=False)
    config = release.client("lambda", "eu-west-1", patient=True).meta.config
    assert config.read_timeout > FUNCTIONS[release.MIGRATE].timeout_s
    assert config.retries["total_max_attempts"] == 1
    assert release.client("lambda", "eu-west-1").meta.config.read_timeout == 60


def test_each_region_is_released_once_though_its_stack_comes_twice() -> None:
    clouds = {"eu-west-1": Cloud(), "eu-central-1": Cloud()}
    ask, asked = answering("ok")

    def client(service: str, region: str, *, patient: bool = False) -> Any:
        return clouds[region](service, region, patient=patient)

    release.release(steps_of("dev", "full"), pace=AT_ONCE, client=client, ask=ask)
    assert [url.split(".")[2] for url in asked] == ["eu-west-1", "eu-central-1"]
    assert all(cloud.live[API] == "10" for cloud in clouds.values())


class Accounts:
    """Secrets, clusters and the Data API, as far as making users asks them; it first ``refuses`` as often as told."""

    def __init__(self, password: str, refuses: tuple[str, ...] = ()) -> None:
        self.password, self.refuses = password, list(refuses)
        self.run: list[str] = []

    def __call__(self, service: str, region: str) -> "Accounts":
        return self

    def describe_db_clusters(self, *, DBClusterIdentifier: str) -> dict[str, Any]:
        return {"DBClusters": [{"DBClusterArn": f"arn:cluster:{DBClusterIdentifier}"}]}

    def describe_secret(self, *, SecretId: str) -> dict[str, str]:
        return {"ARN": f"arn:secret:{SecretId}"}

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        return {"SecretString": json.dumps({"username": "plotihub_proxy", "password": self.password})}

    def execute_statement(self, *, resourceArn: str, secretArn: str, database: str, sql: str) -> None:
        assert resourceArn == "arn:cluster:plotihub-dev-eu-west-1"
        assert secretArn == "arn:secret:plotihub-dev/database/master"
        if self.refuses:
            raise refusal(self.refuses.pop(0))
        self.run.append(sql)


def test_the_databases_users_log_in_by_token_and_over_tls() -> None:
    accounts = Accounts("Abc123")
    assert users.make_users(one_region()[0], accounts) == ["plotihub_migrator", "plotihub_app", "plotihub_proxy"]
    made = [sql for sql in accounts.run if sql.startswith(("CREATE", "ALTER"))]
    assert all(sql.endswith("REQUIRE SSL") for sql in made)
    assert [sql.count("AWSAuthenticationPlugin") for sql in made] == [1, 1, 0, 0]


def test_a_database_that_resumes_is_asked_again_and_nothing_else_is() -> None:
    accounts = Accounts("Abc123", ("DatabaseResumingException",) * 2)
    users.make_users(one_region()[0], accounts, ask_again_s=0)
    assert len(accounts.run) == 5
    with pytest.raises(ClientError, match="BadRequestException"):
        users.make_users(one_region()[0], Accounts("Abc123", ("BadRequestException",)), ask_again_s=0)


def test_a_password_that_could_end_its_string_is_refused() -> None:
    accounts = Accounts("x' OR '1")
    with pytest.raises(ValueError, match="neither letter nor digit"):
        users.make_users(one_region()[0], accounts)
    assert accounts.run == []
