mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                  = "plotihub-dev"
  kms_key_arn           = "arn:aws:kms:eu-west-1:000000000000:key/region"
  data_key_arn          = "arn:aws:kms:eu-west-1:000000000000:key/data"
  codes_key_arn         = "arn:aws:kms:eu-west-1:000000000000:key/codes"
  pool_arn              = "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_pool"
  subnet_ids            = ["subnet-1", "subnet-2"]
  security_group_id     = "sg-functions"
  database_connect_arns = ["arn:aws:rds-db:eu-west-1:000000000000:dbuser:cluster-1/plotihub_app"]
  database_environment  = { DATABASE_URL = "mysql://plotihub_app@writer.invalid/plotihub" }
  vendor_environment    = { AFRICASTALKING_API_KEY_PARAMETER = "/plotihub-dev/africastalking_api_key" }
  environment           = { LOG_LEVEL = "INFO" }
  parameter_prefix      = "/plotihub-dev"
  queue_arns = {
    wake    = "arn:aws:sqs:eu-west-1:000000000000:plotihub-dev-wake"
    heavy   = "arn:aws:sqs:eu-west-1:000000000000:plotihub-dev-heavy"
    send    = "arn:aws:sqs:eu-west-1:000000000000:plotihub-dev-send"
    results = "arn:aws:sqs:eu-west-1:000000000000:plotihub-dev-results"
  }
  queue_urls         = { wake = "https://sqs.invalid/wake", heavy = "https://sqs.invalid/heavy", send = "https://sqs.invalid/send", results = "https://sqs.invalid/results" }
  claims_table_arn   = "arn:aws:dynamodb:eu-west-1:000000000000:table/plotihub-dev-claims"
  email_identity_arn = "arn:aws:ses:eu-west-1:000000000000:identity/plotihub.example"
}

run "no_log_holds_a_callbacks_secret" {
  command = plan

  assert {
    condition     = !aws_api_gateway_stage.main.xray_tracing_enabled && one(aws_api_gateway_method_settings.all.settings).logging_level == "OFF" && !one(aws_api_gateway_method_settings.all.settings).data_trace_enabled
    error_message = "Traces and execution logs would hold whole paths."
  }

  assert {
    condition     = !strcontains(one(aws_api_gateway_stage.main.access_log_settings).format, "$context.path\"") && strcontains(one(aws_api_gateway_stage.main.access_log_settings).format, "$context.resourcePath")
    error_message = "The access log must tell the route and never the path."
  }
}

run "callers_meet_the_alias_and_not_the_newest_code" {
  command = plan

  assert {
    condition     = keys(aws_lambda_alias.live) == keys(local.functions) && alltrue([for alias in aws_lambda_alias.live : alias.name == "live"])
    error_message = "Every function must have its alias."
  }

  assert {
    condition     = alltrue([for name, permission in { api = aws_lambda_permission.rest_api_invoke, authorizer = aws_lambda_permission.verify_token_invoke } : permission.qualifier == "live"])
    error_message = "API Gateway may call the alias, and only that."
  }
}

run "another_environment_of_the_account_may_have_made_the_role_for_logs" {
  command = plan

  variables {
    gateway_logging = false
  }

  assert {
    condition     = length(aws_api_gateway_account.logging) + length(aws_iam_role.gateway_logging) == 0
    error_message = "It is the account's, and would be taken from the other."
  }
}

run "schedules_and_concurrency_are_the_sizes_to_choose" {
  command = plan

  variables {
    schedules            = { work_tasks = "rate(1 hour)" }
    reserved_concurrency = { api_handler = 50 }
  }

  assert {
    condition     = aws_cloudwatch_event_rule.work_tasks-event.schedule_expression == "rate(1 hour)" && aws_cloudwatch_event_rule.work_tasks-event.name == "plotihub-dev-work_tasks"
    error_message = "A size may say how often a function starts."
  }

  assert {
    condition     = aws_lambda_function.api_handler.reserved_concurrent_executions == 50 && aws_lambda_function.work_tasks.reserved_concurrent_executions == -1
    error_message = "A size may keep concurrency for a function."
  }
}

run "an_event_is_of_no_use_once_the_next_has_come" {
  command = plan

  variables {
    schedules = { dispatch_messages = "rate(2 days)", late_fees = "cron(0 3 * * ? *)" }
  }

  assert {
    condition = { for name, each in aws_lambda_function_event_invoke_config.live : name => each.maximum_event_age_in_seconds } == {
      bill_due       = 3600, dispatch_messages = 21600, grant = 300, keep_keys = 3600, late_fees = 3600, migrate_database = 300
      prove_books    = 3600
      rent_reminders = 3600, run_job = 300, send_code = 180, sweep_old = 3600, work_tasks = 60
    }
    error_message = "Lambda must give an event up once its successor comes; six hours is the most that it takes."
  }

  assert {
    condition = { for name, each in aws_lambda_function_event_invoke_config.live : name => each.maximum_retry_attempts if !contains(keys(local.schedules), name) } == {
      grant = 0, migrate_database = 0, run_job = 0, send_code = 1
    }
    error_message = "A code is tried once more, and what was called by hand is not called again by itself."
  }

  assert {
    condition     = alltrue([for each in aws_lambda_function_event_invoke_config.live : each.qualifier == "live"])
    error_message = "It is the alias that is called."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    name                = "Plotihub"
    parameter_prefix    = "plotihub/"
    maximum_concurrency = { wake_workers = 1 }
  }

  expect_failures = [var.name, var.parameter_prefix, var.maximum_concurrency]
}
