# What must be seen: an alarm for everything that can fail without anybody noticing, and where to look then.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name
  account_id = data.aws_caller_identity.current.account_id
  actions    = [aws_sns_topic.alarms.arn]
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms.json
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "AlarmsPublish"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"]
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
    resources = [aws_sns_topic.alarms.arn]
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

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alarm_emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

# PagerDuty's integration address is one of these. It is a secret: it is read from Parameter Store.
data "aws_ssm_parameter" "webhook" {
  for_each = toset(var.webhook_parameters)
  name     = each.value
}

resource "aws_sns_topic_subscription" "webhook" {
  for_each = data.aws_ssm_parameter.webhook

  topic_arn              = aws_sns_topic.alarms.arn
  protocol               = "https"
  endpoint               = each.value.value
  endpoint_auto_confirms = true
}

# Slack reads no SNS by itself: AWS Chatbot stands between.
resource "aws_chatbot_slack_channel_configuration" "main" {
  count = var.slack == null ? 0 : 1

  configuration_name    = "${var.name}-${local.region}"
  iam_role_arn          = aws_iam_role.chatbot[0].arn
  slack_team_id         = var.slack.team_id
  slack_channel_id      = var.slack.channel_id
  sns_topic_arns        = [aws_sns_topic.alarms.arn]
  guardrail_policy_arns = ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"]
}

resource "aws_iam_role" "chatbot" {
  count = var.slack == null ? 0 : 1

  name                 = "${var.name}-${local.region}-chatbot"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_chatbot.json
  permissions_boundary = "arn:aws:iam::${local.account_id}:policy/${var.name}-boundary-${local.region}"
}

data "aws_iam_policy_document" "assumed_by_chatbot" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["chatbot.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}
