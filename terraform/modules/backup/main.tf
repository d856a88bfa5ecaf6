# Backups that the account's own hands cannot take away, in this Region and in another.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  region     = data.aws_region.current.name
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  rules = {
    hourly = { schedule = "cron(15 * * * ? *)", keep_days = 2, copied = false }
    daily  = { schedule = "cron(30 23 * * ? *)", keep_days = var.daily_keep_days, copied = true } # 02:30 in Nairobi
  }
}

resource "aws_backup_vault" "main" {
  name        = "${var.name}-${local.region}"
  kms_key_arn = var.kms_key_arn

  lifecycle {
    prevent_destroy = true
  }
}

# With changeable_for_days the lock is for ever once those are over; without, a named right can take it off.
resource "aws_backup_vault_lock_configuration" "main" {
  backup_vault_name   = aws_backup_vault.main.name
  min_retention_days  = 1
  max_retention_days  = 3650
  changeable_for_days = var.lock_for_ever_after_days
}

resource "aws_backup_plan" "main" {
  name = "${var.name}-${local.region}"

  dynamic "rule" {
    for_each = local.rules

    content {
      rule_name         = rule.key
      target_vault_name = aws_backup_vault.main.name
      schedule          = rule.value.schedule
      start_window      = 60
      completion_window = 180

      lifecycle {
        delete_after = rule.value.keep_days
      }

      dynamic "copy_action" {
        for_each = rule.value.copied && var.copy_to_vault_arn != null ? [var.copy_to_vault_arn] : []

        content {
          destination_vault_arn = copy_action.value

          lifecycle {
            delete_after = rule.value.keep_days
          }
        }
      }
    }
  }
}

resource "aws_backup_selection" "main" {
  name         = "${var.name}-${local.region}"
  plan_id      = aws_backup_plan.main.id
  iam_role_arn = aws_iam_role.main.arn
  resources    = var.resource_arns
}

# A backup that nobody has restored is a hope: each month the newest is restored into a cluster that then goes.
resource "aws_backup_restore_testing_plan" "main" {
  count = var.restore_test ? 1 : 0

  name                         = replace("${var.name}_${local.region}", "-", "_")
  schedule_expression          = "cron(0 1 ? * SUN#1 *)"
  schedule_expression_timezone = "Africa/Nairobi"

  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.main.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = 7
  }
}

resource "aws_backup_restore_testing_selection" "database" {
  count = var.restore_test ? 1 : 0

  name                      = "database"
  restore_testing_plan_name = aws_backup_restore_testing_plan.main[0].name
  protected_resource_type   = "Aurora"
  protected_resource_arns   = ["*"] # of what lies in the vault
  iam_role_arn              = aws_iam_role.main.arn
  validation_window_hours   = 4

  restore_metadata_overrides = {
    dbSubnetGroupName = var.database_subnet_group
  }
}

resource "aws_iam_role" "main" {
  name                 = "${var.name}-${local.region}-backup"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_backup.json
  permissions_boundary = "arn:${local.partition}:iam::${local.account_id}:policy/${var.name}-boundary-${local.region}"
}

data "aws_iam_policy_document" "assumed_by_backup" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_iam_role_policy_attachment" "main" {
  # Those of S3 are apart, and under another path: https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
  for_each = toset([
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
    "AWSBackupServiceRolePolicyForS3Backup",
    "AWSBackupServiceRolePolicyForS3Restore",
  ])

  role       = aws_iam_role.main.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.key}"
}
