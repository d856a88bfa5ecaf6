mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "plotihub-dev"
  kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/region"
  waf         = true
  stage_arn   = "arn:aws:apigateway:eu-west-1::/restapis/abc/stages/api"
}

run "the_firewall_tells_no_secret" {
  command = plan

  assert {
    condition     = length(aws_wafv2_web_acl_logging_configuration.main[0].redacted_fields) == 3
    error_message = "Path, query and authorization must be redacted."
  }

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.main[0].rule : !one(rule.visibility_config).sampled_requests_enabled])
    error_message = "A sample holds the path, and with it a callback's secret."
  }

  assert {
    condition     = aws_cloudwatch_log_group.waf[0].kms_key_id == var.kms_key_arn && startswith(aws_cloudwatch_log_group.waf[0].name, "aws-waf-logs-")
    error_message = "Its log must be encrypted, under a name that AWS takes."
  }
}

run "rules_come_in_order" {
  command = plan

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.main[0].rule : "${rule.priority} ${rule.name}"]) == toset(["10 rate", "20 AWSManagedRulesAmazonIpReputationList", "30 AWSManagedRulesKnownBadInputsRuleSet", "40 AWSManagedRulesCommonRuleSet"])
    error_message = "The rate limit comes first, then AWS's own lists."
  }
}

run "there_is_no_firewall_unless_asked" {
  command = plan

  variables {
    waf = false
  }

  assert {
    condition     = length(aws_wafv2_web_acl.main) + length(aws_cloudwatch_log_group.waf) + length(aws_wafv2_web_acl_association.main) == 0
    error_message = "There is no firewall unless asked."
  }
}

run "a_rate_that_aws_does_not_take" {
  command = plan

  variables {
    rate_limit = 99
  }

  expect_failures = [var.rate_limit]
}
