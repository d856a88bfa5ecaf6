mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "plotihub-dev"
  url             = "https://eu-west-1.api.plotihub.example"
  kms_key_arn     = "arn:aws:kms:eu-west-1:000000000000:key/region"
  alarm_topic_arn = "arn:aws:sns:eu-west-1:000000000000:plotihub-dev-alarms"
}

run "it_asks_the_region_every_five_minutes" {
  command = plan

  assert {
    condition     = one(aws_synthetics_canary.main.schedule).expression == "rate(5 minutes)" && aws_synthetics_canary.main.start_canary
    error_message = "It must run, every five minutes."
  }

  assert {
    condition     = one(aws_synthetics_canary.main.run_config).environment_variables["HEALTH_URL"] == var.url && !one(aws_synthetics_canary.main.run_config).active_tracing
    error_message = "It must be told where to ask, and trace nothing."
  }

  assert {
    condition     = fileexists("ask_health.py") && aws_synthetics_canary.main.handler == "ask_health.handler"
    error_message = "It must run what lies here."
  }

  assert {
    condition     = aws_s3_object.code.source_hash == filesha256("canary.zip")
    error_message = "A change of the code must be a change of the canary."
  }
}

run "what_it_reports_is_encrypted_and_goes_with_it" {
  command = plan

  assert {
    condition     = one(one(aws_synthetics_canary.main.artifact_config).s3_encryption) == { encryption_mode = "SSE_KMS", kms_key_arn = var.kms_key_arn }
    error_message = "Reports must be encrypted under the Region's key."
  }

  assert {
    condition     = { for rule in aws_s3_bucket_lifecycle_configuration.artifacts.rule : one(rule.filter).prefix => one(rule.expiration).days if length(rule.expiration) > 0 } == { "reports/" = 30 }
    error_message = "Reports go after a month; the code stays."
  }

  assert {
    condition     = aws_s3_bucket.artifacts.force_destroy && aws_synthetics_canary.main.delete_lambda
    error_message = "Whoever takes the canary away must be left with nothing of it."
  }
}

run "somebody_is_told_when_it_is_ill_or_silent" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.main.metric_name == "SuccessPercent" && aws_cloudwatch_metric_alarm.main.threshold == 100 && aws_cloudwatch_metric_alarm.main.dimensions == tomap({ CanaryName = "plotihub-dev-health" })
    error_message = "Whatever is not wholly well must be told of."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.main.alarm_actions == toset([var.alarm_topic_arn]) && aws_cloudwatch_metric_alarm.main.insufficient_data_actions == toset([var.alarm_topic_arn])
    error_message = "Silence must be told of too."
  }
}

run "it_may_report_and_no_more" {
  command = plan

  assert {
    condition = toset(flatten([for said in data.aws_iam_policy_document.main.statement : said.actions])) == toset([
      "cloudwatch:PutMetricData", "kms:Decrypt", "kms:GenerateDataKey", "logs:CreateLogStream", "logs:PutLogEvents",
      "s3:GetBucketLocation", "s3:ListAllMyBuckets", "s3:PutObject",
    ])
    error_message = "It reads nothing of ours."
  }

  assert {
    condition     = one([for said in data.aws_iam_policy_document.main.statement : one(one(said.condition).values) if said.sid == "Measure"]) == "CloudWatchSynthetics"
    error_message = "It may tell no metrics but its own."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    url             = "http://api.plotihub.example/"
    runtime_version = "syn-nodejs-3.1"
  }

  expect_failures = [var.url, var.runtime_version]
}
