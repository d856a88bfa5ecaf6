"""Least privilege, read from the plans: what each function may do, where it runs, and how much it is given."""

import pytest

from chalicelib.functions import FUNCTIONS
from chalicelib.runtime.ports import PASSWORDLESS
from tests.terraform.plans import Estate, Plan, Resource, statements
from tests.terraform.sizes import each_size, planned, regions

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

EVERY = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# What Lambda itself does in the subnets; the function's own code is denied it.
OF_SUBNETS = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}
OF_QUEUE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
DATABASE = {"rds-db:connect", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage"}
CLASSES = {
    "api": DATABASE,
    "jobs": DATABASE,
    "operator": DATABASE,
    "sender": {
        "sqs:SendMessage", "kms:GenerateDataKey", "kms:Decrypt", "ssm:GetParameter", "ses:SendEmail",
        "ses:SendRawEmail", "sns:Publish", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem",
    },
    "code_sender": {"kms:Decrypt", "ssm:GetParameter", "sns:Publish", "dynamodb:UpdateItem"},
    "authorizer": {"ssm:GetParameter"},
    "key_keeper": {"ssm:GetParameter", "ssm:PutParameter"},
    "password_dropper": {
        "cognito-idp:AdminSetUserPassword", "cognito-idp:AdminUserGlobalSignOut", "cognito-idp:AdminAddUserToGroup",
    },
}  # fmt: skip
# Actions that AWS ties to no resource, or to none that could be named; see the comments in modules/api/iam.tf.
OF_NO_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "sns:Publish"} | OF_SUBNETS


def document_of(plan: Plan, function: str) -> Resource:
    (found,) = (each for each in plan.documents() if each.address.endswith(f'.function["{function}"]'))
    return found


def allowed(document: Resource) -> list[tuple[set[str], list[str | None]]]:
    """Return what is allowed: actions, and the resources of them (None: one that this plan makes)."""
    return [(set(each["actions"]), each["resources"]) for each in statements(document) if each["effect"] != "Deny"]


@each_size
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_its_class_needs_and_no_more(estate: Estate, size: str, function: str) -> None:
    row = FUNCTIONS[function]
    for plan in regions(estate, size):
        actions = set().union(*(each for each, _ in allowed(document_of(plan, function))))
        worked = {
            mapping.address.rsplit(".", 1)[1].split("-")[0] for mapping in plan.of("aws_lambda_event_source_mapping")
        }
        expected = EVERY | CLASSES[row.role]
        expected |= OF_SUBNETS if row.side == "inside" else set()
        expected |= OF_QUEUE if function in worked else set()
        assert actions == expected


@each_size
def test_rights_are_for_named_things(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        for function in FUNCTIONS:
            for actions, resources in allowed(document_of(plan, function)):
                assert "*" not in resources or actions <= OF_NO_RESOURCE, (function, actions)


@each_size
def test_what_lambda_may_do_in_the_subnets_the_code_may_not(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        for function, row in FUNCTIONS.items():
            denied = [each for each in statements(document_of(plan, function)) if each["sid"] == "NotByItself"]
            assert [set(each["actions"]) for each in denied] == ([OF_SUBNETS] if row.side == "inside" else [])
            assert all(each["condition"][0]["variable"] == "lambda:SourceFunctionArn" for each in denied)


@each_size
def test_a_sender_reads_the_secrets_of_its_vendors_and_publishes_to_no_topic(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        said = {each["sid"]: each for each in statements(document_of(plan, "send_messages"))}
        secret = f"arn:aws:ssm:{plan.step.region}:000000000000:parameter/plotihub-prod/africastalking_api_key"
        assert said["ReadSecrets"]["resources"] == [secret]
        assert (said["NotToTopics"]["effect"], said["NotToTopics"]["actions"]) == ("Deny", ["sns:Publish"])


@each_size
def test_passwords_are_dropped_in_our_own_pool_and_at_its_word(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        said = {each["sid"]: each for each in statements(document_of(plan, "drop_password"))}
        assert said["DropPasswords"]["resources"] == [None], "the pool that this plan makes, and no pattern"
        (pool,) = plan.of("aws_cognito_user_pool")
        assert pool.values["lambda_config"][0]["post_confirmation"].endswith(
            ":function:plotihub-prod-drop_password:live"
        )
        told = {
            each.values["function_name"]: each.values["qualifier"]
            for each in plan.of("aws_lambda_permission")
            if each.values["principal"] == "cognito-idp.amazonaws.com"
        }
        assert told == {"plotihub-prod-send_code": "live", "plotihub-prod-drop_password": "live"}
        assert PASSWORDLESS in {each.values["name"] for each in plan.of("aws_cognito_user_group")}


@each_size
def test_no_policy_allows_every_action_of_a_service_on_everything(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        for document in plan.documents():
            for actions, resources in allowed(document):
                assert "*" not in actions
                assert not ("*" in resources and any(action.endswith(":*") for action in actions)), document.address


@each_size
def test_inside_functions_run_in_the_subnets_and_outside_ones_do_not(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        subnets = len(plan.of("aws_subnet"))
        for function in plan.of("aws_lambda_function"):
            row = FUNCTIONS[function.address.rsplit(".", 1)[1]]
            (network,) = function.values["vpc_config"]
            inside = row.side == "inside"
            assert len(network["subnet_ids"]) == (subnets if inside else 0)
            assert len(network["security_group_ids"]) == (1 if inside else 0)


@each_size
def test_each_side_is_told_what_it_needs_and_no_more(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        for function in plan.of("aws_lambda_function"):
            row = FUNCTIONS[function.address.rsplit(".", 1)[1]]
            told = set(function.values["environment"][0]["variables"])
            told |= set(function.unknown["environment"][0]["variables"])
            database = {name for name in told if name.startswith("DATABASE_")}
            vendors = {name for name in told if name.startswith("AFRICASTALKING_")}
            assert bool(database) == (row.side == "inside")
            assert bool(vendors) == (row.side == "outside")
            assert "AFRICASTALKING_API_KEY" not in told, "a secret's name is told, never the secret"


@each_size
def test_functions_get_what_the_table_says_and_the_api_enough(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        for function in plan.of("aws_lambda_function"):
            row = FUNCTIONS[function.address.rsplit(".", 1)[1]]
            assert (function.values["memory_size"], function.values["timeout"]) == (row.memory_mb, row.timeout_s)
            assert function.values["publish"] is True
    assert FUNCTIONS["api_handler"].memory_mb >= 1024


@each_size
def test_codes_that_anybody_may_ask_for_are_sent_a_few_at_a_time(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        kept = {
            function.address.rsplit(".", 1)[1]: function.values["reserved_concurrent_executions"]
            for function in plan.of("aws_lambda_function")
        }
        assert {name: most for name, most in kept.items() if most != -1} == {"send_code": 5}
