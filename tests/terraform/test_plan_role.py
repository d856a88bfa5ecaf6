"""Who plans for GitHub runs the code of whatever branch asks: what it may read is tried as AWS would try it."""

import re

import pytest

from tests.terraform.delivery import AUDIT, BOUNDARIES, KEY, OURS, STATE, Delivery, delivery_of, find_in_sources
from tests.terraform.plans import Estate

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:plotihub-dev/database/master-x"
PARAMETER = "arn:aws:ssm:eu-west-1:000000000000:parameter/plotihub-dev/own/issuer"
ZONE = "arn:aws:route53:::hostedzone/Z1"
LOOKED_UP = re.compile(r'^(?:data|ephemeral) "(aws_\w+)"', re.MULTILINE)

# What a plan asks for each kind that is looked up.
OF_LOOKS = {
    "aws_availability_zones": [("ec2:DescribeAvailabilityZones", "*")],
    "aws_caller_identity": [],  # anybody may ask who they are
    "aws_iam_policy_document": [],
    "aws_kms_alias": [("kms:ListAliases", "*"), ("kms:DescribeKey", KEY)],
    "aws_partition": [],
    "aws_region": [],
    "aws_route53_zone": [
        ("route53:ListHostedZones", "*"),
        ("route53:GetHostedZone", ZONE),
        ("route53:ListTagsForResource", ZONE),
    ],
    "aws_route_tables": [("ec2:DescribeRouteTables", "*")],
    "aws_secretsmanager_random_password": [("secretsmanager:GetRandomPassword", "*")],
    "aws_secretsmanager_secret": [
        ("secretsmanager:DescribeSecret", SECRET),
        ("secretsmanager:GetResourcePolicy", SECRET),
    ],
    "aws_ssm_parameter": [("ssm:GetParameter", PARAMETER)],
    "aws_ssm_parameters_by_path": [("ssm:GetParametersByPath", PARAMETER)],
    "aws_vpc": [("ec2:DescribeVpcs", "*"), ("ec2:DescribeVpcAttribute", "*"), ("ec2:DescribeRouteTables", "*")],
}


@pytest.fixture
def delivery(estate: Estate) -> Delivery:
    return delivery_of(estate)


def test_it_may_look_up_what_the_stacks_look_up(delivery: Delivery) -> None:
    found = find_in_sources(LOOKED_UP)
    assert found == set(OF_LOOKS)
    for kind in found:
        for action, resource in OF_LOOKS[kind]:
            assert delivery.plan.may(action, resource), (kind, action)


def test_it_reads_states_and_locks_them(delivery: Delivery) -> None:
    may = delivery.plan.may
    assert may("s3:ListBucket", STATE)
    assert may("s3:GetObject", f"{STATE}/2-region.tfstate")
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert may(action, f"{STATE}/2-region.tfstate.tflock")
    assert may("kms:Decrypt", KEY, kms__ResourceAliases=["alias/plotihub-dev-state"])


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", f"{STATE}/2-region.tfstate"), ("s3:DeleteObject", f"{STATE}/2-region.tfstate"),
        ("s3:GetObject", "arn:aws:s3:::plotihub-dev-000000000000-eu-west-1-documents/x"),
        ("s3:GetObject", f"{AUDIT}/AWSLogs/x"), ("secretsmanager:GetSecretValue", SECRET), ("kms:Decrypt", KEY),
        ("dynamodb:GetItem", "*"), ("dynamodb:Scan", "*"), ("rds-data:ExecuteStatement", "*"),
        ("cognito-idp:ListUsers", "*"), ("logs:FilterLogEvents", "*"), ("logs:StartQuery", "*"),
        ("sqs:ReceiveMessage", "*"), ("lambda:InvokeFunction", "*"), ("lambda:UpdateFunctionCode", "*"),
        ("iam:CreateRole", OURS), ("iam:PassRole", OURS), ("sts:AssumeRole", "*"),
        ("ssm:PutParameter", PARAMETER), ("ssm:GetParameter", PARAMETER.replace("plotihub-dev", "plotihub-prod")),
    ],
)  # fmt: skip
def test_it_reads_no_secret_and_nobodys_data_and_changes_nothing(
    delivery: Delivery, action: str, resource: str
) -> None:
    context = {"kms__ResourceAliases": "alias/plotihub-dev", "iam__PermissionsBoundary": BOUNDARIES[0]}
    assert not delivery.plan.may(action, resource, **context)
