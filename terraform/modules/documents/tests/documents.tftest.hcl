mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "plotihub-dev"
  kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/region"
}

run "documents_are_where_they_are_looked_for" {
  command = plan

  assert {
    condition     = aws_s3_bucket.main.bucket == "plotihub-dev-000000000000-eu-west-1-documents"
    error_message = "stacks/3-link finds the bucket by this name."
  }
}

run "documents_are_aged" {
  command = plan

  assert {
    condition     = toset([for each in one(aws_s3_bucket_lifecycle_configuration.main.rule).transition : "${each.days} ${each.storage_class}"]) == toset(["90 STANDARD_IA", "365 GLACIER_IR"])
    error_message = "Documents move to cheaper shelves with age, from which a pre-signed address still reads them."
  }

  assert {
    condition     = one(one(aws_s3_bucket_lifecycle_configuration.main.rule).noncurrent_version_expiration).noncurrent_days == 90
    error_message = "What was overwritten must be kept for a while."
  }
}
