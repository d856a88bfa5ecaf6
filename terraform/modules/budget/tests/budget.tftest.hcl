mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "plotihub-dev"
  monthly_usd = 300
  daily_usd   = 20
  emails      = ["owner@example.com"]
}

run "costs_are_told_before_they_are_spent" {
  command = plan

  assert {
    condition     = toset([for each in aws_budgets_budget.monthly.notification : "${each.notification_type} ${each.threshold}"]) == toset(["ACTUAL 50", "ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = "A month's costs must be told at half, at most, at all and when they are going to pass."
  }

  assert {
    condition     = aws_budgets_budget.daily.time_unit == "DAILY" && aws_budgets_budget.daily.limit_amount == "20"
    error_message = "A day's costs must have a limit of their own."
  }

  assert {
    condition     = length(aws_ce_anomaly_monitor.services) + length(aws_ce_anomaly_subscription.services) == 0
    error_message = "An account has room for one monitor, and most have AWS's own."
  }
}

run "costs_out_of_the_ordinary_are_told_where_asked" {
  command = plan

  variables {
    anomalies = true
  }

  assert {
    condition     = length(aws_ce_anomaly_monitor.services) == 1 && length(aws_ce_anomaly_subscription.services) == 1
    error_message = "AWS must look for what is out of the ordinary, and tell it."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    monthly_usd = 0
    daily_usd   = -1
    emails      = ["nobody"]
  }

  expect_failures = [var.monthly_usd, var.daily_usd, var.emails]
}
