mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "plotihub-dev"
  kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/region"
  functions = {
    api_handler  = { function_name = "plotihub-dev-api_handler", timeout_s = 29, role = "api" }
    verify_token = { function_name = "plotihub-dev-verify_token", timeout_s = 10, role = "authorizer" }
  }
  queue_names             = { wake = "plotihub-dev-wake" }
  dead_letter_queue_names = { wake = "plotihub-dev-wake-dead" }
  cluster_identifier      = "plotihub-dev-eu-west-1"
  is_global               = true
  rest_api_name           = "plotihub-dev"
  stage_name              = "api"
  log_group_names         = ["/aws/lambda/plotihub-dev-api_handler"]
  alarm_emails            = ["owner@example.com"]
  regions                 = ["eu-west-1", "eu-central-1"]
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

run "a_token_that_is_refused_is_no_failure" {
  command = plan

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.function_errors) == ["api_handler"] && aws_cloudwatch_metric_alarm.authorizer_errors["verify_token"].alarm_name == "plotihub-dev-verify_token-errors"
    error_message = "An expired token counts as an error of its function, and must ring no alarm."
  }

  assert {
    condition = {
      for each in aws_cloudwatch_metric_alarm.authorizer_errors["verify_token"].metric_query : each.id => "${each.metric[0].namespace} ${each.metric[0].metric_name} ${jsonencode(each.metric[0].dimensions)}" if length(each.metric) == 1
      } == {
      errors  = "AWS/Lambda Errors {\"FunctionName\":\"plotihub-dev-verify_token\"}"
      refused = "Plotihub TokensRefused {\"Environment\":\"plotihub-dev\"}"
    }
    error_message = "What it refused must be taken off what failed."
  }
}

run "a_release_is_taken_back_within_its_watch" {
  command = plan

  assert {
    condition = alltrue([
      for each in aws_cloudwatch_metric_alarm.release_errors.metric_query : each.metric[0].period == 60 && each.metric[0].dimensions == tomap({ ApiName = "plotihub-dev", Stage = "api" }) if length(each.metric) == 1
    ]) && aws_cloudwatch_metric_alarm.release_errors.evaluation_periods == 2 && aws_cloudwatch_metric_alarm.release_errors.datapoints_to_alarm == 2
    error_message = "It must ring after two bad minutes."
  }

  assert {
    condition     = one([for each in aws_cloudwatch_metric_alarm.release_errors.metric_query : each.expression if each.return_data == true]) == "100 * errors / requests" && aws_cloudwatch_metric_alarm.release_errors.threshold == 1
    error_message = "A tenth of the callers meet the new code: what fails for one in ten of them is 1 % of all, however few they are."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.release_errors.alarm_name == "plotihub-dev-release-5xx" && length(coalesce(aws_cloudwatch_metric_alarm.release_errors.alarm_actions, [])) == 0
    error_message = "Outside of a release two errors in two minutes call nobody."
  }
}

run "a_slow_trouble_calls_somebody" {
  command = plan

  assert {
    condition     = one([for each in aws_cloudwatch_metric_alarm.api_errors.metric_query : each.expression if each.return_data == true]) == "IF(requests > 20, 100 * errors / requests, 0)" && aws_cloudwatch_metric_alarm.api_errors.threshold == 1
    error_message = "Both are in percent."
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
    # Of a Region without Chatbot, and so told from here.
    peer_alarm_topic_arn = "arn:aws:sns:eu-central-1:000000000000:plotihub-dev-alarms"
  }

  assert {
    condition     = aws_sns_topic_subscription.webhook["/plotihub-dev/pagerduty"].protocol == "https" && length(aws_chatbot_slack_channel_configuration.main) == 1
    error_message = "A webhook must be called over TLS, and Slack by Chatbot."
  }

  assert {
    condition     = length(local.peer_topics) == 1
    error_message = "Slack must be told of the Region without Chatbot too."
  }
}

run "a_region_without_chatbot_leaves_slack_to_the_other" {
  command = plan

  variables {
    slack                = { team_id = "T0000000000", channel_id = "C0000000000" }
    peer_alarm_topic_arn = "arn:aws:sns:eu-west-1:000000000000:plotihub-dev-alarms"
  }

  override_data {
    target = data.aws_region.current
    values = { name = "eu-central-1" }
  }

  assert {
    condition     = length(aws_chatbot_slack_channel_configuration.main) + length(aws_iam_role.chatbot) == 0
    error_message = "Chatbot cannot be asked in eu-central-1."
  }

  assert {
    condition     = length(local.peer_topics) == 0
    error_message = "Where each Region has Chatbot, each tells of itself."
  }
}

run "chatbot_must_be_somewhere" {
  command = plan

  variables {
    regions = ["eu-central-1", "af-south-1"]
    slack   = { team_id = "T0000000000", channel_id = "C0000000000" }
  }

  expect_failures = [var.slack]
}
