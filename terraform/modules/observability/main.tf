# What must be seen: an alarm for everything that can fail without anybody noticing, and where to look then.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name
  account_id = data.aws_caller_identity.current.account_id
  actions    = [aws_sns_topic.alarms.arn]

  # Chatbot is governed from these alone, and told by topics of any Region:
  # https://docs.aws.amazon.com/general/latest/gr/chatbot.html
  chatbot_regions = ["ap-southeast-1", "eu-west-1", "us-east-2", "us-west-2"]
  slack           = var.slack != null && contains(local.chatbot_regions, local.region) ? 1 : 0
  # A Region that has no Chatbot is told of from the other.
  peer_topics = [for arn in compact([var.peer_alarm_topic_arn]) : arn if !contains(local.chatbot_regions, split(":", arn)[3])]
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
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
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

# PagerDuty's integration address is one of these. Whoever has it may raise and resolve alarms: it is a secret, and is read
# from Parameter Store. SNS sends nothing before the subscription is confirmed; Terraform waits a minute for that.
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
  count = local.slack

  configuration_name    = "${var.name}-${local.region}"
  iam_role_arn          = aws_iam_role.chatbot[0].arn
  slack_team_id         = var.slack.team_id
  slack_channel_id      = var.slack.channel_id
  sns_topic_arns        = concat([aws_sns_topic.alarms.arn], local.peer_topics)
  guardrail_policy_arns = ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"]
}

resource "aws_iam_role" "chatbot" {
  count = local.slack

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
