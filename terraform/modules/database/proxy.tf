# RDS Proxy, where it is asked for: it spares the database the opening of connections, at 8 ACU's worth a month. In
# the Region without the writer its read/write endpoint fails, and only the read-only one answers.

data "aws_secretsmanager_secret" "proxy" {
  count = var.proxy && !var.is_first_member ? 1 : 0
  name  = "${var.name}/database/proxy" # the replica, by its name
}

locals {
  proxy_secret_arn = !var.proxy ? null : var.is_first_member ? aws_secretsmanager_secret.proxy[0].arn : data.aws_secretsmanager_secret.proxy[0].arn
}

resource "aws_db_proxy" "main" {
  count = var.proxy ? 1 : 0

  name                   = local.identifier
  engine_family          = "MYSQL"
  require_tls            = true
  idle_client_timeout    = 900
  role_arn               = aws_iam_role.proxy[0].arn
  vpc_subnet_ids         = var.subnet_ids
  vpc_security_group_ids = [var.security_group_id]

  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "REQUIRED"
    secret_arn  = local.proxy_secret_arn
  }
}

resource "aws_db_proxy_default_target_group" "main" {
  count = var.proxy ? 1 : 0

  db_proxy_name = aws_db_proxy.main[0].name

  connection_pool_config {
    connection_borrow_timeout    = 5 # the usual 120 s outlast API Gateway's 29 s
    max_connections_percent      = 90
    max_idle_connections_percent = 50
  }
}

resource "aws_db_proxy_target" "main" {
  count = var.proxy ? 1 : 0

  db_proxy_name         = aws_db_proxy.main[0].name
  target_group_name     = aws_db_proxy_default_target_group.main[0].name
  db_cluster_identifier = aws_rds_cluster.main.id

  depends_on = [aws_rds_cluster_instance.main]
}

resource "aws_db_proxy_endpoint" "read_only" {
  count = var.proxy && var.proxy_read_only_endpoint ? 1 : 0

  db_proxy_name          = aws_db_proxy.main[0].name
  db_proxy_endpoint_name = "${local.identifier}-read-only"
  target_role            = "READ_ONLY"
  vpc_subnet_ids         = var.subnet_ids
  vpc_security_group_ids = [var.security_group_id]
}

resource "aws_iam_role" "proxy" {
  count = var.proxy ? 1 : 0

  name                 = "${var.name}-${local.region}-database-proxy"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_proxy.json
  permissions_boundary = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/${var.name}-boundary-${local.region}"
}

data "aws_iam_policy_document" "assumed_by_proxy" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["rds.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role_policy" "proxy" {
  count = var.proxy ? 1 : 0

  name   = "read-secret"
  role   = aws_iam_role.proxy[0].id
  policy = data.aws_iam_policy_document.proxy[0].json
}

data "aws_iam_policy_document" "proxy" {
  count = var.proxy ? 1 : 0

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [local.proxy_secret_arn]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [var.secrets_key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${local.region}.amazonaws.com"]
    }
  }
}
