"""Every size plans: two Regions where they are asked for, each with all that a Region has, and nothing unasked."""

from collections import Counter

import pytest

from chalicelib.functions import FUNCTIONS
from terraform.deploying.settings import STACKS
from tests.terraform.plans import Estate, run_tests
from tests.terraform.sizes import PRIMARY, SECOND, each_size, planned, regions, steps

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

# What each Region must have, whatever its size.
IN_EACH_REGION = {
    "aws_api_gateway_rest_api": 1,
    "aws_api_gateway_stage": 1,
    "aws_backup_plan": 1,
    "aws_backup_vault": 1,
    "aws_backup_vault_lock_configuration": 1,
    "aws_cloudwatch_dashboard": 1,
    "aws_cognito_user_pool": 1,
    "aws_flow_log": 1,
    "aws_lambda_alias": len(FUNCTIONS),
    "aws_lambda_function": len(FUNCTIONS),
    "aws_rds_cluster": 1,
    "aws_vpc": 1,
}
TWIN = "arn:aws:kms:eu-central-1:000000000000:key/named"  # of the key that the mocks name
TOP = {"starter": 1, "standard": 1, "full": 2}  # instances of each Region's cluster


@each_size
def test_as_many_regions_are_planned_as_were_asked_for(estate: Estate, size: str) -> None:
    names = {
        cluster.values["cluster_identifier"] for plan in regions(estate, size) for cluster in plan.of("aws_rds_cluster")
    }
    assert names == {f"plotihub-prod-{region}" for region in ([PRIMARY] if size == "starter" else [PRIMARY, SECOND])}


@each_size
def test_each_region_has_all_that_a_region_has(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        checks = 0 if size == "starter" else 1
        topics = 2 + checks  # alarms, backups that failed, and that of the health check, in us-east-1
        canaries = 1 if size == "full" else 0
        chosen = {"aws_route53_health_check": checks, "aws_sns_topic": topics, "aws_synthetics_canary": canaries}
        buckets = 1 + canaries  # of documents, and of the canary's reports
        wanted = Counter({**IN_EACH_REGION, **chosen, "aws_s3_bucket": buckets})
        assert Counter(each.kind for each in plan.of(*wanted)) == wanted, plan.step.key
        assert len(plan.of("aws_rds_cluster_instance")) == TOP[size]


@each_size
def test_one_cluster_brings_the_database_and_the_other_joins(estate: Estate, size: str) -> None:
    clusters = [plan.of("aws_rds_cluster")[0] for plan in regions(estate, size)]
    assert [cluster.values.get("database_name") for cluster in clusters] == ["plotihub", None][: len(clusters)]
    assert [cluster.values["source_region"] for cluster in clusters] == [None, PRIMARY][: len(clusters)]
    member_of = None if size == "starter" else "plotihub-prod"
    assert {cluster.values["global_cluster_identifier"] for cluster in clusters} == {member_of}
    shells = [shell for plan in planned(estate, size) for shell in plan.of("aws_rds_global_cluster")]
    assert len(shells) == (0 if member_of is None else 1)


def test_a_region_by_itself_answers_to_its_name_and_its_database_may_rest(estate: Estate) -> None:
    (plan,) = regions(estate, "starter")
    assert plan.of("aws_route53_health_check") == []
    (common,) = (each for each in plan.of("aws_route53_record") if each.values["set_identifier"])
    assert not common.knows("health_check_id")
    assert [each for each in plan.of("aws_cloudwatch_metric_alarm") if each.values["namespace"] == "AWS/Route53"] == []


@each_size
def test_secrets_are_copied_under_the_twin_of_their_key(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        for secret in plan.of("aws_secretsmanager_secret"):
            copies = [(each["region"], each["kms_key_id"]) for each in secret.values["replica"]]
            assert copies == ([] if size == "starter" else [(SECOND, TWIN)])


@each_size
def test_there_is_no_way_out_and_no_proxy_unless_asked(estate: Estate, size: str) -> None:
    for plan in regions(estate, size):
        assert plan.of("aws_nat_gateway", "aws_eip", "aws_internet_gateway") == []
        assert len(plan.of("aws_db_proxy")) == (1 if size == "full" else 0)
        walls = ["module.edge", "module.identity"] if size == "full" else []
        assert [each.address.partition(".aws_")[0] for each in plan.of("aws_wafv2_web_acl_association")] == walls


@each_size
def test_only_what_the_size_buys_stands_in_the_network(estate: Estate, size: str) -> None:
    endpoints = {"sqs", "kms"} | ({"secretsmanager"} if size == "full" else set())
    for plan in regions(estate, size):
        interface = [each for each in plan.of("aws_vpc_endpoint") if each.values["vpc_endpoint_type"] == "Interface"]
        assert {each.values["service_name"].rsplit(".", 1)[1] for each in interface} == endpoints
        assert len(plan.of("aws_subnet")) == (3 if size == "full" else 2)


def test_two_networks_are_joined_both_ways(estate: Estate) -> None:
    (link,) = (plan for plan in planned(estate, "standard") if plan.step.stack == "3-link")
    leading = {route.values["destination_cidr_block"] for route in link.of("aws_route")}
    assert leading == {"10.40.0.0/16", "10.41.0.0/16"}
    told = {each.address.split(".")[1].split("[")[0] for each in link.of("aws_ssm_parameter")}
    assert told == {"in_primary", "in_other"}
    assert len(link.of("aws_s3_bucket_replication_configuration")) == 2


@each_size
def test_the_tables_that_both_regions_share_agree_as_the_size_says(estate: Estate, size: str) -> None:
    shared = planned(estate, size)[0]
    tables, stacks = shared.of("aws_dynamodb_table"), shared.of("aws_cloudformation_stack")
    assert [len(tables), len(stacks)] == ([2, 0] if size == "starter" else [0, 2])
    assert {each.values["name"] for each in tables + stacks} == {"plotihub-prod-intake", "plotihub-prod-claims"}
    assert all('"MultiRegionConsistency":"STRONG"' in each.values["template_body"] for each in stacks)


def test_an_environment_without_names_of_its_own_plans(estate: Estate) -> None:
    shared, region = (estate.plan("dev", "standard", step) for step in steps("standard", "dev")[:2])
    assert shared.of("aws_route53_zone", "aws_acm_certificate") == []
    assert region.of("aws_route53_record", "aws_route53_health_check", "aws_api_gateway_domain_name") == []
    assert region.of("aws_rds_cluster")[0].values["deletion_protection"] is False


@pytest.mark.parametrize(
    "folder", sorted(f"stacks/{test.parts[-3]}" for test in STACKS.glob("*/tests/choices.tftest.hcl"))
)
def test_choices_of_a_stack_that_no_size_makes(estate: Estate, folder: str) -> None:
    run_tests(estate.prepare(folder), "-filter=tests/choices.tftest.hcl")
