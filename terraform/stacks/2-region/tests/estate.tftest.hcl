# The primary Region, planned for each size with the variables that `make deploy` gives it; what the plan holds is read
# by tests/terraform.

mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "../../mocks"
}

# Keys that can be told apart while planning: whatever rests here must name the Region's own.
override_resource {
  target          = aws_kms_key.main
  override_during = plan
  values = {
    arn    = "arn:aws:kms:eu-west-1:000000000000:key/of-the-region"
    key_id = "of-the-region"
  }
}

override_resource {
  target          = module.dns.aws_kms_key.health
  override_during = plan
  values = {
    arn    = "arn:aws:kms:us-east-1:000000000000:key/of-health"
    key_id = "of-health"
  }
}

override_resource {
  target          = module.identity.aws_kms_key.codes
  override_during = plan
  values = {
    arn    = "arn:aws:kms:eu-west-1:000000000000:key/of-codes"
    key_id = "of-codes"
  }
}

run "estate" {
  command = plan

  assert {
    condition     = length(module.network.subnet_ids) == var.az_count
    error_message = "Each zone must have its private subnet."
  }

  assert {
    condition     = keys(module.messaging.queue_names) == keys(module.messaging.dead_letter_queue_names)
    error_message = "Every queue must have its dead-letter queue."
  }

  assert {
    condition     = toset(keys(local.queues)) == toset([for each in values(local.functions) : each.queue if each.queue != null])
    error_message = "Every function that is called by a queue must have one."
  }

  assert {
    condition     = keys(module.api.functions) == keys(local.functions)
    error_message = "Every function in the code must be there."
  }

  assert {
    condition     = var.other_region == null ? !local.is_global : local.is_global
    error_message = "Two Regions share a global database; one Region has none."
  }

  assert {
    condition     = length(local.issuers) == 1
    error_message = "Before stacks/3-link was applied, only this Region's issuer is known."
  }
}
