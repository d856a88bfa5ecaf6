# What the checkers find is told in us-east-1 and nowhere else, where Route 53 itself is governed from; so the alarm, its
# topic and that topic's key are there. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  root_arn   = "arn:${data.aws_partition.current.partition}:iam::${local.account_id}:root"
}

resource "aws_cloudwatch_metric_alarm" "health" {
  count    = local.checked
  provider = aws.us_east_1

  alarm_name          = "${var.name}-${local.region}-health"
  alarm_description   = "${local.regional_domain} is ill, and callers leave it. docs/runbooks/region-lost.md"
  namespace           = "AWS/Route53"
  metric_name         = "HealthCheckStatus"
  dimensions          = { HealthCheckId = aws_route53_health_check.main[0].id }
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 2
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching" # a check that tells nothing is no comfort
  alarm_actions       = [aws_sns_topic.health[0].arn]
  ok_actions          = [aws_sns_topic.health[0].arn]
}

resource "aws_sns_topic" "health" {
  count    = local.checked
  provider = aws.us_east_1

  name              = "${var.name}-${local.region}-health"
  kms_master_key_id = aws_kms_key.health[0].arn
}

resource "aws_sns_topic_subscription" "health" {
  for_each = local.checked == 0 ? toset([]) : toset(var.alarm_emails)
  provider = aws.us_east_1

  topic_arn = aws_sns_topic.health[0].arn
  protocol  = "email"
  endpoint  = each.value
}

# As module observability tells the Region's own alarms: by addresses that are secret, from the Region's Parameter Store.
data "aws_ssm_parameter" "webhook" {
  for_each = local.checked == 0 ? toset([]) : toset(var.webhook_parameters)
  name     = each.value
}

resource "aws_sns_topic_subscription" "webhook" {
  for_each = data.aws_ssm_parameter.webhook
  provider = aws.us_east_1

  topic_arn              = aws_sns_topic.health[0].arn
  protocol               = "https"
  endpoint               = each.value.value
  endpoint_auto_confirms = true
}

resource "aws_sns_topic_policy" "health" {
  count    = local.checked
  provider = aws.us_east_1

  arn    = aws_sns_topic.health[0].arn
  policy = data.aws_iam_policy_document.topic[0].json
}

data "aws_iam_policy_document" "topic" {
  count = local.checked

  statement {
    sid       = "AlarmPublishes"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.health[0].arn]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.health[0].arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_kms_key" "health" {
  count    = local.checked
  provider = aws.us_east_1

  description             = "${var.name} ${local.region} health alarm"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key[0].json
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:a key's own policy: the account's policies say who may, and * is this key
  #checkov:skip=CKV_AWS_111:a key's own policy: the account's policies say who may, and * is this key
  #checkov:skip=CKV_AWS_356:a key's own policy: the account's policies say who may, and * is this key

  count = local.checked

  statement {
    sid       = "AccountGoverns"
    actions   = ["kms:*"]
    resources = ["*"] # in a key's own policy this is the key
    principals {
      type        = "AWS"
      identifiers = [local.root_arn]
    }
  }

  statement {
    sid       = "AlarmPublishes"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}
