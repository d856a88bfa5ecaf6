"""Whether what goes wrong comes to somebody's ears: metrics by their names in the code, and who may publish."""

import re
from typing import Any

import pytest

from chalicelib import metrics
from chalicelib.functions import FUNCTIONS
from terraform.deploying.settings import ROOT
from tests.terraform.plans import Estate, Plan, statements
from tests.terraform.sizes import each_size, planned, regions
from tests.terraform.test_policies import metrics_of
from tests.terraform.test_static import FOLDERS, labelled, read

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

DEMANDED = ("StringEquals", "aws:SourceAccount")
IF_SENT = ("StringEqualsIfExists", "aws:SourceAccount")  # nowhere is it written that Backup sends it

# Letters that AWS takes in descriptions; an apostrophe is among none of them.
# https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
LETTERS = {
    "aws_wafv2_": re.compile(r"[\w+=:#@/\-,.][\w+=:#@/\-,.\s]+[\w+=:#@/\-,.]"),
    "aws_security_group": re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}"),
    "aws_vpc_security_group_": re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}"),
}


def document(plan: Plan, ending: str) -> dict[str, dict[str, Any]]:
    """Return the statements of the one policy whose address ends so, by their names."""
    (found,) = (each for each in plan.documents() if each.address.endswith(ending))
    return {each["sid"]: each for each in statements(found)}


def services(statement: dict[str, Any]) -> set[str]:
    return {name for who in statement["principals"] if who["type"] == "Service" for name in who["identifiers"]}


def compared_by(statement: dict[str, Any]) -> tuple[str, str]:
    """Return how a statement's one condition looks at what, such as the account that a service says it comes from."""
    (condition,) = statement["condition"]
    return condition["test"], condition["variable"]


def environment_of(plan: Plan, name: str) -> dict[str, str]:
    (function,) = (each for each in plan.of("aws_lambda_function") if each.address.endswith(f".{name}"))
    told: dict[str, str] = function.values["environment"][0]["variables"]
    return told


@each_size
def test_alarms_are_on_metrics_that_the_application_tells_and_where_it_tells_them(estate: Estate, size: str) -> None:
    told = {
        metrics.BOOKS_DO_NOT_BALANCE,
        metrics.CODES_HELD_BACK,
        metrics.MESSAGES_FAILED,
        metrics.MESSAGES_UNKNOWN,
        metrics.TOKENS_REFUSED,
    }
    for plan in regions(estate, size):
        looked_at = [each for alarm in plan.of("aws_cloudwatch_metric_alarm") for each in metrics_of(alarm)]
        ours = [each for each in looked_at if not each["namespace"].startswith("AWS/")]
        of_canaries = [each for each in ours if each["namespace"] == "CloudWatchSynthetics"]
        ours = [each for each in ours if each not in of_canaries]
        assert {each["namespace"] for each in ours} == {metrics.NAMESPACE}
        assert {each["metric_name"] for each in ours} == told
        for name in FUNCTIONS:
            where = {metrics.DIMENSION: environment_of(plan, name)["METRICS_ENVIRONMENT"]}
            assert all(each["dimensions"] == where for each in ours), name


@each_size
def test_a_release_has_an_alarm_that_rings_while_it_is_watched(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        (alarm,) = (
            each
            for each in plan.of("aws_cloudwatch_metric_alarm")
            if each.values["alarm_name"] == "plotihub-prod-release-5xx"
        )
        assert {each["metric_name"] for each in metrics_of(alarm)} == {"5XXError", "Count"}
        assert {each["period"] for each in metrics_of(alarm)} == {60}
        assert (alarm.values["evaluation_periods"], alarm.values["treat_missing_data"]) == (2, "notBreaching")


@each_size
def test_alarms_and_failed_backups_may_be_published(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        alarms = document(plan, "module.observability.data.aws_iam_policy_document.alarms")["AlarmsPublish"]
        assert "cloudwatch.amazonaws.com" in services(alarms)
        backups = document(plan, "module.backup.data.aws_iam_policy_document.backups")["BackupPublishes"]
        assert services(backups) == {"backup.amazonaws.com"}
        for said in (alarms, backups):
            assert (said["actions"], said["effect"]) == (["sns:Publish"], None)
        assert [compared_by(said) for said in (alarms, backups)] == [DEMANDED, IF_SENT]


def test_whoever_publishes_may_use_the_topics_key() -> None:
    """The key names nothing that is made, so no plan shows its policy."""
    key = dict(labelled(read(ROOT / "stacks" / "2-region")["data"]))["aws_iam_policy_document.key"]
    said = {each["sid"]: each for each in key["statement"]}
    alarms, backups = said["AlarmsPublish"], said["BackupPublishes"]
    assert services(alarms) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    assert services(backups) == {"backup.amazonaws.com"}
    assert [compared_by(each) for each in (alarms, backups)] == [DEMANDED, IF_SENT]
    for each in (alarms, backups):
        assert set(each["actions"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
        assert each["condition"][0]["values"] == ["${local.account_id}"]


@each_size
def test_the_trail_may_write_into_its_bucket_and_no_other_trail(estate: Estate, size: str) -> None:
    shared = planned(estate, size)[0]
    (trail,) = shared.of("aws_cloudtrail")
    arn = f"arn:aws:cloudtrail:eu-west-1:000000000000:trail/{trail.values['name']}"
    said = document(shared, "module.audit.data.aws_iam_policy_document.bucket")
    of_trail = {"test": "StringEquals", "variable": "aws:SourceArn", "values": [arn]}
    owned = {"test": "StringEquals", "variable": "s3:x-amz-acl", "values": ["bucket-owner-full-control"]}
    assert said["TrailLooks"]["condition"] == [of_trail]
    assert sorted(said["TrailWrites"]["condition"], key=str) == sorted([of_trail, owned], key=str)
    assert [services(each) for each in said.values()] == [{"cloudtrail.amazonaws.com"}] * 2


def test_terraform_leaves_to_releases_which_version_is_called() -> None:
    (lifecycle,) = dict(labelled(read(ROOT / "modules" / "api")["resource"]))["aws_lambda_alias.live"]["lifecycle"]
    assert {name.strip("${}") for name in lifecycle["ignore_changes"]} == {"function_version", "routing_config"}


def test_api_gateway_may_write_its_log_before_it_is_told_to() -> None:
    """It tries the role at once; and AWS asks for no condition on who takes it on."""
    blocks = read(ROOT / "modules" / "api")
    account = dict(labelled(blocks["resource"]))["aws_api_gateway_account.logging"]
    assert [name.strip("${}") for name in account["depends_on"]] == ["aws_iam_role_policy_attachment.gateway_logging"]
    (said,) = dict(labelled(blocks["data"]))["aws_iam_policy_document.assumed_by_gateway"]["statement"]
    assert "condition" not in said


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_descriptions_are_in_letters_that_aws_takes(folder: Any) -> None:
    for name, body in labelled(read(folder).get("resource", [])):
        for kind, letters in LETTERS.items():
            if name.startswith(kind) and "description" in body:
                assert letters.fullmatch(re.sub(r"\$\{[^}]*\}", "x", body["description"])), (name, body["description"])
