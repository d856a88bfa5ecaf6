# For every queue: what could not be worked, and what waits too long.

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = var.dead_letter_queue_names

  alarm_name          = "${var.name}-${each.key}-dead-letters"
  alarm_description   = "Messages of the queue ${each.key} could not be worked. docs/runbooks/messages.md"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "queue_age" {
  for_each = var.queue_names

  alarm_name          = "${var.name}-${each.key}-age"
  alarm_description   = "Messages of the queue ${each.key} wait for over ${var.queue_age_s} s."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 2
  threshold           = var.queue_age_s
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# The database.

locals {
  database_alarms = {
    cpu = {
      metric = "CPUUtilization", statistic = "Average", threshold = 80, above = true
      says   = "The database works at over 80 % for a quarter of an hour."
    }
    capacity = {
      metric = "ACUUtilization", statistic = "Average", threshold = 90, above = true
      says   = "The database has nearly grown to its largest: raise max_acu."
    }
    memory = {
      metric = "FreeableMemory", statistic = "Minimum", threshold = 128 * 1024 * 1024, above = false
      says   = "The database has under 128 MB of memory left."
    }
    connections = {
      metric = "DatabaseConnections", statistic = "Maximum", threshold = var.most_connections, above = true
      says   = "The database has nearly as many connections as it takes."
    }
    deadlocks = {
      metric = "Deadlocks", statistic = "Average", threshold = 1, above = true
      says   = "Transactions roll back for each other's locks, about once a second."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each = local.database_alarms

  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = each.value.says
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBClusterIdentifier = var.cluster_identifier }
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = 3
  threshold           = each.value.threshold
  comparison_operator = each.value.above ? "GreaterThanThreshold" : "LessThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "replication_lag" {
  count = var.is_global ? 1 : 0

  alarm_name          = "${var.name}-database-replication-lag"
  alarm_description   = "The other Region's copy is over 5 s behind: a failover would lose that much."
  namespace           = "AWS/RDS"
  metric_name         = "AuroraGlobalDBReplicationLag"
  dimensions          = { DBClusterIdentifier = var.cluster_identifier }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  threshold           = 5000
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching" # only the Region without the writer tells it
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# The API.

resource "aws_cloudwatch_metric_alarm" "api_errors" {
  alarm_name          = "${var.name}-api-5xx"
  alarm_description   = "Over 1 % of requests end in an error of ours."
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = 1
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions

  metric_query {
    id          = "percent"
    expression  = "IF(requests > 20, 100 * errors / requests, 0)"
    label       = "5xx, percent"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "5XXError"
      dimensions  = { ApiName = var.rest_api_name, Stage = var.stage_name }
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "Count"
      dimensions  = { ApiName = var.rest_api_name, Stage = var.stage_name }
      stat        = "Sum"
      period      = 300
    }
  }
}

# The same for a release, which is watched for a few minutes, while a tenth of the callers meet the new code: what fails for
# one in ten of these is one in a hundred of all, however few they are. It takes a release back and calls nobody: outside
# of one it rings for two answers in two minutes, and those are the other alarm's.
resource "aws_cloudwatch_metric_alarm" "release_errors" {
  alarm_name          = "${var.name}-release-5xx"
  alarm_description   = "Over 1 % of requests ended in an error of ours in each of the last two minutes. Looked at by releases."
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  threshold           = 1
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "percent"
    expression  = "100 * errors / requests"
    label       = "5xx, percent"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "5XXError"
      dimensions  = { ApiName = var.rest_api_name, Stage = var.stage_name }
      stat        = "Sum"
      period      = 60
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "Count"
      dimensions  = { ApiName = var.rest_api_name, Stage = var.stage_name }
      stat        = "Sum"
      period      = 60
    }
  }
}

# The application's own metrics, which it writes into its log in CloudWatch's embedded format.

resource "aws_cloudwatch_metric_alarm" "money" {
  for_each = var.money_metrics

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = "Plotihub"
  metric_name         = each.value.metric
  dimensions          = { Environment = var.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = each.value.threshold
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}
