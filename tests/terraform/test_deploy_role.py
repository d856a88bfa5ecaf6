"""Who deploys from GitHub: its rights, and those of the roles that it makes, are tried as AWS would try them."""

import re
from pathlib import Path

import pytest

from terraform.deploying.settings import ROOT
from tests.terraform.delivery import (
    ADMINISTRATOR,
    AUDIT,
    BOUNDARIES,
    GITHUB,
    IAM,
    KEY,
    KNOWN,
    LIMITS,
    OURS,
    Delivery,
    delivery_of,
    find_in_sources,
)
from tests.terraform.plans import Estate
from tests.terraform.rights import trusts
from tests.terraform.sizes import each_size, planned

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

TRAIL_LOG = "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/cloudtrail/plotihub-dev"
OF_AUDIT = "alias/plotihub-dev-audit"
RESOURCE = re.compile(r'^resource "(aws_\w+)"', re.MULTILINE)
TRUST = re.compile(r'^data "aws_iam_policy_document" "assumed_by_.*?^}', re.MULTILINE | re.DOTALL)
SERVICE = re.compile(r'"([\w.-]+\.amazonaws\.com)"')

# The service whose actions a kind is made by; the longest beginning of its name tells.
SERVICES = {
    "acm": "acm", "api_gateway": "apigateway", "backup": "backup", "budgets": "budgets", "ce": "ce",
    "chatbot": "chatbot", "cloudformation": "cloudformation", "cloudfront": "cloudfront", "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch", "cloudwatch_event": "events", "cloudwatch_log": "logs",
    "cloudwatch_query_definition": "logs", "cognito": "cognito-idp", "db": "rds", "default_security_group": "ec2",
    "dynamodb": "dynamodb", "eip": "ec2", "flow_log": "ec2", "internet_gateway": "ec2", "kms": "kms",
    "lambda": "lambda", "nat_gateway": "ec2", "rds": "rds", "route": "ec2", "route53": "route53",
    "route_table": "ec2", "s3": "s3", "secretsmanager": "secretsmanager", "security_group": "ec2",
    "serverlessapplicationrepository": "serverlessrepo", "ses": "ses", "sns": "sns", "sqs": "sqs", "ssm": "ssm",
    "subnet": "ec2", "synthetics": "synthetics", "vpc": "ec2", "wafv2": "wafv2",
}  # fmt: skip
# What Terraform calls for a role, and for what hangs on it.
OF_ROLES = {
    "aws_iam_role": (
        "CreateRole", "DeleteRole", "GetRole", "ListAttachedRolePolicies", "ListInstanceProfilesForRole",
        "ListRolePolicies", "PutRolePermissionsBoundary", "TagRole", "UntagRole", "UpdateAssumeRolePolicy",
        "UpdateRole", "UpdateRoleDescription",
    ),
    "aws_iam_role_policy": ("DeleteRolePolicy", "GetRolePolicy", "PutRolePolicy"),
    "aws_iam_role_policy_attachment": ("AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies"),
}  # fmt: skip


@pytest.fixture
def delivery(estate: Estate) -> Delivery:
    return delivery_of(estate)


def claims(environment: str, repository: str = "owner/plotihub", audience: str = "sts.amazonaws.com") -> dict[str, str]:
    """Return what GitHub's token says of a run."""
    return {f"{GITHUB}:aud": audience, f"{GITHUB}:sub": f"repo:{repository}:environment:{environment}"}


def test_each_role_is_taken_on_from_its_environment_and_no_other(delivery: Delivery) -> None:
    for name, environment, other in (("deploy", "dev", "dev-plan"), ("plan", "dev-plan", "dev")):
        trust = delivery.trusts[name]
        assert trusts(trust, claims(environment))
        assert not trusts(trust, claims(other))
        assert not trusts(trust, claims(environment, repository="somebody/plotihub"))
        assert not trusts(trust, claims(environment, audience="sigstore"))
        (said,) = trust["Statement"]
        assert said["Principal"] == {"Federated": f"{IAM}:oidc-provider/{GITHUB}"}


@pytest.mark.parametrize("boundary", [None, ADMINISTRATOR, LIMITS, f"{IAM}:policy/plotihub-prod-boundary-eu-west-1"])
@pytest.mark.parametrize("action", ["CreateRole", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary"])
def test_it_gives_rights_to_no_role_without_our_boundary(delivery: Delivery, action: str, boundary: str | None) -> None:
    context = {"iam__PolicyARN": KNOWN, **({} if boundary is None else {"iam__PermissionsBoundary": boundary})}
    assert not delivery.deploy.may(f"iam:{action}", OURS, **context)


def test_it_makes_no_administrator(delivery: Delivery) -> None:
    may = delivery.deploy.may
    for boundary in BOUNDARIES:
        assert not may("iam:AttachRolePolicy", OURS, iam__PermissionsBoundary=boundary, iam__PolicyARN=ADMINISTRATOR)
        assert not may("iam:CreateRole", f"{IAM}:role/somebody", iam__PermissionsBoundary=boundary)
    assert not may("iam:DeleteRolePermissionsBoundary", OURS, iam__PermissionsBoundary=BOUNDARIES[0])
    assert not may("sts:AssumeRole", f"{IAM}:role/OrganizationAccountAccessRole")


@pytest.mark.parametrize("name", ["deploy", "plan", "audit-logs"])
@pytest.mark.parametrize(
    "action", ["UpdateAssumeRolePolicy", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary", "PassRole"]
)
def test_it_changes_neither_itself_nor_who_plans_nor_the_trails_role(
    delivery: Delivery, name: str, action: str
) -> None:
    context = {
        "iam__PermissionsBoundary": BOUNDARIES[0],
        "iam__PolicyARN": KNOWN,
        "iam__PassedToService": "lambda.amazonaws.com",
    }
    assert delivery.deploy.may(f"iam:{action}", OURS, **context)
    assert not delivery.deploy.may(f"iam:{action}", f"{IAM}:role/plotihub-dev-{name}", **context)


@pytest.mark.parametrize("policy", [*BOUNDARIES, LIMITS])
@pytest.mark.parametrize("action", ["CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy"])
def test_it_changes_no_boundary(delivery: Delivery, policy: str, action: str) -> None:
    assert not delivery.deploy.may(f"iam:{action}", policy)


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateOpenIDConnectProvider",
        "iam:CreateSAMLProvider", "iam:UpdateAccountPasswordPolicy", "organizations:LeaveOrganization",
        "account:CloseAccount", "sso:CreateAccountAssignment", "identitystore:CreateUser", "sts:AssumeRole",
        "rolesanywhere:CreateTrustAnchor", "cloudtrail:DeleteTrail", "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors",
        "s3:BypassGovernanceRetention",
    ],
)  # fmt: skip
def test_nobody_changes_who_may_sign_in_or_what_is_recorded(delivery: Delivery, action: str) -> None:
    for role in (delivery.deploy, delivery.plan, delivery.administrator):
        assert not role.may(action, "*")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutBucketPolicy", AUDIT), ("s3:DeleteBucketPolicy", AUDIT), ("s3:PutLifecycleConfiguration", AUDIT),
        ("s3:PutBucketObjectLockConfiguration", AUDIT), ("s3:DeleteBucket", AUDIT),
        ("s3:DeleteObjectVersion", f"{AUDIT}/AWSLogs/x"), ("s3:PutObjectRetention", f"{AUDIT}/AWSLogs/x"),
        ("kms:PutKeyPolicy", KEY), ("kms:ScheduleKeyDeletion", KEY), ("kms:DisableKey", KEY), ("kms:Decrypt", KEY),
        ("kms:DeleteAlias", "arn:aws:kms:eu-west-1:000000000000:alias/plotihub-dev-audit"),
        ("logs:DeleteLogGroup", TRAIL_LOG), ("logs:DeleteLogStream", f"{TRAIL_LOG}:log-stream:x"),
        ("logs:PutRetentionPolicy", TRAIL_LOG),
    ],
)  # fmt: skip
def test_the_record_is_beyond_reach(delivery: Delivery, action: str, resource: str) -> None:
    for role in (delivery.deploy, delivery.administrator):
        assert not role.may(action, resource, kms__ResourceAliases=OF_AUDIT)
        assert role.may(action, resource.replace("audit", "documents").replace("cloudtrail", "lambda"))


def test_the_record_is_still_read_and_written(delivery: Delivery) -> None:
    may = delivery.deploy.may
    assert may("kms:DescribeKey", KEY, kms__ResourceAliases=OF_AUDIT), "a refresh looks"
    for action in ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"):
        assert may(action)
    assert may("s3:GetBucketPolicy", AUDIT)
    assert may("iam:GetRole", f"{IAM}:role/plotihub-dev-audit-logs")
    assert delivery.administrator.may("logs:PutLogEvents", f"{TRAIL_LOG}:log-stream:x")


def test_within_the_boundary_nothing_gives_rights(delivery: Delivery) -> None:
    for action in ("iam:CreateRole", "iam:AttachRolePolicy", "iam:PassRole", "iam:CreatePolicyVersion"):
        assert not delivery.administrator.may(action, OURS, iam__PermissionsBoundary=BOUNDARIES[0])
    for action in ("rds-db:connect", "sqs:SendMessage", "kms:Decrypt", "ec2:CreateNetworkInterface"):
        assert delivery.administrator.may(action)


def test_it_gives_roles_to_the_services_that_take_them_and_to_no_other(delivery: Delivery) -> None:
    given = delivery.listed("iam:PassRole", "StringEquals", "iam:PassedToService")
    trusting = {service for trust in find_in_sources(TRUST) for service in SERVICE.findall(trust)}
    trusting.remove("cloudtrail.amazonaws.com")  # whose role a person gives
    assert {"lambda.amazonaws.com", "rds.amazonaws.com"} <= trusting
    assert given == trusting | {"restore-testing.backup.amazonaws.com", "synthetics.amazonaws.com"}
    for service in given:
        assert delivery.deploy.may("iam:PassRole", OURS, iam__PassedToService=service)
    assert not delivery.deploy.may("iam:PassRole", OURS)
    assert not delivery.deploy.may("iam:PassRole", OURS, iam__PassedToService="ec2.amazonaws.com")
    assert not delivery.deploy.may("iam:PassRole", f"{IAM}:role/somebody", iam__PassedToService="lambda.amazonaws.com")


def test_it_attaches_what_is_attached_and_nothing_else(estate: Estate, delivery: Delivery) -> None:
    plans = planned(estate, "full")
    attached = {each.values["policy_arn"] for plan in plans for each in plan.of("aws_iam_role_policy_attachment")}
    assert delivery.listed("iam:AttachRolePolicy", "ArnEquals", "iam:PolicyARN") == attached


def service_of(kind: str) -> str:
    """Return the service that makes a kind.

    Raises:
        ValueError: no row of SERVICES tells.
    """
    begins = [name for name in SERVICES if f"{kind}_".startswith(f"aws_{name}_")]
    return SERVICES[max(begins, key=len)]


def kinds(estate: Estate) -> set[str]:
    """Return every kind of resource that the estate has, by choice or not, Chalice's among them."""
    emitted = {each.kind for plan in planned(estate, "full") for each in plan.resources if each.mode == "managed"}
    return emitted | find_in_sources(RESOURCE)


def test_it_may_make_every_kind_of_the_estate(estate: Estate, delivery: Delivery) -> None:
    found = kinds(estate)
    assert {"aws_lambda_function", "aws_iam_role", "aws_rds_cluster", "aws_nat_gateway"} <= found
    for kind in sorted(found - set(OF_ROLES)):
        changes = () if kind == "aws_cloudtrail" else ("Create", "Put", "Update", "Delete")  # a person's
        for verb in ("Describe", "Get", "List", *changes):
            assert delivery.deploy.may(f"{service_of(kind)}:{verb}Something"), kind


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("kind", OF_ROLES)
def test_it_may_do_what_terraform_does_with_roles(delivery: Delivery, kind: str, boundary: str) -> None:
    for action in OF_ROLES[kind]:
        assert delivery.deploy.may(f"iam:{action}", OURS, iam__PermissionsBoundary=boundary, iam__PolicyARN=KNOWN), (
            action
        )


def test_it_may_do_nothing_else_with_iam_than_terraform_needs(delivery: Delivery) -> None:
    needed = {f"iam:{action}" for actions in OF_ROLES.values() for action in actions}
    given = {action for said in delivery.deploy.policies[1]["Statement"] for action in _listed(said["Action"])}
    assert given == needed | {"iam:PassRole", "iam:ListRoleTags"}


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("file", sorted(ROOT.glob("*/*/*.tf")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_role_is_made_without_a_boundary(file: Path) -> None:
    """Also those that no size has; what the boundary is called is asked of the plans, below."""
    roles = re.split(r'^resource "aws_iam_role" ', file.read_text(), flags=re.MULTILINE)[1:]
    for role in roles:
        assert re.search(r"^  permissions_boundary += ", role.split("\n}\n")[0], re.MULTILINE), role.split("\n")[0]


@each_size
def test_every_role_is_bound_by_its_regions_boundary(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        policy = f"arn:aws:iam::000000000000:policy/plotihub-prod-boundary-{plan.step.region}"  # of stacks/0-bootstrap
        for role in plan.of("aws_iam_role"):
            assert role.values["permissions_boundary"] == policy, role.address
