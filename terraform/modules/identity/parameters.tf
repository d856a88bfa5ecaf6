# What functions and people look up by name, and secrets that are put in by hand and never by Terraform.

resource "aws_ssm_parameter" "settings" {
  #checkov:skip=CKV2_AWS_34:public names: every token shows them

  for_each = {
    pool_id   = aws_cognito_user_pool.main.id
    client_id = aws_cognito_user_pool_client.main.id
    issuer    = local.issuer
  }

  name        = "${var.parameter_prefix}/identity/${each.key}"
  description = "Made by Terraform"
  type        = "String"
  value       = each.value
}

# Empty until somebody fills it (README.md). The value is write-only, so the state holds none; and whatever else is
# changed of a parameter, the provider puts the value anew with it: none, which AWS refuses, or "empty" over the secret.
# So nothing of it is changed by Terraform any more.
resource "aws_ssm_parameter" "secret" {
  for_each = var.secrets

  name             = "${var.parameter_prefix}/${each.key}"
  description      = each.value
  type             = "SecureString"
  key_id           = var.kms_key_arn
  value_wo         = "empty"
  value_wo_version = 1

  lifecycle {
    ignore_changes = [description, key_id, tier, value_wo_version]
  }
}
