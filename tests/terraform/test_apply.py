"""A real apply: Terraform and the AWS provider, against an emulator of AWS, in two Regions.

`full` holds all that the other sizes hold. It is applied in the order of a deployment, read back, planned again,
updated while one Region answers nothing, and destroyed until nothing is left.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from terraform.packaging.emitted import FUNCTION
from tests.terraform import emulator, gaps, log_lines, reading, remains
from tests.terraform.applied import NAME, Applied, changes_of
from tests.terraform.terraform import program

pytestmark = [pytest.mark.slow, pytest.mark.terraform, pytest.mark.apply, pytest.mark.full]

FIRST, SECOND = "eu-west-1", "eu-central-1"
AGAIN = "/v1/asked-again"
REDEPLOYED = {
    "module.api.aws_api_gateway_rest_api.rest_api",
    "module.api.aws_api_gateway_deployment.rest_api",
    "module.api.aws_api_gateway_stage.main",
}


@pytest.fixture
def aws() -> Iterator[str]:
    program()
    with emulator.running() as url:
        yield url


def test_the_estate_is_made_read_back_updated_and_taken_down(
    aws: str, tmp_path: Path, packaged: Path, configuration: Path, subtests: pytest.Subtests
) -> None:
    estate, took = Applied(tmp_path, aws, packaged, configuration), {}
    before = remains.left(estate, (FIRST, SECOND))  # what AWS gives to every account

    def step(name: str, work: Callable[[Applied], None]) -> None:
        began = time.monotonic()
        work(estate)
        took[name] = round(time.monotonic() - began)

    step("apply", make)
    for region in (FIRST, SECOND):
        for read in reading.READINGS:
            with subtests.test(read.__name__, region=region):
                read(estate, region)
    kinds = estate.kinds()
    assert remains.unknown(kinds) == set(), "nobody would see whether these are left"
    step("plan again", plan_again)
    step("update", add_a_route_while_the_other_region_is_dead)
    step("destroy", take_down)
    assert sorted(remains.left(estate, (FIRST, SECOND)) - before) == []
    print("\n".join([*estate.printed, f"{len(kinds)} kinds; seconds: {took}"]))


def make(estate: Applied) -> None:
    """Apply in a deployment's order; each begins once it finds what it looks for, since an apply mostly waits."""
    shared, first, second, link, *_ = estate.steps
    with ThreadPoolExecutor() as pool:
        foundation = pool.submit(estate.apply, shared)
        wait_for(foundation, lambda: has_foundation(estate))
        living = pool.submit(estate.apply, first)
        wait_for(living, lambda: is_joinable(estate))
        joining = pool.submit(estate.apply, second)
        for work in (foundation, living, joining):
            work.result()
    estate.apply(link)
    estate.together(estate.apply, [first, second])


def has_foundation(estate: Applied) -> bool:
    """Whether the Regions find the zone, the shell of the database and, in each of them, the key of personal papers."""
    zones = estate.client("route53", FIRST).list_hosted_zones()["HostedZones"]
    shells = estate.client("rds", FIRST).describe_global_clusters()["GlobalClusters"]
    keys = [estate.client("kms", region).list_aliases()["Aliases"] for region in (FIRST, SECOND)]
    named = [f"alias/{NAME}-data" in {alias["AliasName"] for alias in aliases} for aliases in keys]
    return bool(zones and shells) and all(named)


def is_joinable(estate: Applied) -> bool:
    """Whether the second Region finds the first as a member of the database, and its own copy of the proxy's secret."""
    secrets = estate.client("secretsmanager", SECOND).list_secrets()["SecretList"]
    return bool(members(estate)) and f"{NAME}/database/proxy" in {each["Name"] for each in secrets}


def members(estate: Applied) -> list[str]:
    (shell,) = estate.client("rds", SECOND).describe_global_clusters()["GlobalClusters"]
    return [each["DBClusterArn"] for each in shell["GlobalClusterMembers"]]


def wait_for(work: "Future[None]", ready: Callable[[], bool]) -> None:
    """Wait until what ``work`` brings is ``ready``; its failure is told at once."""
    while not ready():
        if work.done():
            work.result()
            raise AssertionError("it was applied, and what the next stack looks for is not there")
        time.sleep(1)


def plan_again(estate: Applied) -> None:
    """Assert that nothing would change but the emulator's listed gaps, and that no log would hold a secret."""
    once = list({step.key: step for step in estate.steps}.values())
    plans = estate.together(estate.plan, once)
    found = {change for plan in plans for change in changes_of(plan)}
    assert found - set(gaps.DRIFT) == set(), "a second plan changes what it should not"
    assert set(gaps.DRIFT) - found == set(), "listed as a gap of the emulator, and none"
    written = [line for plan in plans for line in log_lines.lines(plan)]
    assert len(written) == 2, "one access log in each Region"
    assert [address for address, line in written if log_lines.TOKEN in line] == []
    assert [address for plan in plans for address in log_lines.doubts(plan)] == []


def add_a_route_while_the_other_region_is_dead(estate: Applied) -> None:
    living = estate.steps[1]
    gateway = estate.client("apigateway", FIRST)
    (api,) = gateway.get_rest_apis()["items"]
    (before,) = gateway.get_stages(restApiId=api["id"])["item"]
    add_route(estate)
    emulator.cut_off(estate.url, SECOND)
    try:
        assert not answers(estate.url, SECOND)
        emulator.cut_off(estate.url, SECOND)
        planned = {change.address for change in changes_of(estate.plan(living)) if change not in gaps.DRIFT}
        assert planned == REDEPLOYED
        estate.apply(living)
    finally:
        asked = emulator.cut_off(estate.url)
    assert asked.get(SECOND, 0) == 0, "the living Region's stack asked the dead one"
    assert asked[FIRST] > 0
    reading.read_api(estate, FIRST)
    assert AGAIN in reading.routes(estate)
    (after,) = gateway.get_stages(restApiId=api["id"])["item"]
    assert after["deploymentId"] != before["deploymentId"]


def answers(url: str, region: str) -> bool:
    patient = Config(retries={"max_attempts": 0}, read_timeout=5)
    client = boto3.client(
        "sqs",
        region_name=region,
        endpoint_url=url,
        config=patient,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    try:
        client.list_queues()
    except ConnectionClosedError:
        return False
    return True


def add_route(estate: Applied) -> None:
    """Put in one route more, as packaging a copy of the application with it would."""
    file = estate.api / "chalice.tf.json"
    packaged = json.loads(file.read_text())
    document = json.loads(packaged["locals"]["chalice_api_swagger"])
    route = {AGAIN: document["paths"]["/health"]}
    packaged["locals"]["chalice_api_swagger"] = json.dumps({**document, "paths": {**document["paths"], **route}})
    file.write_text(json.dumps(packaged))
    # The override names functions by their aliases, in quotes that JSON does not know.
    file = estate.api / "chalice_override.tf.json"
    packaged = json.loads(file.read_text())
    text, begin = packaged["locals"]["chalice_api_swagger"], '"paths": {'
    assert text.count(begin) == 1
    added = FUNCTION.sub(r'${aws_lambda_alias.live["\1"].\2}', json.dumps(route)).removeprefix("{").removesuffix("}")
    packaged["locals"]["chalice_api_swagger"] = text.replace(begin, f"{begin}{added}, ")
    file.write_text(json.dumps(packaged))


def take_down(estate: Applied) -> None:
    """Destroy in the order of a tear-down; each begins once nobody uses what it takes away.

    The writer leaves the database last. It cannot go before its own instances, half a minute after it began; by then
    the other, which has none any more, is gone.
    """
    shared, first, second, link, *_ = estate.steps
    estate.destroy(link)
    with ThreadPoolExecutor() as pool:
        leaving = pool.submit(estate.destroy, second)
        wait_for(leaving, lambda: not estate.client("rds", SECOND).describe_db_instances()["DBInstances"])
        last = pool.submit(estate.destroy, first)
        wait_for(last, lambda: not members(estate))
        estate.destroy(shared)
        leaving.result()
        last.result()
