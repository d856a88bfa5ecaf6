mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name              = "plotihub-dev"
  kms_key_arn       = "arn:aws:kms:eu-west-1:000000000000:key/region"
  resource_arns     = ["arn:aws:rds:eu-west-1:000000000000:cluster:plotihub-dev-eu-west-1"]
  emails            = ["owner@example.com"]
  copy_to_vault_arn = "arn:aws:backup:eu-central-1:000000000000:backup-vault:plotihub-dev-eu-central-1"
}

run "backups_are_hourly_and_daily_and_the_daily_ones_go_elsewhere_too" {
  command = plan

  assert {
    condition     = { for rule in aws_backup_plan.main.rule : rule.rule_name => length(rule.copy_action) } == { daily = 1, hourly = 0 }
    error_message = "Each daily backup must be copied to the other Region."
  }

  assert {
    condition     = { for rule in aws_backup_plan.main.rule : rule.rule_name => one(rule.lifecycle).delete_after } == { daily = 35, hourly = 2 }
    error_message = "Stale backups must go by themselves."
  }

  assert {
    condition     = aws_backup_vault.main.kms_key_arn == var.kms_key_arn && aws_backup_vault_lock_configuration.main.min_retention_days == 1
    error_message = "The vault must be encrypted and locked."
  }

  assert {
    condition     = length(aws_backup_restore_testing_plan.main) == 0
    error_message = "Restores are tested only where that is asked for."
  }
}

run "what_lies_in_buckets_is_backed_up_and_restored_too" {
  command = plan

  assert {
    condition = toset([for each in aws_iam_role_policy_attachment.main : trimprefix(each.policy_arn, "arn:aws:iam::aws:policy/")]) == toset([
      "service-role/AWSBackupServiceRolePolicyForBackup", "service-role/AWSBackupServiceRolePolicyForRestores",
      "AWSBackupServiceRolePolicyForS3Backup", "AWSBackupServiceRolePolicyForS3Restore",
    ])
    error_message = "AWS keeps the rights for S3 apart from the others."
  }
}

run "what_fails_is_told" {
  command = plan

  assert {
    condition     = length(setsubtract(["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"], aws_backup_vault_notifications.main.backup_vault_events)) == 0
    error_message = "AWS tells of backups and restores that failed by these events and no others: BACKUP_JOB_FAILED is sent no more."
  }

  assert {
    condition     = { for email, each in aws_sns_topic_subscription.failed : email => jsondecode(each.filter_policy).State } == { "owner@example.com" = [{ exists = false }, { anything-but = ["COMPLETED"] }] }
    error_message = "Nobody reads what comes each hour to say that all went well."
  }
}

run "restores_are_tested_monthly_where_asked" {
  command = plan

  variables {
    restore_test          = true
    database_subnet_group = "plotihub-dev-eu-west-1"
  }

  assert {
    condition     = aws_backup_restore_testing_selection.database[0].restore_metadata_overrides["dbSubnetGroupName"] == "plotihub-dev-eu-west-1"
    error_message = "A restored cluster must stand in the private subnets."
  }
}

run "without_another_region_nothing_is_copied" {
  command = plan

  variables {
    copy_to_vault_arn = null
  }

  assert {
    condition     = sum([for rule in aws_backup_plan.main.rule : length(rule.copy_action)]) == 0
    error_message = "There is nowhere to copy to."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    daily_keep_days          = 6
    lock_for_ever_after_days = 2
  }

  expect_failures = [var.daily_keep_days, var.lock_for_ever_after_days]
}
