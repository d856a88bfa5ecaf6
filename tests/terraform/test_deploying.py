# ruff: noqa: N803 - the fakes take what boto3 is given, by its names
"""What `make deploy` does beside Terraform: which stacks with which variables, how a release goes or is taken back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from terraform.deploying import release, users
from terraform.deploying.settings import Step, steps_of

ENVIRONMENTS, SIZES = ("dev", "staging", "prod"), ("starter", "standard", "full")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("size", SIZES)
def test_each_size_of_each_environment_names_its_stacks_in_order(environment: str, size: str) -> None:
    steps = [step.key for step in steps_of(environment, size)]
    one = ["1-global-eu-west-1", "2-region-eu-west-1"]
    linked = ["2-region-eu-central-1", "3-link-eu-west-1", "2-region-eu-west-1", "2-region-eu-central-1"]
    assert steps == (one if size == "starter" else one + linked)


def test_a_region_is_told_of_itself_and_of_where_the_other_is() -> None:
    _, one, other, *_ = steps_of("prod", "standard")
    assert (one.variables["region"], one.variables["other_region"]) == ("eu-west-1", "eu-central-1")
    assert (other.variables["region"], other.variables["other_region"]) == ("eu-central-1", "eu-west-1")
    assert one.variables["primary_region"] == other.variables["primary_region"] == "eu-west-1"
    assert one.variables["deletion_protection"] is True
    assert one.name == "plotihub-prod"


def test_one_region_copies_its_backups_to_the_second() -> None:
    for step in steps_of("dev", "starter"):
        assert step.variables["other_region"] is None
        assert step.variables["backup_region"] == "eu-central-1"


def test_networks_of_all_environments_and_regions_differ() -> None:
    taken = [cidr for name in ENVIRONMENTS for cidr in steps_of(name, "full")[1].variables["cidrs"].values()]
    assert len(set(taken)) == len(taken) == 6


def test_variables_are_written_as_terraform_reads_them(tmp_path: Path) -> None:
    step = steps_of("dev", "full")[1]
    assert json.loads(step.write(tmp_path).read_text()) == step.variables
    assert all(not name.startswith("__") for name in step.variables)


@pytest.mark.parametrize(("environment", "size"), [("test", "full"), ("dev", "huge"), ("../dev", "full")])
def test_what_is_not_there_is_named_with_what_is(environment: str, size: str) -> None:
    with pytest.raises(ValueError, match="among: "):
        steps_of(environment, size)


def test_a_value_that_no_stack_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="no stack takes: minimum_acu"):
        steps_of("dev", "full", minimum_acu=1)


class Cloud:
    """A Region's Lambda, CloudWatch and API Gateway, as far as a release asks them; ``told`` keeps what was done."""

    def __init__(self, ringing: tuple[str, ...] = (), migration: str | None = None) -> None:
        self.ringing, self.migration = ringing, migration
        self.versions = {
            "plotihub-dev-api_handler": ["$LATEST", "1", "2", "10"],
            "plotihub-dev-run_job": ["$LATEST", "1"],
        }
        self.live = {"plotihub-dev-api_handler": "2", "plotihub-dev-run_job": "1"}
        self.told: list[Any] = []

    def __call__(self, service: str, region: str) -> "Cloud":
        return self

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)

    def get_alias(self, *, FunctionName: str, Name: str) -> dict[str, str]:
        return {"FunctionVersion": self.live[FunctionName]}

    def update_alias(
        self,
        *,
        FunctionName: str,
        Name: str,
        FunctionVersion: str,
        RoutingConfig: dict[str, Any],
    ) -> None:
        self.live[FunctionName] = FunctionVersion
        self.told.append((FunctionName, FunctionVersion, RoutingConfig["AdditionalVersionWeights"]))

    def delete_function(self, *, FunctionName: str, Qualifier: str) -> None:
        self.versions[FunctionName].remove(Qualifier)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, str]:
        self.told.append(FunctionName)
        return {} if self.migration is None else {"FunctionError": self.migration}


class Pages:
    def __init__(self, cloud: Cloud, operation: str) -> None:
        self.cloud, self.operation = cloud, operation

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        if self.operation == "list_functions":
            yield {"Functions": [{"FunctionName": name} for name in (*self.cloud.versions, "somebody-else")]}
        elif self.operation == "list_versions_by_function":
            yield {"Versions": [{"Version": version} for version in self.cloud.versions[asked["FunctionName"]]]}
        elif self.operation == "describe_alarms":
            yield {"MetricAlarms": [{"AlarmName": name} for name in self.cloud.ringing]}
        else:
            yield {"items": [{"name": "other", "id": "x"}, {"name": "plotihub-dev", "id": "abc"}]}


def one_region() -> list[Step]:
    return [step for step in steps_of("dev", "starter") if step.stack == "2-region"]


def test_callers_meet_the_new_code_a_tenth_first_and_then_all() -> None:
    cloud, asked = Cloud(), []

    def ask(url: str) -> str:
        asked.append(url)
        return "ok"

    release.release(one_region(), watch_s=0, client=cloud, ask=ask)
    assert cloud.told == [
        "plotihub-dev-migrate_database",
        ("plotihub-dev-api_handler", "2", {"10": 0.1}),
        ("plotihub-dev-api_handler", "10", {}),
    ]
    assert asked == ["https://abc.execute-api.eu-west-1.amazonaws.com/api/health/deep"]


def test_versions_that_no_rollback_wants_are_forgotten_once_all_is_well() -> None:
    cloud = Cloud()
    cloud.versions["plotihub-dev-api_handler"] = ["$LATEST", *map(str, range(1, 10))]
    release.release(one_region(), watch_s=0, client=cloud, ask=lambda url: "ok")
    assert cloud.versions["plotihub-dev-api_handler"] == ["$LATEST", "2", "5", "6", "7", "8", "9"]


def test_an_alarm_takes_it_back() -> None:
    cloud = Cloud(ringing=("plotihub-dev-api-5xx",))
    with pytest.raises(release.Failed, match=r"eu-west-1.*plotihub-dev-api-5xx"):
        release.release(one_region(), watch_s=0, client=cloud, ask=lambda url: "ok")
    assert cloud.told[-1] == ("plotihub-dev-api_handler", "2", {})


def test_a_smoke_test_that_fails_takes_it_back_and_the_other_region_keeps_the_old_code() -> None:
    cloud, regions = Cloud(), []

    def client(service: str, region: str) -> Cloud:
        regions.append(region)
        return cloud

    with pytest.raises(release.Failed, match="says HTTPError"):
        release.release(steps_of("dev", "standard"), watch_s=0, client=client, ask=lambda url: "HTTPError")
    assert cloud.live["plotihub-dev-api_handler"] == "2"
    assert set(regions) == {"eu-west-1"}


def test_a_migration_that_fails_shifts_nobody() -> None:
    cloud = Cloud(migration="Unhandled")
    with pytest.raises(release.Failed, match="migration failed in eu-west-1"):
        release.release(one_region(), watch_s=0, client=cloud, ask=lambda url: "ok")
    assert cloud.told == ["plotihub-dev-migrate_database"]


def test_each_region_is_released_once_though_its_stack_comes_twice() -> None:
    clouds = {"eu-west-1": Cloud(), "eu-central-1": Cloud()}
    asked: list[str] = []

    def ask(url: str) -> str:
        asked.append(url)
        return "ok"

    release.release(steps_of("dev", "full"), watch_s=0, client=lambda _, region: clouds[region], ask=ask)
    assert [url.split(".")[2] for url in asked] == ["eu-west-1", "eu-central-1"]
    assert all(cloud.live["plotihub-dev-api_handler"] == "10" for cloud in clouds.values())


class Accounts:
    """Secrets, clusters and the Data API, as far as making users asks them."""

    def __init__(self, password: str) -> None:
        self.password = password
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
        self.run.append(sql)


def test_the_databases_users_log_in_by_token_and_over_tls() -> None:
    accounts = Accounts("Abc123")
    assert users.make_users(one_region()[0], accounts) == ["plotihub_migrator", "plotihub_app", "plotihub_proxy"]
    made = [sql for sql in accounts.run if sql.startswith(("CREATE", "ALTER"))]
    assert all(sql.endswith("REQUIRE SSL") for sql in made)
    assert [sql.count("AWSAuthenticationPlugin") for sql in made] == [1, 1, 0, 0]


def test_a_password_that_could_end_its_string_is_refused() -> None:
    accounts = Accounts("x' OR '1")
    with pytest.raises(ValueError, match="neither letter nor digit"):
        users.make_users(one_region()[0], accounts)
    assert accounts.run == []
