"""What the emulator lacks of AWS, filled for the apply: all of it in this one file, each piece with its reason.

``fills`` adds an operation that moto lacks, ``mends`` stands in front of one that it has; a comment or docstring says
what is wrong without it. Whoever meets a newer moto takes away what it has learnt. ``DRIFT`` lists what is left: what a
second plan would change, because moto tells it otherwise than it was told.
"""

import functools
import hashlib
import json
import os
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from moto import settings
from moto.apigateway.models import APIGatewayBackend, RestAPI
from moto.awslambda.models import EventSourceMapping, LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.backup import urls as backup_urls
from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.responses import BackupResponse
from moto.budgets.responses import BudgetsResponse
from moto.ce.responses import CostExplorerResponse
from moto.cloudformation.models import cloudformation_backends
from moto.cloudtrail.models import CloudTrailBackend
from moto.cognitoidp.models import CognitoIdpUserPool
from moto.core.common_models import CloudFormationModel
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, BaseResponse
from moto.dynamodb.models import dynamodb_backends
from moto.iam.access_control import IAMPolicy
from moto.kms.models import kms_backends
from moto.kms.responses import KmsResponse
from moto.logs.responses import LogsResponse
from moto.moto_api import state_manager
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBCluster
from moto.rds.responses import RDSResponse
from moto.s3.models import FakeBucket
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.ses.responses import EmailResponse
from moto.sqs.models import Queue
from moto.synthetics import urls as synthetics_urls
from moto.synthetics.models import Canary, SyntheticsBackend
from moto.synthetics.responses import SyntheticsResponse

Json = dict[str, Any]
Method = Callable[..., Any]
ACCOUNT = "123456789012"  # moto's
NOW = int(time.time())

# A second plan changes these, and nothing else: address, attribute and why.
DRIFT = {
    ("aws_cloudfront_distribution.main[0]", "default_cache_behavior"): "tells forwarded values beside the policies",
    ("aws_cloudfront_distribution.main[0]", "viewer_certificate"): "tells its own certificate beside ours",
    ("aws_rds_global_cluster.main[0]", "tags_all"): "keeps no tags of a global cluster",
    ("aws_s3_bucket_replication_configuration.from_other", "rule"): "copies no deletions, whatever is wanted",
    ("aws_s3_bucket_replication_configuration.from_primary", "rule"): "copies no deletions, whatever is wanted",
}

# What moto does not keep: kind, then Region and name.
_kept: dict[str, dict[tuple[str, str], Json]] = defaultdict(dict)


def kept() -> list[str]:
    """Return what is kept here, by kind, Region and name."""
    return [f"{kind} {region} {name}" for kind, named in _kept.items() for region, name in named]


def asked(response: BaseResponse) -> Any:
    """Return the call's parameters, from wherever its protocol puts them."""
    response.parse_parameters(response.normalized_request)
    return response.params


def fills(owner: type) -> Callable[[Method], Method]:
    """Give ``owner`` an operation that it lacks."""

    def put(operation: Method) -> Method:
        setattr(owner, operation.__name__, operation)
        return operation

    return put


def mends(owner: type) -> Callable[[Method], Method]:
    """Put a function before ``owner``'s own of that name, which it is given first."""

    def put(mend: Method) -> Method:
        own = getattr(owner, mend.__name__)

        @functools.wraps(own)
        def mended(self: Any, *arguments: Any, **named: Any) -> Any:
            return mend(own, self, *arguments, **named)

        setattr(owner, mend.__name__, mended)
        return mended

    return put


def fill() -> None:
    """Bring what takes more than an operation."""
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # else it has none of AWS's own
    # Certificates and distributions would be ready after a minute, for nobody to look at.
    settings.ACM_VALIDATION_WAIT = 1
    state_manager.set_transition("cloudfront::distribution", {"progression": "immediate"})
    for path in (*RESTORE_TESTING, NOTIFICATIONS):
        backup_urls.url_paths["{0}" + path] = BackupResponse.dispatch
    for word in ("start", "stop"):
        synthetics_urls.url_paths["{0}/canary/(?P<name>[^/]+)/" + word + "$"] = SyntheticsResponse.dispatch


NOTIFICATIONS = "/backup-vaults/(?P<vault>[^/]+)/notification-configuration$"
RESTORE_TESTING = (
    "/restore-testing/plans$",
    "/restore-testing/plans/(?P<plan>[^/]+)$",
    "/restore-testing/plans/(?P<plan>[^/]+)/selections$",
    "/restore-testing/plans/(?P<plan>[^/]+)/selections/(?P<selection>[^/]+)$",
)

# Budgets: moto keeps notifications with their subscribers and tells neither these nor tags.


@mends(BudgetsResponse)
def create_budget(own: Method, self: BudgetsResponse) -> str:
    given = asked(self)
    answer: str = own(self)
    budget: Any = self.backend.budgets[given["AccountId"]][given["Budget"]["BudgetName"]]
    budget.tags = given.get("ResourceTags", [])
    return answer


@fills(BudgetsResponse)
def list_tags_for_resource(self: BudgetsResponse) -> str:
    budget: Any = self.backend.budgets[ACCOUNT][asked(self)["ResourceARN"].rsplit("/", 1)[1]]
    return json.dumps({"ResourceTags": budget.tags})


@fills(BudgetsResponse)
def describe_subscribers_for_notification(self: BudgetsResponse) -> str:
    given = asked(self)
    budget = self.backend.budgets[given["AccountId"]][given["BudgetName"]]
    (found,) = [each.subscribers for each in budget.notifications if each.details == given["Notification"]]
    return json.dumps({"Subscribers": found})


# Cost Explorer: moto has neither anomaly monitors nor their subscriptions.


def _anomalies(noun: str) -> None:
    """Bring the operations of ``noun``: Monitor or Subscription."""
    kind, whole, arn_of = f"anomaly {noun.lower()}", f"Anomaly{noun}", f"{noun}Arn"

    def create(self: CostExplorerResponse) -> str:
        given, arn = asked(self), f"arn:aws:ce::{ACCOUNT}:anomaly{noun.lower()}/{uuid.uuid4()}"
        made = {**given[whole], arn_of: arn, "AccountId": ACCOUNT}
        _kept[kind]["", arn] = {"told": made, "tags": given.get("ResourceTags", [])}
        return json.dumps({arn_of: arn})

    def get(self: CostExplorerResponse) -> str:
        wanted = asked(self)[f"{arn_of}List"]
        return json.dumps({f"{whole}s": [each["told"] for (_, arn), each in _kept[kind].items() if arn in wanted]})

    def delete(self: CostExplorerResponse) -> str:
        del _kept[kind]["", asked(self)[arn_of]]
        return "{}"

    setattr(CostExplorerResponse, f"create_anomaly_{noun.lower()}", create)
    setattr(CostExplorerResponse, f"get_anomaly_{noun.lower()}s", get)
    setattr(CostExplorerResponse, f"delete_anomaly_{noun.lower()}", delete)


_anomalies("Monitor")
_anomalies("Subscription")


def _tags_of_anomaly(own: Method, self: CostExplorerResponse) -> str:
    arn = asked(self)["ResourceArn"]
    for kind in ("anomaly monitor", "anomaly subscription"):
        if ("", arn) in _kept[kind]:
            return json.dumps({"ResourceTags": _kept[kind]["", arn]["tags"]})
    told: str = own(self)
    return told


_tags_of_anomaly.__name__ = "list_tags_for_resource"
mends(CostExplorerResponse)(_tags_of_anomaly)

# CloudTrail: moto does not know a trail by its ARN, and deletes none then.


@mends(CloudTrailBackend)
def delete_trail(own: Method, self: CloudTrailBackend, name: str) -> None:
    own(self, name.rsplit("/", 1)[-1])


# KMS: a replica comes with the original's own description, names and place, and without the tags that it is given.


@mends(KmsResponse)
def replicate_key(own: Method, self: KmsResponse) -> str:
    given = asked(self)
    answer: str = own(self)
    original = self.kms_backend.keys[given["KeyId"].rsplit("/", 1)[-1]]
    backend = kms_backends[self.current_account][given["ReplicaRegion"]]
    replica = backend.keys[original.id]
    replica.description, replica.aliases = given.get("Description", ""), {}
    replica.multi_region_configuration = {**original.multi_region_configuration, "MultiRegionKeyType": "REPLICA"}
    backend.tag_resource(replica.id, {each["TagKey"]: each["TagValue"] for each in given.get("Tags", [])})
    return answer


# DynamoDB: moto's CloudFormation does not know global tables, which alone can be strongly consistent.


class GlobalTable(CloudFormationModel):
    """A table in each of the Regions named."""

    def __init__(self, name: str, region: str, regions: list[str]) -> None:
        self.name, self.region, self.regions = name, region, regions

    @property
    def physical_resource_id(self) -> str:
        return self.name

    @staticmethod
    def cloudformation_name_type() -> str:
        return "TableName"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::DynamoDB::GlobalTable"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return f"arn:aws:dynamodb:{self.region}:{ACCOUNT}:table/{self.name}"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> "GlobalTable":
        given = cloudformation_json["Properties"]
        if given["MultiRegionConsistency"] != "STRONG" or len(given["GlobalTableWitnesses"]) != 1:
            raise ValueError("two replicas agree strongly only with a witness")
        for replica in given["Replicas"]:
            dynamodb_backends[account_id][replica["Region"]].create_table(
                name=given["TableName"],
                schema=given["KeySchema"],
                attr=given["AttributeDefinitions"],
                billing_mode=given["BillingMode"],
                throughput=None,
                indexes=[],
                global_indexes=[],
                streams={},
                sse_specification=None,  # a key that AWS owns
                tags=[],
                deletion_protection_enabled=replica["DeletionProtectionEnabled"],
                warm_throughput=None,
            )
        return cls(given["TableName"], region_name, [each["Region"] for each in given["Replicas"]])

    def delete(self, account_id: str, region_name: str) -> None:
        for region in self.regions:
            dynamodb_backends[account_id][region].delete_table(self.name)


# Backup: moto has plans and vaults, no selections, notifications or tests of restoring, and looks for tags in a wrong
# place.


@mends(BackupResponse)
def list_tags(own: Method, self: BackupResponse) -> str:
    return json.dumps({"Tags": self.backup_backend.list_tags(asked(self)["ResourceArn"])})


def _find(kind: str, region: str, name: str) -> Json:
    if (region, name) not in _kept[kind]:
        raise ResourceNotFoundException(f"no {kind} {name}")
    return _kept[kind][region, name]


@fills(BackupResponse)
def create_backup_selection(self: BackupResponse) -> str:
    given, made = asked(self), str(uuid.uuid4())
    told = {"SelectionId": made, "BackupPlanId": given["BackupPlanId"], "CreationDate": NOW}
    _kept["backup selection"][self.region, made] = {**told, "BackupSelection": given["BackupSelection"]}
    return json.dumps(told)


@fills(BackupResponse)
def get_backup_selection(self: BackupResponse) -> str:
    return json.dumps(_find("backup selection", self.region, asked(self)["SelectionId"]))


@fills(BackupResponse)
def delete_backup_selection(self: BackupResponse) -> str:
    del _kept["backup selection"][self.region, asked(self)["SelectionId"]]
    return "{}"


@fills(BackupResponse)
def put_backup_vault_notifications(self: BackupResponse) -> str:
    given = asked(self)
    told = {name: given[name] for name in ("BackupVaultEvents", "SNSTopicArn")}
    _kept["vault notifications"][self.region, given["BackupVaultName"]] = told
    return "{}"


@fills(BackupResponse)
def get_backup_vault_notifications(self: BackupResponse) -> str:
    name = asked(self)["BackupVaultName"]
    return json.dumps({"BackupVaultName": name, **_find("vault notifications", self.region, name)})


@fills(BackupResponse)
def delete_backup_vault_notifications(self: BackupResponse) -> str:
    del _kept["vault notifications"][self.region, asked(self)["BackupVaultName"]]
    return "{}"


@fills(BackupResponse)
def create_restore_testing_plan(self: BackupResponse) -> str:
    given = asked(self)
    name = given["RestoreTestingPlan"]["RestoreTestingPlanName"]
    arn = f"arn:aws:backup:{self.region}:{ACCOUNT}:restore-testing-plan:{name}-{uuid.uuid4()}"
    told = {"CreationTime": NOW, "RestoreTestingPlanArn": arn, "RestoreTestingPlanName": name}
    _kept["restore testing plan"][self.region, name] = {"StartWindowHours": 24, **given["RestoreTestingPlan"], **told}
    self.backup_backend.tag_resource(arn, given.get("Tags", {}))
    return json.dumps(told)


@fills(BackupResponse)
def get_restore_testing_plan(self: BackupResponse) -> str:
    found = _find("restore testing plan", self.region, asked(self)["RestoreTestingPlanName"])
    return json.dumps({"RestoreTestingPlan": found})


@fills(BackupResponse)
def delete_restore_testing_plan(self: BackupResponse) -> str:
    del _kept["restore testing plan"][self.region, asked(self)["RestoreTestingPlanName"]]
    return "{}"


@fills(BackupResponse)
def create_restore_testing_selection(self: BackupResponse) -> str:
    given = asked(self)
    plan = _find("restore testing plan", self.region, given["RestoreTestingPlanName"])
    name = given["RestoreTestingSelection"]["RestoreTestingSelectionName"]
    told = {"CreationTime": NOW, "RestoreTestingPlanName": plan["RestoreTestingPlanName"]}
    made = {"ProtectedResourceConditions": {}, **given["RestoreTestingSelection"], **told}
    _kept["restore testing selection"][self.region, name] = made
    arn = plan["RestoreTestingPlanArn"]
    return json.dumps({**told, "RestoreTestingPlanArn": arn, "RestoreTestingSelectionName": name})


@fills(BackupResponse)
def get_restore_testing_selection(self: BackupResponse) -> str:
    found = _find("restore testing selection", self.region, asked(self)["RestoreTestingSelectionName"])
    return json.dumps({"RestoreTestingSelection": found})


@fills(BackupResponse)
def delete_restore_testing_selection(self: BackupResponse) -> str:
    del _kept["restore testing selection"][self.region, asked(self)["RestoreTestingSelectionName"]]
    return "{}"


# Logs: moto has no saved queries.


@fills(LogsResponse)
def put_query_definition(self: LogsResponse) -> str:
    given = asked(self)
    made = given.get("queryDefinitionId") or str(uuid.uuid4())
    _kept["query"][self.region, made] = {"queryLanguage": "CWLI", **given, "queryDefinitionId": made}
    return json.dumps({"queryDefinitionId": made})


@fills(LogsResponse)
def describe_query_definitions(self: LogsResponse) -> str:
    begin = asked(self).get("queryDefinitionNamePrefix", "")
    here = [each for (region, _), each in _kept["query"].items() if region == self.region]
    return json.dumps({"queryDefinitions": [each for each in here if each["name"].startswith(begin)]})


@fills(LogsResponse)
def delete_query_definition(self: LogsResponse) -> str:
    del _kept["query"][self.region, asked(self)["queryDefinitionId"]]
    return json.dumps({"success": True})


# RDS: moto's proxies have no endpoints besides their own.


@fills(RDSResponse)
def create_db_proxy_endpoint(self: RDSResponse) -> ActionResult:
    given = self.params
    name, proxy = given["DBProxyEndpointName"], self.backend.db_proxies[given["DBProxyName"]]
    made = {
        "DBProxyEndpointName": name,
        "DBProxyName": given["DBProxyName"],
        "DBProxyEndpointArn": f"arn:aws:rds:{self.region}:{ACCOUNT}:db-proxy-endpoint:prx-endpoint-{uuid.uuid4().hex}",
        "TargetRole": given["TargetRole"],
        "VpcSubnetIds": list(given["VpcSubnetIds"]),
        "VpcSecurityGroupIds": list(given["VpcSecurityGroupIds"]),
        "VpcId": proxy.vpc_id,
        "Status": "available",
        "IsDefault": False,
        "Endpoint": f"{name}.endpoint.{proxy.endpoint.split('.', 1)[1]}",
        "tags": [{"Key": tag["Key"], "Value": tag["Value"]} for tag in given.get("Tags", [])],
    }
    _kept["proxy endpoint"][self.region, name] = made
    return ActionResult({"DBProxyEndpoint": made})


@fills(RDSResponse)
def describe_db_proxy_endpoints(self: RDSResponse) -> ActionResult:
    wanted = self.params.get("DBProxyEndpointName")
    here = {name: each for (region, name), each in _kept["proxy endpoint"].items() if region == self.region}
    if wanted is not None and wanted not in here:
        raise RDSClientError("DBProxyEndpointNotFoundFault", f"no endpoint {wanted}")
    return ActionResult({"DBProxyEndpoints": [each for name, each in here.items() if wanted in (None, name)]})


@fills(RDSResponse)
def delete_db_proxy_endpoint(self: RDSResponse) -> ActionResult:
    return ActionResult(
        {"DBProxyEndpoint": _kept["proxy endpoint"].pop((self.region, self.params["DBProxyEndpointName"]))}
    )


def _tags_in_rds(own: Method, self: RDSResponse) -> Any:
    for each in _kept["proxy endpoint"].values():
        if each["DBProxyEndpointArn"] == self.params["ResourceName"]:
            return ActionResult({"TagList": each["tags"]})
    return own(self)


_tags_in_rds.__name__ = "list_tags_for_resource"
mends(RDSResponse)(_tags_in_rds)


@mends(RDSResponse)
def create_db_instance(own: Method, self: RDSResponse) -> Any:
    """Its instances begin with a certificate that AWS gives no longer, and forget Performance Insights."""
    self.params.setdefault("CACertificateIdentifier", "rds-ca-rsa2048-g1")
    answer = own(self)
    instance = answer.result["DBInstance"]
    instance.performance_insights_enabled = self.params.get("EnablePerformanceInsights")
    instance.performance_insights_kms_key_id = self.params.get("PerformanceInsightsKMSKeyId")
    instance.performance_insights_retention_period = self.params.get("PerformanceInsightsRetentionPeriod", 7)
    return answer


@mends(RDSResponse)
def create_db_cluster(own: Method, self: RDSResponse) -> Any:
    """It knows the Data API of versions only that are long gone."""
    answer = own(self)
    answer.result["DBCluster"]._enable_http_endpoint = self.params.get("EnableHttpEndpoint")
    return answer


@mends(RDSResponse)
def create_global_cluster(own: Method, self: RDSResponse) -> Any:
    """It forgets the database's name, and another name is another cluster."""
    answer = own(self)
    answer.result["GlobalCluster"].database_name = self.params.get("DatabaseName")
    return answer


@mends(RDSResponse)
def remove_from_global_cluster(own: Method, self: RDSResponse) -> Any:
    """It looks for the shell in the member's Region, where it is not; the writer goes last, as AWS wants it."""
    shell = self.global_backend.global_clusters[self.params["GlobalClusterIdentifier"]]
    (leaving,) = [each for each in shell.members if each.db_cluster_arn == self.params["DbClusterIdentifier"]]
    if leaving is shell.members[0] and len(shell.members) > 1:
        raise RDSClientError("InvalidGlobalClusterStateFault", "the writer cannot leave before the others")
    shell.members.remove(leaving)
    return ActionResult({"GlobalCluster": shell})


# It tells the scaling of the first kind of serverless clusters for all of them.
_scaling = DBCluster.scaling_configuration_info
DBCluster.scaling_configuration_info = property(  # type: ignore[assignment, method-assign]
    lambda self: _scaling.fget(self) if self.engine_mode == "serverless" else None  # type: ignore[attr-defined]
)

# Secrets Manager: moto puts a replica under AWS's key, reads no policy of one, and rotates at once, in Docker.


@mends(SecretsManagerResponse)
def create_secret(own: Method, self: SecretsManagerResponse) -> Any:
    given = asked(self)
    answer = own(self)
    for wanted in given.get("AddReplicaRegions", []):
        # AWS refuses a key that is not there, and tells so only in the replica's status.
        if wanted["KmsKeyId"].rsplit("/", 1)[1] not in kms_backends[ACCOUNT][wanted["Region"]].keys:
            raise ResourceNotFoundException(f"there is no {wanted['KmsKeyId']} in {wanted['Region']}")
        for replica in self.backend.secrets[given["Name"]].replicas:  # type: ignore[union-attr]
            if replica.region == wanted["Region"]:
                replica.config["KmsKeyId"] = wanted["KmsKeyId"]
    return answer


@mends(SecretsManagerResponse)
def get_resource_policy(own: Method, self: SecretsManagerResponse) -> str:
    secret = self.backend.secrets[asked(self)["SecretId"]]
    return json.dumps({"ARN": secret.arn, "Name": secret.name})


@mends(SecretsManagerResponse)
def rotate_secret(own: Method, self: SecretsManagerResponse) -> str:
    given = asked(self)
    secret: Any = self.backend.secrets[given["SecretId"]]
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn = given["RotationLambdaARN"]
    secret.auto_rotate_after_days = given["RotationRules"]["AutomaticallyAfterDays"]
    told: str = secret.to_short_dict()
    return told


# Serverless Application Repository: moto has none. Its applications come as change sets of CloudFormation.

REPOSITORY_VERSION = "1.1.0"


def serverless_repository(method: str, path: str, region: str, body: Json) -> Json:
    """Answer GetApplication and CreateCloudFormationChangeSet."""
    application = path.removeprefix("/applications/").removesuffix("/changesets")
    if method == "GET":
        version = {"semanticVersion": REPOSITORY_VERSION, "requiredCapabilities": ["CAPABILITY_RESOURCE_POLICY"]}
        return {"applicationId": application, "version": version}
    given = {each["name"]: each["value"] for each in body["parameterOverrides"]}
    arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{given['functionName']}"
    outputs = {"RotationLambdaARN": {"Value": arn}}
    template = {"Parameters": {name: {"Type": "String"} for name in given}, "Resources": {}, "Outputs": outputs}
    tags = {each["key"]: each["value"] for each in body.get("tags", [])}
    backend = cloudformation_backends[ACCOUNT][region]
    change_set, made = backend.create_change_set(
        stack_name=f"serverlessrepo-{body['stackName']}",
        change_set_name=f"a{uuid.uuid4()}",
        template=json.dumps(template),
        parameters=given,
        description="",
        change_set_type="CREATE",
        tags={
            **tags,
            "serverlessrepo:applicationId": application,
            "serverlessrepo:semanticVersion": REPOSITORY_VERSION,
        },
    )
    # It executes a change set and goes on telling the outputs of the empty stack before, and no capabilities.
    stack: Any = backend.stacks[made]
    stack.output_map._output_json_map = outputs
    stack.capabilities = ["CAPABILITY_IAM"]
    return {
        "applicationId": application,
        "changeSetId": change_set,
        "semanticVersion": REPOSITORY_VERSION,
        "stackId": made,
    }


SERVICES = {"serverlessrepo": serverless_repository}

# API Gateway: moto takes OpenAPI 3 only, and no mock integration without an address; AWS takes both. It overlooks what
# the document says of API Gateway's own answers, and keeps those that it does not say, when it is put anew.


@mends(APIGatewayBackend)
def put_rest_api(
    own: Method, self: APIGatewayBackend, function_id: str, api_doc: Json, fail_on_warnings: bool, mode: str = "merge"
) -> Any:
    document = {**api_doc, "openapi": "3.0.1"}
    document.pop("swagger", None)
    for methods in document["paths"].values():
        for method in methods.values():
            method["x-amazon-apigateway-integration"].setdefault("uri", "")
    api = own(self, function_id, document, False, mode)
    if mode == "overwrite":
        api.gateway_responses.clear()
    for kind, said in api_doc.get("x-amazon-apigateway-gateway-responses", {}).items():
        api.put_gateway_response(kind, said["statusCode"], said["responseParameters"], said["responseTemplates"])
    return api


@mends(RestAPI)
def apply_patch_operations(own: Method, self: RestAPI, patch_operations: list[Json]) -> None:
    """It takes a media type from the value, where AWS takes it from the path."""
    for each in patch_operations:
        if each["path"].startswith("/binaryMediaTypes/"):
            each["value"] = each["path"].removeprefix("/binaryMediaTypes/").replace("~1", "/")
    own(self, patch_operations)


# Lambda: moto forgets where a function logs, takes a version for the alias that a mapping names, and forgets the alias
# whose events are called again.


@mends(LambdaFunction)
def __init__(own: Method, self: Any, account_id: str, spec: Json, region: str, **named: Any) -> None:  # noqa: N807
    own(self, account_id, spec, region, **named)
    self.logging_config = spec.get("LoggingConfig")


def _told_of_function(own: Method, self: Any, *more: Any, **named: Any) -> Json:
    return {**own(self, *more, **named), "LoggingConfig": self.logging_config}


def _told_of_mapping(own: Method, self: EventSourceMapping) -> Json:
    return {**own(self), "FunctionArn": self.function_name}


for told, model in ((_told_of_function, LambdaFunction), (_told_of_mapping, EventSourceMapping)):
    told.__name__ = "get_configuration"
    mends(model)(told)


@mends(LambdaResponse)
def put_function_event_invoke_config(own: Method, self: LambdaResponse) -> Any:
    answer = own(self)
    (made,) = self.backend.get_function(self.path.rsplit("/", 2)[1]).event_invoke_config
    made.arn = answer.result["FunctionArn"] = f"{made.arn}:{self._get_param('Qualifier')}"
    return answer


# Cognito: whatever an update does not say, moto forgets; some of that cannot be changed at all.


@mends(CognitoIdpUserPool)
def update_extended_config(own: Method, self: Any, extended_config: Json) -> None:
    before = getattr(self, "extended_config", {})
    fixed = {name: before[name] for name in ("UsernameAttributes", "UserPoolTags", "Schema") if name in before}
    own(self, {**fixed, **extended_config})


# S3: moto takes no notice of the conditions of a bucket's policy, such as that a call came without TLS, as all do here.


@mends(FakeBucket)
def get_permission(own: Method, self: FakeBucket, action: str, resource: str) -> Any:
    said = json.loads(self.policy or '{"Statement": []}')
    said["Statement"] = [each for each in said["Statement"] if "Condition" not in each]
    return IAMPolicy(json.dumps(said)).is_action_permitted(action, resource)


# SES: moto's identities have the same tokens in every Region, and records of one name collide.


@mends(EmailResponse)
def verify_domain_dkim(own: Method, self: EmailResponse) -> ActionResult:
    domain = asked(self)["Domain"]
    self.backend.verify_domain(domain)
    tokens = [hashlib.sha256(f"{self.region} {domain} {each}".encode()).hexdigest()[:32] for each in range(3)]
    self.backend.dkim_tokens[domain] = tokens
    return ActionResult({"DkimTokens": tokens})


# SQS: moto takes who may redrive into a queue and does not tell it, and forgets the policy at the next change.
Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
Queue.redrive_allow_policy = None  # type: ignore[attr-defined]


@mends(Queue)
def _set_attributes(own: Method, self: Any, attributes: Json, now: float | None = None) -> None:
    own(self, {"Policy": getattr(self, "policy", None), **attributes}, now)


_attributes = Queue.attributes


def _told_of_queue(self: Queue) -> Json:
    """Its JSON has spaces, which Terraform takes for a change."""
    told = _attributes.fget(self)  # type: ignore[attr-defined]
    if not told["RedriveAllowPolicy"]:
        del told["RedriveAllowPolicy"]
    if self.redrive_policy:
        told["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
    return dict(told)


Queue.attributes = property(_told_of_queue)  # type: ignore[assignment, method-assign]

# Synthetics: moto makes canaries and lists them; they neither start nor end, and tell times as no client reads them.


@mends(SyntheticsBackend)
def create_canary(own: Method, self: SyntheticsBackend, *given: Any, **named: Any) -> Canary:
    canary: Any = own(self, *given, **named)
    canary.function = f"arn:aws:lambda:{self.region_name}:{ACCOUNT}:function:cwsyn-{canary.name}-{canary.id}:1"
    made: Canary = canary
    return made


@mends(SyntheticsBackend)
def get_canary(own: Method, self: SyntheticsBackend, name: str, *more: Any) -> Canary:
    if name not in self.canaries:
        raise NoCanary("ResourceNotFoundException", f"no canary {name}")
    found: Canary = own(self, name, *more)
    return found


class NoCanary(JsonRESTError):
    code = 404


@mends(Canary)
def to_dict(own: Method, self: Any) -> Json:
    shown = {name: value for name, value in self.run_config.items() if name != "EnvironmentVariables"}  # AWS tells none
    times = {"Created": NOW, "LastModified": NOW}
    return {**own(self), "EngineArn": self.function, "RunConfig": shown, "Timeline": times}


@fills(SyntheticsResponse)
def start_canary(self: SyntheticsResponse) -> str:
    self.synthetics_backend.get_canary(asked(self)["Name"]).state = "RUNNING"
    return "{}"


@fills(SyntheticsResponse)
def stop_canary(self: SyntheticsResponse) -> str:
    self.synthetics_backend.get_canary(asked(self)["Name"]).state = "STOPPED"
    return "{}"


@fills(SyntheticsResponse)
def delete_canary(self: SyntheticsResponse) -> str:
    """AWS deletes its function too where that is asked for; moto made none."""
    given = asked(self)
    if given["DeleteLambda"] is not True:
        raise ValueError("the canary's function would be left")
    del self.synthetics_backend.canaries[given["Name"]]
    return "{}"
