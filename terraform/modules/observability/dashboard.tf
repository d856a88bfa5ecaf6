# One page for the Region, and the questions that are asked of its logs in the night.

locals {
  functions_metric = { for metric in ["Invocations", "Errors", "Duration"] : metric => [
    for name, function in var.functions : ["AWS/Lambda", metric, "FunctionName", function.function_name]
  ] }

  panels = [
    { title = "Requests and errors", metrics = [
      ["AWS/ApiGateway", "Count", "ApiName", var.rest_api_name, "Stage", var.stage_name],
      ["AWS/ApiGateway", "4XXError", "ApiName", var.rest_api_name, "Stage", var.stage_name],
      ["AWS/ApiGateway", "5XXError", "ApiName", var.rest_api_name, "Stage", var.stage_name],
    ], stat = "Sum" },
    { title = "Latency, ms", metrics = [
      ["AWS/ApiGateway", "Latency", "ApiName", var.rest_api_name, "Stage", var.stage_name, { stat = "p50" }],
      ["AWS/ApiGateway", "Latency", "ApiName", var.rest_api_name, "Stage", var.stage_name, { stat = "p99" }],
    ], stat = "p50" },
    { title = "Functions: errors", metrics = local.functions_metric["Errors"], stat = "Sum" },
    { title = "Functions: duration, ms", metrics = local.functions_metric["Duration"], stat = "p99" },
    { title = "Queues: oldest, s", metrics = [
      for name in values(var.queue_names) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name]
    ], stat = "Maximum" },
    { title = "Dead letters", metrics = [
      for name in values(var.dead_letter_queue_names) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]
    ], stat = "Maximum" },
    { title = "Database: capacity, ACU", metrics = [
      ["AWS/RDS", "ServerlessDatabaseCapacity", "DBClusterIdentifier", var.cluster_identifier],
    ], stat = "Average" },
    { title = "Database: CPU, %, and replication, ms", metrics = [
      ["AWS/RDS", "CPUUtilization", "DBClusterIdentifier", var.cluster_identifier],
      ["AWS/RDS", "AuroraGlobalDBReplicationLag", "DBClusterIdentifier", var.cluster_identifier, { yAxis = "right" }],
    ], stat = "Average" },
    { title = "Money and messages", metrics = [
      for metric in values(var.money_metrics) : ["Plotihub", metric.metric, "Environment", var.name]
    ], stat = "Sum" },
  ]
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = "${var.name}-${local.region}"

  dashboard_body = jsonencode({
    widgets = [for place, panel in local.panels : {
      type   = "metric"
      x      = place % 2 * 12
      y      = floor(place / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = panel.title
        region  = local.region
        view    = "timeSeries"
        period  = 300
        stat    = panel.stat
        metrics = panel.metrics
      }
    }]
  })
}

locals {
  queries = {
    errors   = "fields @timestamp, level, message, request_id, @log | filter level in [\"ERROR\", \"CRITICAL\"] | sort @timestamp desc | limit 200"
    slow     = "fields @timestamp, method, route, status, ms | filter ms > 1000 | sort ms desc | limit 100"
    routes   = "filter ispresent(route) | stats count(*) as requests, pct(ms, 50) as p50, pct(ms, 99) as p99, sum(status >= 500) as errors by method, route | sort requests desc"
    refusals = "filter status >= 400 and status < 500 | stats count(*) as refused by route, status | sort refused desc"
    request  = "fields @timestamp, level, message, @log | filter request_id = \"PUT THE ID HERE\" | sort @timestamp"
  }
}

resource "aws_cloudwatch_query_definition" "main" {
  for_each = local.queries

  name            = "${var.name}/${each.key}"
  query_string    = each.value
  log_group_names = var.log_group_names
}
