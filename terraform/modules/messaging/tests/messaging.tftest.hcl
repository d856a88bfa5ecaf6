mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "plotihub-dev"
  queues      = { send = 120, wake = 300 }
  kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/region"
}

run "every_queue_has_another_for_what_cannot_be_worked" {
  command = plan

  override_resource {
    target          = aws_sqs_queue.dead
    override_during = plan
    values          = { arn = "arn:aws:sqs:eu-west-1:000000000000:dead" }
  }

  assert {
    condition     = alltrue([for queue in aws_sqs_queue.main : jsondecode(queue.redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:eu-west-1:000000000000:dead", maxReceiveCount = 5 }])
    error_message = "A message must be tried several times before it is laid aside: one whose function was cut off once has nothing wrong."
  }

  assert {
    condition     = keys(aws_sqs_queue.dead) == keys(aws_sqs_queue.main) && keys(aws_sqs_queue_redrive_allow_policy.dead) == keys(aws_sqs_queue.main)
    error_message = "Each queue must have its dead-letter queue, which takes from no other."
  }

  assert {
    condition     = aws_sqs_queue.main["send"].visibility_timeout_seconds == 720
    error_message = "A message must stay unseen for six times its function's time-out."
  }

  assert {
    condition     = aws_sqs_queue.dead["wake"].message_retention_seconds > aws_sqs_queue.main["wake"].message_retention_seconds
    error_message = "What failed must be kept for longer than what waits."
  }

  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.main), values(aws_sqs_queue.dead)) : queue.kms_master_key_id == var.kms_key_arn])
    error_message = "Every queue must be encrypted under the Region's key."
  }

  assert {
    condition     = length(aws_sqs_queue_policy.tls_only) == 4
    error_message = "Every queue must refuse what comes without TLS."
  }

  assert {
    condition     = length(aws_ses_domain_identity.main) == 0 && endswith(output.email_identity_arn, ":identity/none.invalid")
    error_message = "Without a domain nobody may send e-mails."
  }
}

run "a_domain_is_proven_by_dkim" {
  command = plan

  variables {
    email_domain = "plotihub.example"
    zone_id      = "ZONE"
  }

  assert {
    condition     = length(aws_route53_record.dkim) == 3
    error_message = "Easy DKIM wants three records."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    queues          = { send = 901 }
    sms_sender_name = "MUCH TOO LONG"
  }

  expect_failures = [var.queues, var.sms_sender_name]
}
