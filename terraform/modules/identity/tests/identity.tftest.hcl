mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                 = "plotihub-dev"
  kms_key_arn          = "arn:aws:kms:eu-west-1:000000000000:key/region"
  parameter_prefix     = "/plotihub-dev"
  secrets              = { africastalking_api_key = "API key of Africa's Talking" }
  code_sender_arn      = "arn:aws:lambda:eu-west-1:000000000000:function:plotihub-dev-send_code:live"
  deletion_protection  = true
  waf                  = true
  password_dropper_arn = "arn:aws:lambda:eu-west-1:000000000000:function:plotihub-dev-drop_password:live"
}

run "people_sign_in_by_phone_and_code_only" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.main.username_attributes == toset(["phone_number"]) && aws_cognito_user_pool_client.main.explicit_auth_flows == toset(["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    error_message = "The client must have the flow with codes, and none that is for passwords alone."
  }

  assert {
    condition     = one(aws_cognito_user_pool.main.lambda_config).post_confirmation == var.password_dropper_arn
    error_message = "With the flow of codes comes one of passwords: whoever confirms a number must lose the password that came with it."
  }

  assert {
    condition     = one(one(aws_cognito_user_pool.main.account_recovery_setting).recovery_mechanism).name == "admin_only"
    error_message = "Nobody may set a password anew by themselves."
  }

  assert {
    condition     = one(aws_cognito_user_pool.main.user_attribute_update_settings).attributes_require_verification_before_update == toset(["phone_number"])
    error_message = "A number must not stand for a user before its owner has told a code."
  }

  assert {
    condition     = aws_cognito_user_pool_client.main.read_attributes == toset(["phone_number", "phone_number_verified"])
    error_message = "The token must show the verified phone number, which is who somebody is."
  }

  assert {
    condition     = one(one(aws_cognito_user_pool.main.lambda_config).custom_sms_sender).lambda_arn == var.code_sender_arn
    error_message = "Codes are sent by our own function."
  }

  assert {
    condition     = aws_cognito_user_pool.main.deletion_protection == "ACTIVE"
    error_message = "The pool must be protected where that is asked for."
  }
}

run "a_pool_that_verifies_numbers_has_a_role_for_sms" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.main.auto_verified_attributes == toset(["phone_number"]) && one(aws_cognito_user_pool.main.sms_configuration).external_id == "plotihub-dev-eu-west-1"
    error_message = "Cognito refuses a pool that verifies phone numbers and has no SMS configuration."
  }

  assert {
    condition = { for each in one(data.aws_iam_policy_document.assumed_by_pool.statement).condition : each.variable => one(each.values) } == {
      "sts:ExternalId" = "plotihub-dev-eu-west-1", "aws:SourceAccount" = "000000000000"
    }
    error_message = "Only this account's pool may take the role, and by its external id."
  }

  assert {
    condition = { for each in data.aws_iam_policy_document.sms.statement : each.sid => "${each.effect == "Deny" ? "Deny" : "Allow"} ${one(each.actions)} ${one(each.resources)}" } == {
      SendSms = "Allow sns:Publish *", NotToTopics = "Deny sns:Publish arn:aws:sns:*:*:*"
    }
    error_message = "The role publishes to phones and to no topic."
  }
}

run "secrets_are_encrypted_and_not_in_the_state" {
  command = plan

  assert {
    condition     = alltrue([for secret in aws_ssm_parameter.secret : secret.type == "SecureString" && secret.key_id == var.kms_key_arn && secret.value_wo_version == 1])
    error_message = "A secret must be encrypted under the Region's key, and its value write-only."
  }
}

run "a_development_pool_can_be_taken_down" {
  command = plan

  variables {
    deletion_protection = false
  }

  assert {
    condition     = aws_cognito_user_pool.main.deletion_protection == "INACTIVE"
    error_message = "Without protection the pool can be deleted."
  }
}

run "who_asks_too_often_from_one_address_is_refused" {
  command = plan

  assert {
    condition = alltrue([for limit in one(one(aws_wafv2_web_acl.main[0].rule).statement).rate_based_statement :
      limit.limit == 200 && limit.evaluation_window_sec == 600 && limit.aggregate_key_type == "IP"
    ]) && length(one(one(aws_wafv2_web_acl.main[0].rule).action).block) == 1
    error_message = "Sign-ins must be limited by the caller's own address."
  }

  assert {
    condition     = !one(aws_wafv2_web_acl.main[0].visibility_config).sampled_requests_enabled && alltrue([for rule in aws_wafv2_web_acl.main[0].rule : !one(rule.visibility_config).sampled_requests_enabled])
    error_message = "No request is kept as a sample."
  }

  assert {
    condition     = aws_wafv2_web_acl.main[0].scope == "REGIONAL" && length(aws_wafv2_web_acl_association.main) == 1
    error_message = "It must stand before the pool."
  }
}

run "no_firewall_stands_before_the_pool_unless_asked" {
  command = plan

  variables {
    waf = false
  }

  assert {
    condition     = length(aws_wafv2_web_acl.main) + length(aws_wafv2_web_acl_association.main) == 0
    error_message = "There is no firewall unless asked."
  }
}

run "a_limit_that_an_office_would_meet" {
  command = plan

  variables {
    sign_in_rate_limit = 99
  }

  expect_failures = [var.sign_in_rate_limit]
}
