# The Region's key, for everything that rests here: logs, queues, database, buckets, backups.

resource "aws_kms_key" "main" {
  description             = local.name
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "main" {
  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.main.key_id
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:a key's own policy: the account's policies say who may, and * is this key
  #checkov:skip=CKV_AWS_111:a key's own policy: the account's policies say who may, and * is this key
  #checkov:skip=CKV_AWS_356:a key's own policy: the account's policies say who may, and * is this key

  statement {
    sid       = "AccountGoverns"
    actions   = ["kms:*"]
    resources = ["*"] # in a key's own policy this is the key
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  statement {
    sid       = "LogsEncrypt"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logs.${var.region}.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:*"]
    }
  }

  statement {
    sid       = "AlarmsPublish"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  # Of itself: Backup may not say for which account it publishes (modules/backup/told.tf).
  statement {
    sid       = "BackupPublishes"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

# The key of personal papers is one key with a twin in each Region (stacks/1-global), so that either opens them.
data "aws_kms_alias" "data" {
  name = "alias/${local.name}-data"
}

data "aws_route53_zone" "main" {
  count = var.zone_name == null ? 0 : 1
  name  = var.zone_name
}

locals {
  zone_id = one(data.aws_route53_zone.main[*].zone_id)
}
