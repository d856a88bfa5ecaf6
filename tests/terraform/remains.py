"""What of the estate the emulator still holds, asked of it kind by kind."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tests.terraform import emulator
from tests.terraform.applied import Applied


class Listed(NamedTuple):
    """How a kind is listed: the call, and where in its answer the things stand, and their names in these."""

    service: str
    operation: str
    things: str
    name: str | None = None  # None: a thing is its name
    given: dict[str, Any] = {}


LISTED = {
    "aws_acm_certificate": Listed("acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    "aws_api_gateway_domain_name": Listed("apigateway", "get_domain_names", "items", "domainName"),
    "aws_api_gateway_rest_api": Listed("apigateway", "get_rest_apis", "items", "id"),
    "aws_backup_plan": Listed("backup", "list_backup_plans", "BackupPlansList", "BackupPlanName"),
    "aws_backup_vault": Listed("backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    "aws_budgets_budget": Listed("budgets", "describe_budgets", "Budgets", "BudgetName", {"AccountId": "123456789012"}),
    "aws_cloudformation_stack": Listed("cloudformation", "describe_stacks", "Stacks", "StackName"),
    "aws_cloudfront_distribution": Listed("cloudfront", "list_distributions", "DistributionList.Items", "Id"),
    "aws_cloudtrail": Listed("cloudtrail", "describe_trails", "trailList", "Name"),
    "aws_cloudwatch_dashboard": Listed("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "aws_cloudwatch_event_rule": Listed("events", "list_rules", "Rules", "Name"),
    "aws_cloudwatch_log_group": Listed("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "aws_cloudwatch_metric_alarm": Listed("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "aws_cognito_user_pool": Listed("cognito-idp", "list_user_pools", "UserPools", "Name", {"MaxResults": 10}),
    "aws_db_proxy": Listed("rds", "describe_db_proxies", "DBProxies", "DBProxyName"),
    "aws_db_subnet_group": Listed("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    "aws_dynamodb_table": Listed("dynamodb", "list_tables", "TableNames"),
    "aws_flow_log": Listed("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    "aws_iam_role": Listed("iam", "list_roles", "Roles", "RoleName"),
    "aws_kms_alias": Listed("kms", "list_aliases", "Aliases", "AliasName"),
    "aws_lambda_event_source_mapping": Listed("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    "aws_lambda_function": Listed("lambda", "list_functions", "Functions", "FunctionName"),
    "aws_rds_cluster": Listed("rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    "aws_rds_cluster_instance": Listed("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    "aws_rds_cluster_parameter_group": Listed(
        "rds", "describe_db_cluster_parameter_groups", "DBClusterParameterGroups", "DBClusterParameterGroupName"
    ),
    "aws_rds_global_cluster": Listed("rds", "describe_global_clusters", "GlobalClusters", "GlobalClusterIdentifier"),
    "aws_route53_health_check": Listed("route53", "list_health_checks", "HealthChecks", "Id"),
    "aws_route53_zone": Listed("route53", "list_hosted_zones", "HostedZones", "Name"),
    "aws_route_table": Listed("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    "aws_s3_bucket": Listed("s3", "list_buckets", "Buckets", "Name"),
    "aws_secretsmanager_secret": Listed("secretsmanager", "list_secrets", "SecretList", "Name"),
    "aws_security_group": Listed("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    "aws_ses_domain_identity": Listed("ses", "list_identities", "Identities"),
    "aws_sns_topic": Listed("sns", "list_topics", "Topics", "TopicArn"),
    "aws_sns_topic_subscription": Listed("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    "aws_sqs_queue": Listed("sqs", "list_queues", "QueueUrls"),
    "aws_ssm_parameter": Listed("ssm", "describe_parameters", "Parameters", "Name"),
    "aws_subnet": Listed("ec2", "describe_subnets", "Subnets", "SubnetId"),
    "aws_synthetics_canary": Listed("synthetics", "describe_canaries", "Canaries", "Name"),
    "aws_vpc": Listed("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    "aws_vpc_endpoint": Listed("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "aws_wafv2_web_acl": Listed("wafv2", "list_web_acls", "WebACLs", "Name", {"Scope": "REGIONAL"}),
}
# Kept by our own fillings of moto's gaps, which tell what they keep.
KEPT = {
    "aws_backup_restore_testing_plan", "aws_backup_restore_testing_selection", "aws_backup_selection",
    "aws_backup_vault_notifications",
    "aws_ce_anomaly_monitor", "aws_ce_anomaly_subscription", "aws_cloudwatch_query_definition", "aws_db_proxy_endpoint",
}  # fmt: skip
ASKED_OTHERWISE = {"aws_kms_key", "aws_kms_replica_key", "aws_vpc_peering_connection"}
# No thing of its own: a part of another kind's, or what an account always has.
PARTS = (
    "aws_acm_certificate_validation", "aws_api_gateway_", "aws_backup_vault_lock_configuration",
    "aws_cloudwatch_event_target", "aws_cognito_user_", "aws_db_proxy_", "aws_default_security_group", "aws_iam_role_",
    "aws_lambda_", "aws_route", "aws_route53_record", "aws_s3_bucket_", "aws_s3_object", "aws_secretsmanager_secret_",
    "aws_serverlessapplicationrepository_cloudformation_stack", "aws_ses_domain_dkim", "aws_sns_sms_preferences",
    "aws_sns_topic_policy", "aws_sqs_queue_", "aws_vpc_peering_connection_", "aws_vpc_security_group_",
    "aws_wafv2_web_acl_",
)  # fmt: skip


def unknown(kinds: Iterable[str]) -> set[str]:
    """Return those of ``kinds`` that nothing here would see."""
    return {kind for kind in kinds if kind not in {*LISTED, *KEPT, *ASKED_OTHERWISE} and not kind.startswith(PARTS)}


def left(estate: Applied, regions: Iterable[str]) -> set[tuple[str, str, str]]:
    """Return all that is there, as kind, Region and name; what AWS gives to every account is among it."""
    found = {("kept", "", each) for each in emulator.kept(estate.url)}
    for region in regions:
        for kind, listed in LISTED.items():
            found |= {(kind, region, name) for name in _names(estate, region, listed)}
        found |= {("aws_kms_key", region, name) for name in _keys(estate, region)}
        peerings = estate.client("ec2", region).describe_vpc_peering_connections()["VpcPeeringConnections"]
        found |= {
            ("aws_vpc_peering_connection", region, each["VpcPeeringConnectionId"])
            for each in peerings
            if each["Status"]["Code"] != "deleted"  # told of for a while
        }
    return found


def _names(estate: Applied, region: str, listed: Listed) -> Iterator[str]:
    client = estate.client(listed.service, region)
    if client.can_paginate(listed.operation):
        answers = list(client.get_paginator(listed.operation).paginate(**listed.given))
    else:
        answers = [getattr(client, listed.operation)(**listed.given)]
    for answer in answers:
        things = answer
        for part in listed.things.split("."):
            things = things.get(part, [])
        if listed.name is None:
            yield from things
        else:
            yield from (thing[listed.name] for thing in things if thing.get("State") != "deleted")  # told for a while


def _keys(estate: Applied, region: str) -> Iterator[str]:
    """Yield the keys of ours that are not waiting for their end."""
    keys = estate.client("kms", region)
    for page in keys.get_paginator("list_keys").paginate():
        for each in page["Keys"]:
            key = keys.describe_key(KeyId=each["KeyId"])["KeyMetadata"]
            if key["KeyState"] != "PendingDeletion" and key["KeyManager"] == "CUSTOMER":
                yield key["KeyId"]
