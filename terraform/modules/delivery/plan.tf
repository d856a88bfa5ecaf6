# Who tells what a change would do. It runs the code of whatever branch asks, so it can read no more than a plan without
# refresh needs: states, and what the stacks look up. A refresh would read the vendors' secrets in clear, since Terraform
# reads each parameter decrypted.

resource "aws_iam_role" "plan" {
  count = var.github_repository == null ? 0 : 1

  name                 = "${var.name}-plan"
  description          = "Taken on by the workflows of ${var.github_repository} in the environment ${var.github_environment}-plan; changes nothing"
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_github["plan"].json
  permissions_boundary = aws_iam_policy.boundary.arn

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "plan" {
  count = var.github_repository == null ? 0 : 1

  name   = "look"
  role   = aws_iam_role.plan[0].id
  policy = data.aws_iam_policy_document.plan[0].json
}

locals {
  state_bucket_arns = "arn:${local.partition}:s3:::${var.name}-${local.account_id}-*-state" # of each Region
}

data "aws_iam_policy_document" "plan" {
  #checkov:skip=CKV_AWS_356:only what looks up, for which AWS knows no resources, and a password that nobody has

  count = var.github_repository == null ? 0 : 1

  statement {
    sid       = "FindStates"
    actions   = ["s3:ListBucket"]
    resources = [local.state_bucket_arns]
  }

  statement {
    sid       = "ReadStates"
    actions   = ["s3:GetObject"]
    resources = ["${local.state_bucket_arns}/*.tfstate", "${local.state_bucket_arns}/*.tflock"]
  }

  statement {
    sid       = "LockStates"
    actions   = ["s3:DeleteObject", "s3:PutObject"]
    resources = ["${local.state_bucket_arns}/*.tflock"]
  }

  statement {
    sid       = "OpenStates"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["arn:${local.partition}:kms:*:${local.account_id}:key/*"]
    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "kms:ResourceAliases"
      values   = ["alias/${var.name}-state"]
    }
  }

  # What the stacks' data sources ask. AWS knows no resources for these.
  statement {
    sid = "LookUp"
    actions = [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeRouteTables",
      "ec2:DescribeVpcAttribute",
      "ec2:DescribeVpcs",
      "kms:ListAliases",
      "route53:ListHostedZones",
      "secretsmanager:GetRandomPassword",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "LookUpZones"
    actions   = ["route53:GetHostedZone", "route53:ListTagsForResource"]
    resources = ["arn:${local.partition}:route53:::hostedzone/*"]
  }

  statement {
    sid       = "LookUpKeys"
    actions   = ["kms:DescribeKey"]
    resources = ["arn:${local.partition}:kms:*:${local.account_id}:key/*"]
  }

  # Host names, issuers, ARNs. What is secret among them stays sealed: the Region's key does not open to this role.
  statement {
    sid       = "LookUpParameters"
    actions   = ["ssm:GetParameter", "ssm:GetParametersByPath"]
    resources = ["arn:${local.partition}:ssm:*:${local.account_id}:parameter/${var.name}/*"]
  }

  # That a secret is there, and its ARN; never what it holds.
  statement {
    sid       = "LookUpSecrets"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"]
    resources = ["arn:${local.partition}:secretsmanager:*:${local.account_id}:secret:${var.name}/*"]
  }
}
