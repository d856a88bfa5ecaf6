mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "plotihub-dev"
}

run "nobody_changes_what_was_recorded" {
  command = plan

  assert {
    condition     = aws_cloudtrail.main.is_multi_region_trail && aws_cloudtrail.main.include_global_service_events && aws_cloudtrail.main.enable_log_file_validation
    error_message = "The trail must be of every Region, and show what was taken out of it."
  }

  assert {
    condition     = aws_s3_bucket.main.object_lock_enabled && one(one(aws_s3_bucket_object_lock_configuration.main.rule).default_retention).days == 365
    error_message = "The record must be locked for a year."
  }

  assert {
    condition     = one(one(aws_s3_bucket_lifecycle_configuration.main.rule).expiration).days > var.retention_days
    error_message = "What expires while it is locked is kept anyway, and paid for."
  }

  assert {
    condition     = aws_cloudwatch_log_group.main.retention_in_days == 365 && aws_cloudwatch_log_group.main.kms_key_id == aws_kms_key.main.arn && aws_cloudtrail.main.kms_key_id == aws_kms_key.main.arn
    error_message = "The trail and its newest year must be encrypted under the trail's own key."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    retention_days = 0
    lock_mode      = "NONE"
  }

  expect_failures = [var.retention_days, var.lock_mode]
}
