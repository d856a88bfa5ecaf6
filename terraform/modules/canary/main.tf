# Asks the Region from outside whether it is well, as callers reach it: name, certificate, firewall, gateway, function and
# database. Route 53's checkers ask too, but only where there is a domain, and they say no more than yes or no.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name
  canary     = "${var.name}-health"
  code       = "${path.module}/canary.zip" # of `make package`
  keep_days  = 30
}

resource "aws_synthetics_canary" "main" {
  name                     = local.canary
  runtime_version          = var.runtime_version
  handler                  = "ask_health.handler"
  s3_bucket                = aws_s3_object.code.bucket
  s3_key                   = aws_s3_object.code.key
  s3_version               = aws_s3_object.code.version_id # a change of the code is one of the canary
  artifact_s3_location     = "s3://${aws_s3_bucket.artifacts.id}/reports"
  execution_role_arn       = aws_iam_role.main.arn
  start_canary             = true
  delete_lambda            = true # with the canary; it was AWS that made it
  success_retention_period = local.keep_days
  failure_retention_period = local.keep_days

  schedule {
    expression = "rate(5 minutes)"
  }

  run_config {
    timeout_in_seconds    = 60
    memory_in_mb          = 960 # the least that there is
    active_tracing        = false
    environment_variables = { HEALTH_URL = var.url }
  }

  artifact_config {
    s3_encryption {
      encryption_mode = "SSE_KMS"
      kms_key_arn     = var.kms_key_arn
    }
  }

  depends_on = [aws_iam_role_policy.main, module.private_bucket]
}

# Lambda would make it at the first run, without a key and for ever; the role may not, and so Terraform does, once it
# knows what AWS called the function.
resource "aws_cloudwatch_log_group" "main" {
  name              = "/aws/lambda/${split(":", aws_synthetics_canary.main.engine_arn)[6]}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_metric_alarm" "main" {
  alarm_name          = "${var.name}-canary"
  alarm_description   = "Twice in a row the Region did not say from outside that it is well. Its log, /aws/lambda/cwsyn-${local.canary}-…, says what it said. docs/runbooks/region-lost.md"
  namespace           = "CloudWatchSynthetics"
  metric_name         = "SuccessPercent"
  dimensions          = { CanaryName = aws_synthetics_canary.main.name }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 2
  threshold           = 100
  comparison_operator = "LessThanThreshold"
  # A canary that is silent is told of too, but is no ringing alarm, which would take a release back: a new one is silent.
  treat_missing_data        = "missing"
  insufficient_data_actions = [var.alarm_topic_arn]
  alarm_actions             = [var.alarm_topic_arn]
  ok_actions                = [var.alarm_topic_arn]
}
