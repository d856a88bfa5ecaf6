# For every function: it fails, it comes near its time-out, or it is refused for want of room.

locals {
  # An authorizer can answer 401 only by failing with "Unauthorized", and each expired token is such an answer:
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
  authorizers = { for name, function in var.functions : name => function if function.role == "authorizer" }
}

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each = { for name, function in var.functions : name => function if !contains(keys(local.authorizers), name) }

  alarm_name          = "${var.name}-${each.key}-errors"
  alarm_description   = "${each.key} fails. Look at its log: saved query \"${var.name}/errors\"."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# What is left of its errors once those are taken off that it meant. What came from the log comes later, and a minute's end
# may fall between the two: so a tenth may be lacking, and one minute of them is not told.
resource "aws_cloudwatch_metric_alarm" "authorizer_errors" {
  for_each = local.authorizers

  alarm_name          = "${var.name}-${each.key}-errors"
  alarm_description   = "${each.key} fails otherwise than by refusing a token. Look at its log: saved query \"${var.name}/errors\"."
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions

  metric_query {
    id          = "failed"
    expression  = "IF(errors - FILL(refused, 0) > errors / 10, errors - FILL(refused, 0), 0)"
    label       = "Errors other than refusals"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Errors"
      dimensions  = { FunctionName = each.value.function_name }
      stat        = "Sum"
      period      = 60
    }
  }

  metric_query {
    id = "refused"

    metric {
      namespace   = "Plotihub"
      metric_name = "TokensRefused" # chalicelib/metrics.py
      dimensions  = { Environment = var.name }
      stat        = "Sum"
      period      = 60
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "function_throttles" {
  for_each = var.functions

  alarm_name          = "${var.name}-${each.key}-throttles"
  alarm_description   = "${each.key} is refused: the account's or its own concurrency is used up."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
}

resource "aws_cloudwatch_metric_alarm" "function_duration" {
  for_each = var.functions

  alarm_name          = "${var.name}-${each.key}-duration"
  alarm_description   = "${each.key} takes over 80 % of its ${each.value.timeout_s} s."
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = each.value.timeout_s * 800
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
}
