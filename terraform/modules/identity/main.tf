# Who signs in: one pool in each Region, without passwords. People are known by their verified phone number and never by
# the pool's own id of them, so either Region's token names the same person and nothing need be copied.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  region     = data.aws_region.current.name
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  issuer     = "https://cognito-idp.${local.region}.amazonaws.com/${aws_cognito_user_pool.main.id}"
}

resource "aws_cognito_user_pool" "main" {
  name                     = "${var.name}-${local.region}"
  user_pool_tier           = "ESSENTIALS" # the least that knows sign-in by a code
  username_attributes      = ["phone_number"]
  auto_verified_attributes = ["phone_number"]
  deletion_protection      = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  mfa_configuration        = "OFF" # the code is the only factor

  sign_in_policy {
    # Cognito wants PASSWORD in the list, and ALLOW_USER_AUTH takes a password too: see post_confirmation below.
    allowed_first_auth_factors = ["PASSWORD", "SMS_OTP"]
  }

  password_policy {
    minimum_length    = 20
    require_lowercase = true
    require_numbers   = true
    require_symbols   = true
    require_uppercase = true
  }

  admin_create_user_config {
    allow_admin_create_user_only = false
  }

  # Nobody has a password to recover: Cognito refuses ForgotPassword.
  account_recovery_setting {
    recovery_mechanism {
      name     = "admin_only"
      priority = 1
    }
  }

  # Another number stands for its user only once its owner has told a code, and `send_code` sends none for that: whoever
  # has a new number signs up with it.
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["phone_number"]
  }

  # Wanted for every pool that verifies numbers, though the function below sends all codes (sms.tf).
  sms_configuration {
    external_id    = local.sms_external_id
    sns_caller_arn = aws_iam_role.sms.arn
    sns_region     = local.region
  }

  # Our own function sends the codes: Cognito's SMS to Kenya are dear, and limited to USD 1 a month at first.
  lambda_config {
    kms_key_id        = aws_kms_key.codes.arn
    post_confirmation = var.password_dropper_arn # docs/decisions/0012-nobody-knows-a-password.md

    custom_sms_sender {
      lambda_arn     = var.code_sender_arn
      lambda_version = "V1_0"
    }
  }

  depends_on = [aws_iam_role_policy.sms] # Cognito tries the role when the pool is made

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cognito_user_pool_client" "main" {
  name         = "app"
  user_pool_id = aws_cognito_user_pool.main.id

  # The first is the only one with codes, and cannot be had without passwords. Refresh tokens are not rotated: over a poor
  # line the new one may be lost, and its owner with it; global sign-out revokes them.
  explicit_auth_flows           = ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  auth_session_validity         = 3 # minutes that a sign-in may take; the least
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true
  read_attributes               = ["phone_number", "phone_number_verified"]
  write_attributes              = ["phone_number"]

  id_token_validity      = 60
  access_token_validity  = 60
  refresh_token_validity = 30

  token_validity_units {
    id_token      = "minutes"
    access_token  = "minutes"
    refresh_token = "days"
  }
}

# Groups say who runs the estate and who is let in at all; what a person may do in an organisation is the database's to say.
resource "aws_cognito_user_group" "operators" {
  name         = "operators"
  user_pool_id = aws_cognito_user_pool.main.id
  description  = "May be given the operator role"
}

# Whom drop_password has let in. The name is also in chalicelib/runtime/ports.py: no token is taken without it.
resource "aws_cognito_user_group" "passwordless" {
  name         = "passwordless"
  user_pool_id = aws_cognito_user_pool.main.id
  description  = "Has shown by a code that the number is theirs, and has a password that nobody knows"
}

# Codes are encrypted on their way to the function.
resource "aws_kms_key" "codes" {
  #checkov:skip=CKV2_AWS_64:AWS's usual policy: the account's own policies say who may use it

  description             = "${var.name} sign-in codes"
  enable_key_rotation     = true
  deletion_window_in_days = 7
}

resource "aws_kms_alias" "codes" {
  name          = "alias/${var.name}-codes"
  target_key_id = aws_kms_key.codes.key_id
}
