# Who applies the stacks. Terraform makes roles, so this one can; those that it makes can do no more than the boundary.

resource "aws_iam_role" "deploy" {
  count = var.github_repository == null ? 0 : 1

  name                 = "${var.name}-deploy"
  description          = "Taken on by the workflows of ${var.github_repository} in the environment ${var.github_environment}"
  max_session_duration = 10800 # seconds; a database cluster, its instances and CloudFront alone may take most of an hour
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_github["deploy"].json
  permissions_boundary = aws_iam_policy.deploy_boundary[0].arn

  depends_on = [aws_iam_openid_connect_provider.github]
}

# All but IAM, organizations and the account itself.
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

locals {
  # AWS's own policies that roles of the estate have.
  attached = [
    "AWSBackupServiceRolePolicyForS3Backup",
    "AWSBackupServiceRolePolicyForS3Restore",
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
    "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    "service-role/AmazonRDSEnhancedMonitoringRole",
  ]
  # Services that take on roles of the estate. CloudTrail's is given by a person.
  served = [
    "apigateway.amazonaws.com",
    "backup.amazonaws.com",
    "chatbot.amazonaws.com",
    "cognito-idp.amazonaws.com",
    "lambda.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "rds.amazonaws.com",
    "restore-testing.backup.amazonaws.com", # which trusts what backup does
    "s3.amazonaws.com",
    "synthetics.amazonaws.com", # which gives it on to Lambda
    "vpc-flow-logs.amazonaws.com",
  ]
}

# Which of these actions knows which condition:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
data "aws_iam_policy_document" "roles_of_the_estate" {
  count = var.github_repository == null ? 0 : 1

  statement {
    sid = "LookAndName"
    actions = [
      "iam:DeleteRole",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies",
      "iam:ListRoleTags",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole",
      "iam:UpdateRoleDescription",
    ]
    resources = ["${local.roles_arn}/${var.name}-*"]
  }

  statement {
    sid = "MakeWithinTheBoundary"
    actions = [
      "iam:CreateRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:PutRolePermissionsBoundary",
      "iam:PutRolePolicy",
    ]
    resources = ["${local.roles_arn}/${var.name}-*"]
    condition {
      test     = "StringLike"
      variable = "iam:PermissionsBoundary"
      values   = ["${local.policies_arn}/${var.name}-boundary-*"]
    }
  }

  statement {
    sid       = "AttachWhatIsKnown"
    actions   = ["iam:AttachRolePolicy"]
    resources = ["${local.roles_arn}/${var.name}-*"]
    condition {
      test     = "StringLike"
      variable = "iam:PermissionsBoundary"
      values   = ["${local.policies_arn}/${var.name}-boundary-*"]
    }
    condition {
      test     = "ArnEquals"
      variable = "iam:PolicyARN"
      values   = [for name in local.attached : "arn:${local.partition}:iam::aws:policy/${name}"]
    }
  }

  statement {
    sid       = "GiveToServices"
    actions   = ["iam:PassRole"]
    resources = ["${local.roles_arn}/${var.name}-*"]
    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = local.served
    }
  }
}

resource "aws_iam_policy" "deploy_boundary" {
  count = var.github_repository == null ? 0 : 1

  name        = "${var.name}-deploy-boundary"
  description = "What the deploy role can never do: change itself, a boundary, the audit trail, or who may sign in"
  policy      = data.aws_iam_policy_document.deploy_boundary[0].json
}

data "aws_iam_policy_document" "deploy_boundary" {
  #checkov:skip=CKV_AWS_107:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_108:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_109:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_110:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_111:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_356:a boundary grants nothing: it only takes away from what the role's policies allow

  count = var.github_repository == null ? 0 : 1

  source_policy_documents = [data.aws_iam_policy_document.never.json]

  statement {
    sid         = "AllElse"
    not_actions = ["iam:*"]
    resources   = ["*"]
  }

  statement {
    sid       = "RolesOnly"
    actions   = ["iam:*Role*"]
    resources = ["*"]
  }

  statement {
    sid     = "NotItselfNorWhatBindsIt"
    effect  = "Deny"
    actions = ["iam:*"]
    resources = concat(
      [for who in keys(local.environments) : "${local.roles_arn}/${var.name}-${who}"],
      ["${local.policies_arn}/${var.name}-deploy-boundary", "${local.policies_arn}/${var.name}-boundary-*"],
    )
  }

  statement {
    sid       = "NoRoleUnbound"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary"]
    resources = ["*"]
  }

  statement {
    sid         = "TrailsRole"
    effect      = "Deny"
    not_actions = ["iam:Get*", "iam:List*"]
    resources   = ["${local.roles_arn}/${var.name}-audit-*"]
  }
}
