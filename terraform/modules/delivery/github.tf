# GitHub proves by OpenID Connect which repository, and which of its environments, a workflow runs for.
# https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_repository == null ? 0 : 1

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deploy" {
  count = var.github_repository == null ? 0 : 1

  name                 = "${var.name}-deploy"
  description          = "Taken on by the workflows of ${var.github_repository} in the environment ${var.github_environment}"
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_github[0].json
  permissions_boundary = aws_iam_policy.boundary[0].arn
}

data "aws_iam_policy_document" "assumed_by_github" {
  count = var.github_repository == null ? 0 : 1

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github[0].arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    # The environment has the manual approval: a run that nobody approved is not of it.
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.github_repository}:environment:${var.github_environment}"]
    }
  }
}

# Terraform makes roles and policies, so the deploy role can make much; it cannot leave the estate's own names.
resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = var.github_repository == null ? toset([]) : toset(["PowerUserAccess"])

  role       = aws_iam_role.deploy[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.key}"
}

resource "aws_iam_role_policy" "deploy_roles" {
  count = var.github_repository == null ? 0 : 1

  name   = "roles-of-the-estate"
  role   = aws_iam_role.deploy[0].id
  policy = data.aws_iam_policy_document.roles_of_the_estate[0].json
}

data "aws_iam_policy_document" "roles_of_the_estate" {
  count = var.github_repository == null ? 0 : 1

  statement {
    actions = [
      "iam:AttachRolePolicy",
      "iam:CreateRole",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies",
      "iam:PassRole",
      "iam:PutRolePolicy",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole",
    ]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/${var.name}-*"]
  }
}

resource "aws_iam_policy" "boundary" {
  count = var.github_repository == null ? 0 : 1

  name        = "${var.name}-deploy-boundary"
  description = "What the deploy role can never do: change itself, the audit trail, or who may sign in to the account"
  policy      = data.aws_iam_policy_document.boundary[0].json
}

data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_107:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_108:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_109:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_110:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_111:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_356:a boundary grants nothing: it only takes away from what the role's policies allow

  count = var.github_repository == null ? 0 : 1

  statement {
    sid    = "AllElse"
    effect = "Allow"
    not_actions = [
      "account:*",
      "iam:CreateAccessKey",
      "iam:CreateLoginProfile",
      "iam:CreateUser",
      "organizations:*",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "NotItself"
    effect    = "Deny"
    actions   = ["iam:*"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/${var.name}-deploy", "arn:${local.partition}:iam::${local.account_id}:policy/${var.name}-deploy-boundary"]
  }

  statement {
    sid       = "NotTheTrail"
    effect    = "Deny"
    actions   = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "s3:BypassGovernanceRetention"]
    resources = ["*"]
  }
}
