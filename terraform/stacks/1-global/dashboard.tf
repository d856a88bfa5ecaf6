# One page over both Regions: is the API well, who writes, how far is the other behind.

locals {
  panels = {
    "Requests"                = { metric = ["AWS/ApiGateway", "Count", "ApiName", local.name, "Stage", "api"], stat = "Sum" }
    "Errors of ours"          = { metric = ["AWS/ApiGateway", "5XXError", "ApiName", local.name, "Stage", "api"], stat = "Sum" }
    "Latency, ms (p99)"       = { metric = ["AWS/ApiGateway", "Latency", "ApiName", local.name, "Stage", "api"], stat = "p99" }
    "Replication behind, ms"  = { metric = ["AWS/RDS", "AuroraGlobalDBReplicationLag", "DBClusterIdentifier"], stat = "Maximum" }
    "Database capacity, ACU"  = { metric = ["AWS/RDS", "ServerlessDatabaseCapacity", "DBClusterIdentifier"], stat = "Average" }
    "Books that do not match" = { metric = ["Plotihub", "BooksDoNotBalance", "Environment", local.name], stat = "Sum" }
  }
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = local.name

  dashboard_body = jsonencode({
    widgets = [for place, title in sort(keys(local.panels)) : {
      type   = "metric"
      x      = place % 2 * 12
      y      = floor(place / 2) * 6
      width  = 12
      height = 6
      properties = {
        title  = title
        region = var.primary_region
        view   = "timeSeries"
        period = 300
        stat   = local.panels[title].stat
        metrics = [for region in local.regions : concat(
          local.panels[title].metric,
          length(local.panels[title].metric) == 3 ? ["${local.name}-${region}"] : [],
          [{ region = region, label = region }],
        )]
      }
    }]
  })
}
