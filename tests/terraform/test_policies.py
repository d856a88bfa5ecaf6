"""What must hold of every size, read from its plans: closed, encrypted, watched, kept."""

import json
from collections import Counter
from typing import Any

import pytest

from chalicelib.functions import FUNCTIONS
from tests.terraform.plans import Estate, Plan, Resource, statements
from tests.terraform.sizes import each_size, planned, regions

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

# Kinds that open a door to the internet. The API and CloudFront are the only ones that may.
DOORS = {
    "aws_eip", "aws_nat_gateway", "aws_internet_gateway", "aws_egress_only_internet_gateway", "aws_lb", "aws_alb",
    "aws_elb", "aws_instance", "aws_lambda_function_url", "aws_apigatewayv2_api", "aws_apprunner_service",
    "aws_globalaccelerator_accelerator", "aws_s3_bucket_website_configuration", "aws_s3_bucket_acl",
    "aws_vpn_gateway", "aws_transfer_server",
}  # fmt: skip

# Where each kind that keeps something names the key that it keeps it under.
KEYS = {
    "aws_backup_vault": "kms_key_arn",
    "aws_cloudtrail": "kms_key_id",
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_lambda_function": "kms_key_arn",
    "aws_rds_cluster": "kms_key_id",
    "aws_rds_cluster_instance": "performance_insights_kms_key_id",
    "aws_s3_object": "kms_key_id",
    "aws_secretsmanager_secret": "kms_key_id",
    "aws_sns_topic": "kms_master_key_id",
    "aws_sqs_queue": "kms_master_key_id",
}
# Attributes that speak of keys and need none, with why.
WITHOUT_KEY = {
    ("aws_lambda_event_source_mapping", "kms_key_arn"),  # of its filter; there is none
    ("aws_rds_cluster", "master_user_secret_kms_key_id"),  # of a password that RDS would keep; we keep it
    ("aws_rds_cluster", "performance_insights_kms_key_id"),  # set for each instance
    ("aws_rds_cluster_instance", "kms_key_id"),  # the cluster's
    ("aws_sqs_queue", "kms_data_key_reuse_period_seconds"),
    ("aws_s3_bucket", "server_side_encryption_configuration"),  # the old way to say it
}
# The one with a twin in the other Region: secrets are copied there before that Region has a key of its own.
SHARED_KEY = "arn:aws:kms:eu-west-1:000000000000:key/named"
HEALTH_KEY = "arn:aws:kms:us-east-1:000000000000:key/of-health"  # beside its topic, where Route 53 tells
TLS_ONLY = {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}


def own_key(plan: Plan) -> str:
    """The key that everything of this stack rests under."""
    name = "of-the-region" if plan.step.stack == "2-region" else "made"
    region = plan.step.region if plan.step.stack == "2-region" else "eu-west-1"
    return f"arn:aws:kms:{region}:000000000000:key/{name}"


@each_size
def test_nothing_is_public_but_the_api(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        assert [each.address for each in plan.of(*DOORS)] == []
        for instance in plan.of("aws_rds_cluster_instance"):
            assert instance.values["publicly_accessible"] is False
        for subnet in plan.of("aws_subnet"):
            assert not subnet.values["map_public_ip_on_launch"], subnet.address
        for rule in plan.of("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"):
            assert rule.values["cidr_ipv4"] != "0.0.0.0/0", rule.address
            assert rule.values["cidr_ipv6"] is None, rule.address
        for api in plan.of("aws_api_gateway_rest_api"):
            assert api.values["endpoint_configuration"][0]["types"] == ["REGIONAL"]


@each_size
def test_every_bucket_is_closed_to_the_public_and_versioned(estate: Estate, size: str) -> None:
    closed = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    for plan in planned(estate, size):
        owners = owners_of(plan, "aws_s3_bucket")
        blocks = plan.of("aws_s3_bucket_public_access_block")
        assert owners_of(plan, "aws_s3_bucket_public_access_block") == owners
        assert all(block.values[name] is True for block in blocks for name in closed)
        assert owners_of(plan, "aws_s3_bucket_versioning") == owners
        for each in plan.of("aws_s3_bucket_versioning"):
            assert each.values["versioning_configuration"][0]["status"] == "Enabled"


def owners_of(plan: Plan, kind: str) -> list[str]:
    """Return the modules that own what ``kind`` is or says more of; each owns one bucket."""
    return sorted(
        each.address.partition(f".{kind}.")[0].removesuffix(".module.private_bucket") for each in plan.of(kind)
    )


@each_size
def test_only_aws_services_call_functions_and_each_for_something_of_ours(estate: Estate, size: str) -> None:
    known = {"apigateway.amazonaws.com", "events.amazonaws.com", "cognito-idp.amazonaws.com"}
    for plan in regions(estate, size):
        for permission in plan.of("aws_lambda_permission"):
            assert permission.values["principal"] in known
            assert permission.knows("source_arn"), permission.address
            assert permission.values["function_url_auth_type"] is None


@each_size
def test_every_store_is_encrypted_under_its_key(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        for each in plan.of(*KEYS):
            key = SHARED_KEY if each.kind == "aws_secretsmanager_secret" else own_key(plan)
            key = HEALTH_KEY if each.address == "module.dns.aws_sns_topic.health[0]" else key
            assert each.values[KEYS[each.kind]] == key, each.address
        for cluster in plan.of("aws_rds_cluster", "aws_rds_global_cluster"):
            assert cluster.values["storage_encrypted"] is True
        secret = [each for each in plan.of("aws_ssm_parameter") if each.values["type"] == "SecureString"]
        assert all(each.values["key_id"] == own_key(plan) for each in secret)
        assert len(secret) == (1 if plan.step.stack == "2-region" else 0)


@each_size
def test_every_bucket_is_encrypted_under_its_key(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        kind = "aws_s3_bucket_server_side_encryption_configuration"
        assert owners_of(plan, kind) == owners_of(plan, "aws_s3_bucket")
        for each in plan.of(kind):
            (rule,) = each.values["rule"]
            (usual,) = rule["apply_server_side_encryption_by_default"]
            assert (usual["sse_algorithm"], usual["kms_master_key_id"]) == ("aws:kms", own_key(plan))


@each_size
def test_the_shared_tables_name_no_key_that_a_caller_would_need_rights_on(estate: Estate, size: str) -> None:
    """DynamoDB calls KMS with the rights of whoever calls it: docs/decisions/0016."""
    shared = planned(estate, size)[0]
    for table in shared.of("aws_dynamodb_table"):
        assert table.values["server_side_encryption"] == []
        assert not table.unknown.get("server_side_encryption")
    for stack in shared.of("aws_cloudformation_stack"):
        assert "SSESpecification" not in stack.values["template_body"]


@each_size
def test_no_kind_with_a_key_is_forgotten_here(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        for each in plan.of(*{resource.kind for resource in plan.resources}):
            named = {(each.kind, name) for name in {*each.values, *each.unknown} if "kms" in name}
            assert named <= WITHOUT_KEY | set(KEYS.items()), each.address


@each_size
def test_keys_turn_by_themselves_and_are_not_lost_in_a_hurry(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        for key in plan.of("aws_kms_key"):
            assert key.values["enable_key_rotation"] is True
            assert key.values["deletion_window_in_days"] >= 7


@each_size
def test_everything_speaks_tls(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        (group,) = plan.of("aws_rds_cluster_parameter_group")
        said = {each["name"]: each["value"] for each in group.values["parameter"]}
        assert (said["require_secure_transport"], said["tls_version"]) == ("ON", "TLSv1.2,TLSv1.3")
        assert all(proxy.values["require_tls"] is True for proxy in plan.of("aws_db_proxy"))
        names = plan.of("aws_api_gateway_domain_name")
        assert [name.values["security_policy"] for name in names] == ["TLS_1_2", "TLS_1_2"]
        for check in plan.of("aws_route53_health_check"):
            assert (check.values["type"], check.values["port"], check.values["enable_sni"]) == ("HTTPS", 443, True)
        assert all(each.values["protocol"] != "http" for each in plan.of("aws_sns_topic_subscription"))


@each_size
def test_queues_topics_and_buckets_refuse_what_comes_without_tls(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        refusing = sum(_refuses_plain(document) for document in plan.documents())
        assert refusing == len(plan.of("aws_sqs_queue", "aws_s3_bucket", "aws_sns_topic"))
        assert len(plan.of("aws_sqs_queue_policy")) == len(plan.of("aws_sqs_queue"))
        assert owners_of(plan, "aws_s3_bucket_policy") == owners_of(plan, "aws_s3_bucket")
        assert len(plan.of("aws_sns_topic_policy")) == len(plan.of("aws_sns_topic"))


def _refuses_plain(document: Resource) -> bool:
    return any(said["effect"] == "Deny" and TLS_ONLY in said["condition"] for said in statements(document))


@each_size
def test_every_function_has_its_alarms_and_each_tells_somebody(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        alarms = plan.of("aws_cloudwatch_metric_alarm")
        looked_at = [each for alarm in alarms for each in metrics_of(alarm)]
        for metric in ("Errors", "Throttles", "Duration"):
            watched = [each["dimensions"]["FunctionName"] for each in looked_at if each["metric_name"] == metric]
            assert sorted(watched) == sorted(f"plotihub-prod-{name}" for name in FUNCTIONS)
        for alarm in alarms:
            tells = alarm.unknown.get("alarm_actions") in (True, [True])
            assert tells or alarm.address == "module.observability.aws_cloudwatch_metric_alarm.release_errors"
            assert alarm.values["actions_enabled"] is not False


def metrics_of(alarm: Resource) -> list[dict[str, Any]]:
    """Return the metrics that an alarm looks at: its own, or those of its sum."""
    named: list[dict[str, Any]] = [each["metric"][0] for each in alarm.values["metric_query"] or [] if each["metric"]]
    return named or [alarm.values]


def dimension(alarm: Resource, name: str) -> str | None:
    found: dict[str, str] = alarm.values["dimensions"] or {}
    return found.get(name)


@each_size
def test_every_queue_has_a_dead_letter_queue_and_that_an_alarm(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        queues = {each.values["name"]: each for each in plan.of("aws_sqs_queue")}
        worked = {name for name in queues if not name.endswith("-dead")}
        assert {name.removeprefix("plotihub-prod-") for name in worked} == {"heavy", "results", "send", "wake"}
        assert {f"{name}-dead" for name in worked} == set(queues) - worked
        assert all(queues[name].knows("redrive_policy") for name in worked)
        assert len(plan.of("aws_sqs_queue_redrive_allow_policy")) == len(worked)
        watched = Counter(dimension(each, "QueueName") for each in plan.of("aws_cloudwatch_metric_alarm"))
        assert all(watched[name] == 1 for name in queues)


@each_size
def test_a_message_that_failed_does_not_meet_its_first_try(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        waits = {each.values["name"]: each.values["visibility_timeout_seconds"] for each in plan.of("aws_sqs_queue")}
        mappings = plan.of("aws_lambda_event_source_mapping")
        assert len(mappings) == 4
        for mapping in mappings:
            assert mapping.values["function_response_types"] == ["ReportBatchItemFailures"]
            assert mapping.values["scaling_config"][0]["maximum_concurrency"] >= 2
        reads = {"wake": "wake_workers", "heavy": "wake_heavy", "send": "send_messages", "results": "take_results"}
        for queue, function in reads.items():
            assert waits[f"plotihub-prod-{queue}"] == 6 * FUNCTIONS[function].timeout_s


@pytest.mark.parametrize("size", ["standard", "full"])
def test_health_is_asked_without_the_writer_from_three_places(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        (check,) = plan.of("aws_route53_health_check")
        assert check.values["resource_path"] == "/health/deep"  # asks the reader only: tests/api/test_meta.py
        assert check.values["fqdn"] == f"{plan.step.region}.api.plotihub.example"
        assert len(set(check.values["regions"])) >= 3
        common = [each for each in plan.of("aws_route53_record") if each.values["set_identifier"]]
        assert [each.values["set_identifier"] for each in common] == [plan.step.region]
        assert all(each.knows("health_check_id") for each in common)
        (alarm,) = (
            each for each in plan.of("aws_cloudwatch_metric_alarm") if each.values["namespace"] == "AWS/Route53"
        )
        assert alarm.knows("alarm_actions"), "somebody is told that the Region fell ill"


@each_size
def test_what_holds_data_cannot_be_deleted_in_prod(estate: Estate, size: str) -> None:
    for plan in planned(estate, size):
        for each in plan.of("aws_rds_cluster", "aws_rds_global_cluster"):
            assert each.values["deletion_protection"] is True, each.address
        for cluster in plan.of("aws_rds_cluster"):
            assert cluster.values["skip_final_snapshot"] is False
            assert cluster.values["backup_retention_period"] >= 7
        for pool in plan.of("aws_cognito_user_pool"):
            assert pool.values["deletion_protection"] == "ACTIVE"
        for table in plan.of("aws_dynamodb_table"):
            assert table.values["deletion_protection_enabled"] is True
            assert table.values["point_in_time_recovery"][0]["enabled"] is True
        for stack in plan.of("aws_cloudformation_stack"):
            assert all(_is_kept(replica) for replica in replicas(stack))
            tags = [{each["Key"]: each["Value"] for each in replica["Tags"]} for replica in replicas(stack)]
            assert [each["Environment"] for each in tags] == ["prod", "prod"]
        for secret in plan.of("aws_secretsmanager_secret"):
            assert secret.values["recovery_window_in_days"] == 30


def replicas(stack: Resource) -> list[dict[str, Any]]:
    table = json.loads(stack.values["template_body"])["Resources"]["Table"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    found: list[dict[str, Any]] = table["Properties"]["Replicas"]
    assert len(found) == 2
    return found


def _is_kept(replica: dict[str, Any]) -> bool:
    recovery: bool = replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    deletion: bool = replica["DeletionProtectionEnabled"]
    return recovery and deletion


@each_size
def test_names_say_whose_they_are(estate: Estate, size: str) -> None:
    named = ("name", "function_name", "cluster_identifier", "identifier", "bucket", "alarm_name", "dashboard_name")
    of_another = {"aws_backup_restore_testing_selection", "aws_cognito_user_group", "aws_cognito_user_pool_client"}
    within = {"aws_iam_role_policy", "aws_lambda_alias", "aws_route53_record", "aws_route53_zone"}
    for plan in planned(estate, size):
        for each in plan.of(*{resource.kind for resource in plan.resources} - of_another - within):
            names = [each.values[key] for key in named if each.values.get(key)]
            assert all("plotihub-prod" in str(name).replace("_", "-") for name in names), each.address
