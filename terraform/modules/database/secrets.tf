# The master is for the Data API; the proxy reads its user's from a secret. The application needs neither: it logs in by
# IAM token. Made in the first member's Region, and copied to the other, so that its proxy reads one of its own.
resource "aws_secretsmanager_secret" "master" {
  count = var.is_first_member ? 1 : 0

  name                    = "${var.name}/database/master"
  description             = "Master of ${var.name}; for the Data API, in emergencies"
  kms_key_id              = var.secrets_key_arn
  recovery_window_in_days = var.deletion_protection ? 30 : 0

  dynamic "replica" {
    for_each = var.replica

    content {
      region     = replica.key
      kms_key_id = replica.value
    }
  }
}

resource "aws_secretsmanager_secret_version" "master" {
  count = var.is_first_member ? 1 : 0

  secret_id = aws_secretsmanager_secret.master[0].id
  secret_string_wo = jsonencode({
    username = "plotihub_master"
    password = local.passwords["master"]
    engine   = "mysql"
    host     = aws_rds_cluster.main.endpoint
    port     = 3306
    dbname   = "plotihub"
  })
  secret_string_wo_version = var.password_version
}

resource "aws_secretsmanager_secret" "proxy" {
  #checkov:skip=CKV2_AWS_57:the proxy's user is changed by hand, with password_version: its database user must change with it (docs/runbooks/secrets.md)

  count = var.is_first_member ? 1 : 0

  name                    = "${var.name}/database/proxy"
  description             = "The user that the proxies of ${var.name} log in as"
  kms_key_id              = var.secrets_key_arn
  recovery_window_in_days = var.deletion_protection ? 30 : 0

  dynamic "replica" {
    for_each = var.replica

    content {
      region     = replica.key
      kms_key_id = replica.value
    }
  }
}

resource "aws_secretsmanager_secret_version" "proxy" {
  count = var.is_first_member ? 1 : 0

  secret_id = aws_secretsmanager_secret.proxy[0].id
  secret_string_wo = jsonencode({
    username = "plotihub_proxy"
    password = local.passwords["proxy"]
  })
  secret_string_wo_version = var.password_version
}

# AWS's own rotation function for one MySQL user, from the Serverless Application Repository. It runs in the VPC, so
# it needs the interface endpoint of Secrets Manager. Its role is the application's own and carries no boundary, so GitHub's
# deploy role cannot make it: a person turns the rotation on.
resource "aws_serverlessapplicationrepository_cloudformation_stack" "rotation" {
  count = var.is_first_member && var.rotation_days > 0 ? 1 : 0

  name           = "${var.name}-${local.region}-rotation"
  application_id = "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSMySQLRotationSingleUser"
  capabilities   = ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"]

  parameters = {
    endpoint            = "https://secretsmanager.${local.region}.amazonaws.com"
    functionName        = "${var.name}-rotate-master"
    vpcSubnetIds        = join(",", var.subnet_ids)
    vpcSecurityGroupIds = var.functions_security_group_id
    kmsKeyArn           = var.secrets_key_arn
  }
}

resource "aws_secretsmanager_secret_rotation" "master" {
  count = var.is_first_member && var.rotation_days > 0 ? 1 : 0

  secret_id           = aws_secretsmanager_secret.master[0].id
  rotation_lambda_arn = aws_serverlessapplicationrepository_cloudformation_stack.rotation[0].outputs["RotationLambdaARN"]

  rotate_immediately = false # the password is new

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  # Even so the rotation is tried at once: it reads the secret and logs in.
  depends_on = [aws_secretsmanager_secret_version.master, aws_rds_cluster_instance.main]
}
