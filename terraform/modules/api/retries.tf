# How often Lambda itself calls a function again that it was left an event for, and for how long: by itself it would be
# twice, over six hours. Who waits for an answer is told of the error and may call again (API Gateway, a deployment);
# what a queue calls gets its messages again, and at last in the dead-letter queue.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
#
# There is no destination for what was given up: each attempt that fails, and each that is refused for want of room,
# rings an alarm of its function (module observability), and an event of these says nothing that its log does not.

locals {
  # The clock: EventBridge leaves the event and goes (https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html).
  # A job may begin any number of times, and its first attempt may have met a database that was still waking; but once
  # its next event has come, this one is of no use any more.
  schedules = {
    for name, function in local.functions : name => lookup(var.schedules, name, function.schedule) if function.schedule != null
  }
  # Of a cron expression an hour is taken.
  rates = {
    for name, expression in local.schedules :
    name => try(regex("^rate\\((?P<count>\\d+) (?P<unit>minute|hour|day)s?\\)$", expression), { count = 1, unit = "hour" })
  }
  seconds = { minute = 60, hour = 3600, day = 86400 }
  clock   = { for name, rate in local.rates : name => { attempts = 2, age_s = min(21600, rate.count * local.seconds[rate.unit]) } }

  # What is called otherwise than by the clock or a queue, and not waited for, by its class of roles.
  left = {
    # Cognito waits for no custom sender (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html,
    # "Except for custom sender Lambda triggers, Amazon Cognito invokes Lambda functions synchronously"). Lambda begins
    # again after one minute and after two more; a sign-in waits for three, and whoever waited in vain has asked anew.
    code_sender = { attempts = 1, age_s = 180 }
    # By hand, or by a deployment: whoever called sees what came of it, and calls again themselves or does not.
    operator = { attempts = 0, age_s = 300 }
  }

  retries = merge(local.clock, {
    for name, function in local.functions : name => local.left[function.role] if contains(keys(local.left), function.role)
  })
}

resource "aws_lambda_function_event_invoke_config" "live" {
  for_each = local.retries

  function_name                = local.function_names[each.key]
  qualifier                    = aws_lambda_alias.live[each.key].name
  maximum_retry_attempts       = each.value.attempts
  maximum_event_age_in_seconds = each.value.age_s
}
