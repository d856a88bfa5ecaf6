mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "plotihub-dev"
  kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/region"
  waf         = true
  stage_arn   = "arn:aws:apigateway:eu-west-1::/restapis/abc/stages/api"
  cdn_mark    = "0123456789abcdef0123456789abcdef"
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
    condition     = toset([for rule in aws_wafv2_web_acl.main[0].rule : "${rule.priority} ${rule.name}"]) == toset(["10 rate", "15 rate_of_callbacks", "20 AWSManagedRulesAmazonIpReputationList", "30 AWSManagedRulesKnownBadInputsRuleSet", "40 AWSManagedRulesCommonRuleSet"])
    error_message = "The rate limit comes first, then AWS's own lists."
  }
}

run "neither_cloudfront_nor_a_gateway_is_taken_for_one_caller" {
  command = plan

  assert {
    condition = toset([
      for each in one([for rule in aws_wafv2_web_acl.main[0].rule : rule if rule.name == "rate"]).statement[0].rate_based_statement[0].scope_down_statement[0].not_statement[0].statement[0].or_statement[0].statement :
      each.byte_match_statement[0].search_string
    ]) == toset(["/v1/callbacks/", var.cdn_mark])
    error_message = "What CloudFront passes on, and callbacks, must not be counted by address."
  }

  assert {
    condition     = one(one(one([for rule in aws_wafv2_web_acl.main[0].rule : rule if rule.name == "rate_of_callbacks"]).statement).rate_based_statement).limit == 10 * var.rate_limit
    error_message = "Callbacks must have a limit of their own."
  }
}

run "what_the_application_takes_is_not_refused" {
  command = plan

  assert {
    condition = toset(flatten([
      for rule in aws_wafv2_web_acl.main[0].rule : [
        for group in one(rule.statement).managed_rule_group_statement : [for each in group.rule_action_override : each.name if length(one(each.action_to_use).count) == 1]
      ]
    ])) == toset(["CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "SizeRestrictions_BODY"])
    error_message = "What looks into bodies must count and not block: a sheet may look like anything."
  }

  assert {
    condition = toset([
      for rule in aws_wafv2_web_acl.main[0].rule : rule.name
      if length(one(rule.statement).managed_rule_group_statement) == 1 && length(try(one(one(rule.statement).managed_rule_group_statement).scope_down_statement, [])) == 1
    ]) == toset(["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet"])
    error_message = "A gateway's callback must not be asked for reputation or user agent."
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
    cdn_mark   = "guessed"
  }

  expect_failures = [var.rate_limit, var.cdn_mark]
}
