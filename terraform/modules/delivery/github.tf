# GitHub proves by OpenID Connect which repository, and which of its environments, a workflow runs for.
# https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments

locals {
  github = "token.actions.githubusercontent.com"
  # Who runs in each of the repository's environments. The one that deploys has the manual approval and takes no branch
  # but main: a run that nobody approved is not of it. Any branch may plan.
  environments = var.github_repository == null ? {} : {
    deploy = var.github_environment
    plan   = "${var.github_environment}-plan"
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_repository == null || var.github_provider_exists ? 0 : 1

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "assumed_by_github" {
  #checkov:skip=CKV_AWS_358:the repository is a variable, which must be "owner/name"; which claims are let in is tried by tests/terraform/test_deploy_role.py

  for_each = local.environments

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:oidc-provider/${local.github}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.github}:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.github}:sub"
      values   = ["repo:${var.github_repository}:environment:${each.value}"]
    }
  }
}
