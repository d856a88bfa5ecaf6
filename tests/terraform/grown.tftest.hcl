# Put after the head of modules/api/tests/api.tftest.hcl, in a copy that has grown: test_growth.py.

run "what_is_new_is_planned" {
  command = plan

  # The route is in the API's document, which names functions that are not made yet: test_growth.py reads it.

  assert {
    condition     = aws_lambda_function.grow.memory_size == 256 && length(aws_lambda_function.grow.vpc_config[0].subnet_ids) == 0
    error_message = "The outside function is not as its row says."
  }

  assert {
    condition     = aws_lambda_function.take_grown.timeout == 45 && length(aws_lambda_function.take_grown.vpc_config[0].subnet_ids) == 2
    error_message = "The inside function is not as its row says."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.grow-event.schedule_expression == "rate(2 hours)"
    error_message = "The schedule is not planned."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.live["grow"].maximum_event_age_in_seconds == 7200 && !contains(keys(aws_lambda_function_event_invoke_config.live), "take_grown")
    error_message = "Lambda must give an event of the schedule up once the next comes; the queue's come again by themselves."
  }

  assert {
    condition     = endswith(aws_lambda_event_source_mapping.take_grown-sqs-event-source.event_source_arn, "plotihub-dev-grown")
    error_message = "The queue does not call its function."
  }

  assert {
    condition = alltrue([
      for name in ["grow", "take_grown"] :
      aws_lambda_alias.live[name].name == "live" && aws_cloudwatch_log_group.function[name].name == "/aws/lambda/plotihub-dev-${name}" && strcontains(aws_iam_role.function[name].name, replace(name, "_", "-"))
    ])
    error_message = "Each must have its alias, its log and its role."
  }
}
