# What no role of the estate can do, whatever its own policies come to say. Every role carries it, and finds it by this
# name; the deploy role can make none without it, so it can make nobody who may do more than it may itself.
# IAM is the account's, so the name carries the Region, as the names of roles do.

resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary-${local.region}"
  description = "What no role of ${var.name} can do: change rights, the audit trail, or who may sign in to the account"
  policy      = data.aws_iam_policy_document.boundary.json
}

data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_107:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_108:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_109:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_110:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_111:a boundary grants nothing: it only takes away from what the role's policies allow
  #checkov:skip=CKV_AWS_356:a boundary grants nothing: it only takes away from what the role's policies allow

  source_policy_documents = [data.aws_iam_policy_document.never.json]

  statement {
    sid         = "AllElse"
    not_actions = ["iam:*"]
    resources   = ["*"]
  }

  statement {
    sid       = "NoRights"
    effect    = "Deny"
    actions   = ["iam:*"]
    resources = ["*"]
  }
}

# What neither they nor the deploy role can do. The trail is made and changed by a person.
data "aws_iam_policy_document" "never" {
  # sts:AssumeRole, since some role of the account may trust all of it.
  statement {
    sid       = "WhoMaySignIn"
    effect    = "Deny"
    actions   = ["account:*", "identitystore:*", "organizations:*", "rolesanywhere:*", "sso:*", "sso-directory:*", "sts:AssumeRole"]
    resources = ["*"]
  }

  statement {
    sid    = "Trail"
    effect = "Deny"
    actions = [
      "cloudtrail:AddTags",
      "cloudtrail:Create*",
      "cloudtrail:Delete*",
      "cloudtrail:Deregister*",
      "cloudtrail:Put*",
      "cloudtrail:RemoveTags",
      "cloudtrail:Stop*",
      "cloudtrail:Update*",
      "s3:BypassGovernanceRetention",
    ]
    resources = ["*"]
  }

  statement {
    sid         = "TrailsBucket"
    effect      = "Deny"
    not_actions = ["s3:Get*", "s3:List*"]
    resources   = [local.audit_bucket_arn, "${local.audit_bucket_arn}/*"]
  }

  # A key's policies know it by its id, which nobody knows before it is made; by its alias it is known beforehand.
  statement {
    sid         = "TrailsKey"
    effect      = "Deny"
    not_actions = ["kms:Describe*", "kms:Get*", "kms:List*"]
    resources   = ["arn:${local.partition}:kms:*:${local.account_id}:key/*"]
    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "kms:ResourceAliases"
      values   = ["alias/${var.name}-audit"]
    }
  }

  statement {
    sid       = "TrailsAlias"
    effect    = "Deny"
    actions   = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
    resources = ["arn:${local.partition}:kms:*:${local.account_id}:alias/${var.name}-audit"]
  }

  # CloudTrail itself writes it, by a role of the estate.
  statement {
    sid       = "TrailsLog"
    effect    = "Deny"
    actions   = ["logs:AssociateKmsKey", "logs:Delete*", "logs:DisassociateKmsKey", "logs:PutRetentionPolicy"]
    resources = ["arn:${local.partition}:logs:*:${local.account_id}:log-group:/aws/cloudtrail/${var.name}*"]
  }
}

locals {
  audit_bucket_arn = "arn:${local.partition}:s3:::${var.name}-${local.account_id}-audit"
  policies_arn     = "arn:${local.partition}:iam::${local.account_id}:policy"
  roles_arn        = "arn:${local.partition}:iam::${local.account_id}:role"
}
