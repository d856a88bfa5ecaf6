# What `terraform test` is told in AWS's place, in all modules and stacks. Ids that are checked where they are used are
# known while planning; the rest stays unknown, as it is in a first plan.

mock_data "aws_partition" {
  defaults = {
    partition  = "aws"
    dns_suffix = "amazonaws.com"
  }
}

mock_data "aws_region" {
  defaults = { name = "eu-west-1" }
}

mock_data "aws_caller_identity" {
  defaults = { account_id = "000000000000" }
}

mock_data "aws_availability_zones" {
  defaults = { names = ["zone-a", "zone-b", "zone-c"] }
}

mock_data "aws_iam_policy_document" {
  defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
}

mock_data "aws_kms_alias" {
  defaults = { target_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/named" }
}

mock_data "aws_route53_zone" {
  defaults = { zone_id = "ZONE" }
}

mock_data "aws_route_tables" {
  defaults = { ids = ["rtb-1", "rtb-2"] }
}

mock_data "aws_ssm_parameters_by_path" {
  defaults = {
    names  = []
    values = []
  }
}

mock_data "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:replica" }
}

mock_resource "aws_kms_key" {
  override_during = plan
  defaults = {
    arn    = "arn:aws:kms:eu-west-1:000000000000:key/made"
    key_id = "made"
  }
}

mock_resource "aws_kms_replica_key" {
  override_during = plan
  defaults = {
    arn    = "arn:aws:kms:eu-west-1:000000000000:key/twin"
    key_id = "twin"
  }
}
