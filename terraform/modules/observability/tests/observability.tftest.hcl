mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                    = "plotihub-dev"
  kms_key_arn             = "arn:aws:kms:eu-west-1:000000000000:key/region"
  functions               = { api_handler = { function_name = "plotihub-dev-api_handler", timeout_s = 29 } }
  queue_names             = { wake = "plotihub-dev-wake" }
  dead_letter_queue_names = { wake = "plotihub-dev-wake-dead" }
  cluster_identifier      = "plotihub-dev-eu-west-1"
  is_global               = true
  rest_api_name           = "plotihub-dev"
  stage_name              = "api"
  log_group_names         = ["/aws/lambda/plotihub-dev-api_handler"]
  alarm_emails            = ["owner@example.com"]
  money_metrics           = { books = { metric = "BooksDoNotBalance", threshold = 0, says = "Books do not balance." } }
}

run "whatever_can_fail_has_an_alarm" {
  command = plan

  assert {
    condition = alltrue([for alarm in [aws_cloudwatch_metric_alarm.function_errors["api_handler"], aws_cloudwatch_metric_alarm.function_throttles["api_handler"], aws_cloudwatch_metric_alarm.function_duration["api_handler"]] :
      alarm.dimensions == tomap({ FunctionName = "plotihub-dev-api_handler" })
    ])
    error_message = "A function that fails, is refused or nearly times out must be told of."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.function_duration["api_handler"].threshold == 29 * 800
    error_message = "80 % of the time-out, in milliseconds."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters["wake"].dimensions == tomap({ QueueName = "plotihub-dev-wake-dead" }) && aws_cloudwatch_metric_alarm.dead_letters["wake"].threshold == 0
    error_message = "The first message that could not be worked must be told of."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.money["books"].namespace == "Plotihub" && aws_cloudwatch_metric_alarm.money["books"].threshold == 0
    error_message = "Books that do not balance must be told of at once."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.replication_lag) == 1 && length(aws_cloudwatch_metric_alarm.database) >= 4
    error_message = "The database and its copy must be watched."
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == var.kms_key_arn && length(aws_sns_topic_subscription.email) == 1
    error_message = "Alarms must reach somebody, encrypted."
  }

  assert {
    condition     = output.rollback_alarm_name == "plotihub-dev-api-5xx"
    error_message = "A deployment is taken back by the alarm of the API's errors."
  }
}

run "one_cluster_has_no_copy_to_watch" {
  command = plan

  variables {
    is_global = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.replication_lag) == 0 && length(aws_chatbot_slack_channel_configuration.main) == 0
    error_message = "There is no copy, and no Slack unless asked."
  }
}

run "whoever_is_called_by_a_webhook_or_slack_is_told_too" {
  command = plan

  variables {
    webhook_parameters = ["/plotihub-dev/pagerduty"]
    slack              = { team_id = "T0000000000", channel_id = "C0000000000" }
  }

  assert {
    condition     = aws_sns_topic_subscription.webhook["/plotihub-dev/pagerduty"].protocol == "https" && length(aws_chatbot_slack_channel_configuration.main) == 1
    error_message = "A webhook must be called over TLS, and Slack by Chatbot."
  }
}
