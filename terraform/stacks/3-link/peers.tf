# Each Region wrote down what it is; here it is carried over to the other, which reads it at its next apply.

locals {
  known = toset(["issuer", "audience", "writer_host", "cluster_host", "connect_arns", "migrator_connect_arn", "alarm_topic_arn"])
}

data "aws_ssm_parameter" "primary" {
  for_each = local.known
  name     = "${local.prefix}/own/${each.key}"
}

data "aws_ssm_parameter" "other" {
  provider = aws.other
  for_each = local.known
  name     = "${local.prefix}/own/${each.key}"
}

resource "aws_ssm_parameter" "in_other" {
  #checkov:skip=CKV2_AWS_34:host names and ARNs; no secret is among them

  provider = aws.other
  for_each = local.known

  name        = "${local.prefix}/peer/${each.key}"
  description = "Of ${var.primary_region}"
  type        = "String"
  value       = nonsensitive(data.aws_ssm_parameter.primary[each.key].value)
}

resource "aws_ssm_parameter" "in_primary" {
  #checkov:skip=CKV2_AWS_34:host names and ARNs; no secret is among them

  for_each = local.known

  name        = "${local.prefix}/peer/${each.key}"
  description = "Of ${var.other_region}"
  type        = "String"
  value       = nonsensitive(data.aws_ssm_parameter.other[each.key].value)
}
