mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                = "plotihub-dev"
  kms_key_arn         = "arn:aws:kms:eu-west-1:000000000000:key/region"
  parameter_prefix    = "/plotihub-dev"
  secrets             = { africastalking_api_key = "API key of Africa's Talking" }
  code_sender_arn     = "arn:aws:lambda:eu-west-1:000000000000:function:plotihub-dev-send_code:live"
  deletion_protection = true
}

run "people_sign_in_by_phone_and_code_only" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.main.username_attributes == toset(["phone_number"]) && !contains(aws_cognito_user_pool_client.main.explicit_auth_flows, "ALLOW_USER_PASSWORD_AUTH") && !contains(aws_cognito_user_pool_client.main.explicit_auth_flows, "ALLOW_USER_SRP_AUTH")
    error_message = "The client must have no flow for passwords."
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
