"""What was applied, read back from the emulator by AWS's own library, Region by Region.

Each function asserts one thing about one Region; the estate's own files say what is wanted.
"""

import json
import re
from typing import Any

from chalicelib.functions import FUNCTIONS
from terraform.packaging.__main__ import gateway_responses
from tests.terraform import gaps
from tests.terraform.applied import DOMAIN, NAME, Applied

CALLED_AND_LEFT = {"send_code": (1, 180), "migrate_database": (0, 300), "run_job": (0, 300), "grant": (0, 300)}
ANSWERED = ("statusCode", "responseParameters", "responseTemplates")
LIVE = re.compile(rf":function:{NAME}-(\w+):live$")


def other(region: str) -> str:
    (found,) = {"eu-west-1", "eu-central-1"} - {region}
    return found


def routes(estate: Applied) -> dict[str, set[str]]:
    """Return the methods of each path that was packaged."""
    packaged = json.loads((estate.api / "chalice.tf.json").read_text())
    paths = json.loads(packaged["locals"]["chalice_api_swagger"])["paths"]
    return {path: {method.upper() for method in methods} for path, methods in paths.items()}


def read_api(estate: Applied, region: str) -> None:
    gateway = estate.client("apigateway", region)
    (api,) = gateway.get_rest_apis()["items"]
    assert api["name"] == NAME
    resources = gateway.get_resources(restApiId=api["id"], limit=500)["items"]
    found = {each["path"]: set(each["resourceMethods"]) for each in resources if each.get("resourceMethods")}
    assert found == routes(estate)
    (stage,) = gateway.get_stages(restApiId=api["id"])["item"]
    deployments = gateway.get_deployments(restApiId=api["id"])["items"]
    assert stage["deploymentId"] in {each["id"] for each in deployments}
    assert stage["stageName"] == "api"
    names = {each["domainName"] for each in gateway.get_domain_names()["items"]}
    assert names == {DOMAIN, f"{region}.{DOMAIN}"}
    answers = {each["responseType"]: each for each in gateway.get_gateway_responses(restApiId=api["id"])["items"]}
    told = {name: {key: each[key] for key in ANSWERED} for name, each in answers.items()}
    assert told == gateway_responses()


def read_functions(estate: Applied, region: str) -> None:
    functions = estate.client("lambda", region)
    pages = functions.get_paginator("list_functions").paginate()
    found = {each["FunctionName"].removeprefix(f"{NAME}-"): each for page in pages for each in page["Functions"]}
    assert sorted(found) == sorted(FUNCTIONS)
    for name, wanted in FUNCTIONS.items():
        function = found[name]
        assert (function["MemorySize"], function["Timeout"]) == (wanted.memory_mb, wanted.timeout_s), name
        assert function["Role"].endswith(f":role/{NAME}-{region}-{name.replace('_', '-')}")
        inside = wanted.side == "inside"
        assert len(function.get("VpcConfig", {}).get("SubnetIds", [])) == (3 if inside else 0), name
        environment = function["Environment"]["Variables"]
        assert ("DATABASE_URL" in environment, "AFRICASTALKING_URL" in environment) == (inside, not inside), name
        (alias,) = functions.list_aliases(FunctionName=function["FunctionName"])["Aliases"]
        assert (alias["Name"], alias["FunctionVersion"]) == ("live", "1"), name


def read_what_each_knows_of_the_other(estate: Applied, region: str) -> None:
    told = parameters(estate, other(region), "own")
    assert parameters(estate, region, "peer") == told
    assert sorted(told) == [
        "alarm_topic_arn", "audience", "cluster_host", "connect_arns", "issuer", "migrator_connect_arn", "writer_host",
    ]  # fmt: skip
    own = parameters(estate, region, "own")
    environment = variables_of(estate, region, "api_handler")
    pools = {
        estate.client("cognito-idp", each).list_user_pools(MaxResults=10)["UserPools"][0]["Id"]
        for each in (region, other(region))
    }
    issuers = json.loads(environment["TOKEN_ISSUERS"])
    assert {each["issuer"].rsplit("/", 1)[1] for each in issuers} == pools
    assert environment["DATABASE_WRITER_HOSTS"].split(",") == [own["writer_host"], told["writer_host"]]
    policy = estate.client("iam", region).get_role_policy(
        RoleName=f"{NAME}-{region}-api-handler", PolicyName="function"
    )
    (may,) = [each["Resource"] for each in policy["PolicyDocument"]["Statement"] if each["Sid"] == "LogIn"]
    assert set(may) == set(own["connect_arns"].split(",")) | set(told["connect_arns"].split(","))


def parameters(estate: Applied, region: str, place: str) -> dict[str, str]:
    found = estate.client("ssm", region).get_parameters_by_path(Path=f"/{NAME}/{place}")["Parameters"]
    return {each["Name"].rsplit("/", 1)[1]: each["Value"] for each in found}


def variables_of(estate: Applied, region: str, name: str) -> dict[str, str]:
    function = estate.client("lambda", region).get_function_configuration(FunctionName=f"{NAME}-{name}")
    found: dict[str, str] = function["Environment"]["Variables"]
    return found


def read_schedules(estate: Applied, region: str) -> None:
    events = estate.client("events", region)
    packaged = json.loads((estate.api / "chalice.tf.json").read_text())["resource"]["aws_cloudwatch_event_rule"]
    wanted = {f"{NAME}-{name.removesuffix('-event')}": each["schedule_expression"] for name, each in packaged.items()}
    rules = events.list_rules()["Rules"]
    assert {each["Name"]: each["ScheduleExpression"] for each in rules} == wanted
    for rule in rules:
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        called = LIVE.search(target["Arn"])
        assert called is not None, target
        assert f"{NAME}-{called[1]}" == rule["Name"]


def read_retries(estate: Applied, region: str) -> None:
    """What nobody waits for is called again by Lambda, and by its alias; what a queue calls is not."""
    functions = estate.client("lambda", region)
    found = {}
    for name in FUNCTIONS:
        listed = functions.list_function_event_invoke_configs(FunctionName=f"{NAME}-{name}")
        for each in listed["FunctionEventInvokeConfigs"]:
            called = LIVE.search(each["FunctionArn"])
            assert called is not None, each
            found[called[1]] = (each["MaximumRetryAttempts"], each["MaximumEventAgeInSeconds"])
    packaged = json.loads((estate.api / "functions.auto.json").read_text())
    assert set(found) == {name for name, each in packaged.items() if each["schedule"]} | set(CALLED_AND_LEFT)
    assert {name: found[name] for name in CALLED_AND_LEFT} == CALLED_AND_LEFT
    assert (found["work_tasks"], found["dispatch_messages"], found["bill_due"]) == ((2, 60), (2, 300), (2, 3600))


def read_queues(estate: Applied, region: str) -> None:
    mappings = estate.client("lambda", region).list_event_source_mappings()["EventSourceMappings"]
    found = {}
    for each in mappings:
        assert each["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert each["ScalingConfig"]["MaximumConcurrency"] >= 2
        called = LIVE.search(each["FunctionArn"])
        assert called is not None, each
        found[called[1]] = each["EventSourceArn"].rsplit(":", 1)[1]
    packaged = json.loads((estate.api / "functions.auto.json").read_text())
    assert found == {name: f"{NAME}-{each['queue']}" for name, each in packaged.items() if each["queue"]}
    queues = estate.client("sqs", region)
    for name in found.values():
        url = queues.get_queue_url(QueueName=name)["QueueUrl"]
        attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(attributes["RedrivePolicy"])
        assert redrive["deadLetterTargetArn"].endswith(f":{name}-dead")
        assert redrive["maxReceiveCount"] == 5


def read_database(estate: Applied, region: str) -> None:
    databases = estate.client("rds", region)
    (shell,) = databases.describe_global_clusters()["GlobalClusters"]
    members = {each["DBClusterArn"].rsplit(":", 1)[1]: each["IsWriter"] for each in shell["GlobalClusterMembers"]}
    assert members == {f"{NAME}-eu-west-1": True, f"{NAME}-eu-central-1": False}
    (cluster,) = databases.describe_db_clusters()["DBClusters"]
    assert cluster["DBClusterIdentifier"] == f"{NAME}-{region}"
    assert len(cluster["DBClusterMembers"]) == 2
    (proxy,) = databases.describe_db_proxies()["DBProxies"]
    assert {each["IAMAuth"] for each in proxy["Auth"]} == {"REQUIRED"}
    assert {f":{region}:" in each["SecretArn"] for each in proxy["Auth"]} == {True}
    targets = databases.describe_db_proxy_targets(DBProxyName=proxy["DBProxyName"])["Targets"]
    assert {each["RdsResourceId"] for each in targets} == {f"{NAME}-{region}"}
    (endpoint,) = databases.describe_db_proxy_endpoints()["DBProxyEndpoints"]
    assert endpoint["TargetRole"] == "READ_ONLY"


def read_shared_tables(estate: Applied, region: str) -> None:
    tables = estate.client("dynamodb", region)
    assert sorted(tables.list_tables()["TableNames"]) == [f"{NAME}-claims", f"{NAME}-intake"]
    assert variables_of(estate, region, "send_messages")["CLAIMS_TABLE"] == f"{NAME}-claims"


def read_records(estate: Applied, region: str) -> None:
    names = estate.client("route53", region)
    (zone,) = names.list_hosted_zones()["HostedZones"]
    records = names.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    (record,) = [each for each in records if each["Name"] == f"{DOMAIN}." and each.get("SetIdentifier") == region]
    assert record["Region"] == region
    assert record["AliasTarget"]["EvaluateTargetHealth"] is True
    gateway = estate.client("apigateway", region)
    assert (
        record["AliasTarget"]["DNSName"].rstrip(".") == gateway.get_domain_name(domainName=DOMAIN)["regionalDomainName"]
    )
    check = names.get_health_check(HealthCheckId=record["HealthCheckId"])["HealthCheck"]["HealthCheckConfig"]
    assert (check["FullyQualifiedDomainName"], check["ResourcePath"]) == (f"{region}.{DOMAIN}", "/health/deep")
    assert len(check["Regions"]) == 3


def read_alarms(estate: Applied, region: str) -> None:
    pages = estate.client("cloudwatch", region).get_paginator("describe_alarms").paginate()
    alarms = {each["AlarmName"]: each for page in pages for each in page["MetricAlarms"]}
    wanted = {f"{NAME}-{name}-{sign}" for name in FUNCTIONS for sign in ("errors", "throttles", "duration")}
    wanted |= {f"{NAME}-canary"}
    queues = ("wake", "heavy", "send", "results")
    wanted |= {f"{NAME}-{queue}-{sign}" for queue in queues for sign in ("dead-letters", "age")}
    assert wanted <= set(alarms)
    topic = f"arn:aws:sns:{region}:{gaps.ACCOUNT}:{NAME}-alarms"
    assert alarms.pop(f"{NAME}-release-5xx")["AlarmActions"] == []
    assert {tuple(each["AlarmActions"]) for each in alarms.values()} == {(topic,)}


def read_backups(estate: Applied, region: str) -> None:
    vault = estate.client("backup", region).get_backup_vault_notifications(BackupVaultName=f"{NAME}-{region}")
    topic = f"arn:aws:sns:{region}:{gaps.ACCOUNT}:{NAME}-backups"
    assert vault["SNSTopicArn"] == topic
    told = estate.client("sns", region)
    (subscribed,) = told.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    attributes = told.get_subscription_attributes(SubscriptionArn=subscribed["SubscriptionArn"])["Attributes"]
    assert json.loads(attributes["FilterPolicy"]) == {"State": [{"exists": False}, {"anything-but": ["COMPLETED"]}]}
    attached = estate.client("iam", region).list_attached_role_policies(RoleName=f"{NAME}-{region}-backup")
    names = {each["PolicyName"].removeprefix("AWSBackupServiceRolePolicyFor") for each in attached["AttachedPolicies"]}
    assert names == {"Backup", "Restores", "S3Backup", "S3Restore"}


def read_firewall(estate: Applied, region: str) -> None:
    """What CloudFront passes on is known by its mark, so that its addresses are not taken for one caller."""
    (listed,) = estate.client("cloudfront", "us-east-1").list_distributions()["DistributionList"]["Items"]
    (mark,) = listed["Origins"]["Items"][0]["CustomHeaders"]["Items"]
    firewall = estate.client("wafv2", region)
    acls = {each["Name"]: each for each in firewall.list_web_acls(Scope="REGIONAL")["WebACLs"]}
    assert sorted(acls) == [NAME, f"{NAME}-sign-in"]
    (pool,) = estate.client("cognito-idp", region).list_user_pools(MaxResults=10)["UserPools"]
    pool_arn = f"arn:aws:cognito-idp:{region}:{gaps.ACCOUNT}:userpool/{pool['Id']}"
    assert firewall.get_web_acl_for_resource(ResourceArn=pool_arn)["WebACL"]["Name"] == f"{NAME}-sign-in"
    found = acls[NAME]
    rules = firewall.get_web_acl(Name=found["Name"], Scope="REGIONAL", Id=found["Id"])["WebACL"]["Rules"]
    (rate,) = (each["Statement"]["RateBasedStatement"] for each in rules if each["Name"] == "rate")
    apart = rate["ScopeDownStatement"]["NotStatement"]["Statement"]["OrStatement"]["Statements"]
    assert mark["HeaderValue"].encode() in {each["ByteMatchStatement"]["SearchString"] for each in apart}


def read_link(estate: Applied, region: str) -> None:
    network = estate.client("ec2", region)
    (peering,) = network.describe_vpc_peering_connections()["VpcPeeringConnections"]
    assert peering["Status"]["Code"] == "active"
    tables: list[Any] = network.describe_route_tables(Filters=[{"Name": "tag:Name", "Values": [f"{NAME}-private-*"]}])[
        "RouteTables"
    ]
    assert len(tables) == 3
    for table in tables:
        through = {each.get("VpcPeeringConnectionId") for each in table["Routes"]}
        assert peering["VpcPeeringConnectionId"] in through
    bucket = f"{NAME}-{gaps.ACCOUNT}-{region}-documents"
    copied = estate.client("s3", region).get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]["Rules"]
    assert [each["Destination"]["Bucket"] for each in copied] == [
        f"arn:aws:s3:::{bucket.replace(region, other(region))}"
    ]


def read_buckets(estate: Applied, region: str) -> None:
    """Each Region's own are under its key; that of the audit, one for all Regions, has its own."""
    store = estate.client("s3", region)
    begin = f"{NAME}-{gaps.ACCOUNT}-{region}-"
    names = sorted(each["Name"] for each in store.list_buckets()["Buckets"] if each["Name"].startswith(begin))
    assert f"{begin}documents" in names
    for name in names:
        assert store.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        (rule,) = store.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        usual = rule["ApplyServerSideEncryptionByDefault"]
        assert (usual["SSEAlgorithm"], usual["KMSMasterKeyID"]) == ("aws:kms", key_of(estate, region)), name
        closed = store.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        assert set(closed.values()) == {True}, name
        policy = json.loads(store.get_bucket_policy(Bucket=name)["Policy"])
        (said,) = [each for each in policy["Statement"] if each["Sid"] == "TlsOnly"]
        assert (said["Effect"], said["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}}), name
        assert set(said["Resource"]) == {f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"}


def key_of(estate: Applied, region: str) -> str:
    """Return the ARN of the Region's own key."""
    arn: str = estate.client("kms", region).describe_key(KeyId=f"alias/{NAME}")["KeyMetadata"]["Arn"]
    return arn


def read_canary(estate: Applied, region: str) -> None:
    (canary,) = estate.client("synthetics", region).describe_canaries()["Canaries"]
    assert (canary["Name"], canary["Status"]["State"]) == (f"{NAME}-health", "RUNNING")
    assert (canary["Schedule"]["Expression"], canary["Code"]["Handler"]) == ("rate(5 minutes)", "ask_health.handler")
    assert canary["ArtifactConfig"]["S3Encryption"]["KmsKeyArn"] == key_of(estate, region)
    packaged = (estate.api.parent / "canary" / "canary.zip").read_bytes()
    code = {"Bucket": f"{NAME}-{gaps.ACCOUNT}-{region}-canary", "Key": "code/canary.zip"}
    assert estate.client("s3", region).get_object(**code)["Body"].read() == packaged
    function = canary["EngineArn"].split(":")[6]
    logs = estate.client("logs", region).describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")["logGroups"]
    days = estate.steps[1].variables["log_retention_days"]
    assert [(each["retentionInDays"], each["kmsKeyId"]) for each in logs] == [(days, key_of(estate, region))]


READINGS = (
    read_api, read_functions, read_what_each_knows_of_the_other, read_schedules, read_retries, read_queues,
    read_database, read_shared_tables, read_records, read_alarms,
    read_backups, read_firewall, read_link, read_buckets, read_canary,
)  # fmt: skip
