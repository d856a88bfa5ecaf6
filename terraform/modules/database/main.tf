# One Region's cluster of the Aurora Global Database. Clusters are named by Region and never by role: after a failover
# the roles are the other way round, and the code must still be true.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  region     = data.aws_region.current.name
  identifier = "${var.name}-${local.region}"

  # Whoever joins takes database and master from the one that it joins.
  brings = var.is_first_member && var.source_region == null

  connect_prefix = "arn:${data.aws_partition.current.partition}:rds-db:${local.region}:${data.aws_caller_identity.current.account_id}:dbuser"
}

resource "aws_db_subnet_group" "main" {
  name        = local.identifier
  description = "Private subnets of ${local.identifier}"
  subnet_ids  = var.subnet_ids
}

resource "aws_rds_cluster" "main" {
  #checkov:skip=CKV_AWS_326:a member of a global database cannot be moved back in time; backups are kept instead
  #checkov:skip=CKV2_AWS_8:module backup has it in its plan, by ARN

  cluster_identifier        = local.identifier
  global_cluster_identifier = var.global_cluster_identifier
  engine                    = "aurora-mysql"
  engine_version            = var.engine_version
  source_region             = var.source_region # what is encrypted there is copied by a request signed there

  database_name              = local.brings ? "plotihub" : null
  master_username            = local.brings ? "plotihub_master" : null
  master_password_wo         = local.brings ? local.passwords["master"] : null
  master_password_wo_version = local.brings ? var.password_version : null

  db_subnet_group_name                = aws_db_subnet_group.main.name
  vpc_security_group_ids              = [var.security_group_id]
  db_cluster_parameter_group_name     = aws_rds_cluster_parameter_group.main.name
  iam_database_authentication_enabled = true
  enable_http_endpoint                = true # the Data API makes the first users; see docs/runbooks/first-deployment.md

  storage_encrypted = true
  kms_key_id        = var.kms_key_arn

  serverlessv2_scaling_configuration {
    min_capacity             = var.min_acu
    max_capacity             = var.max_acu
    seconds_until_auto_pause = var.min_acu == 0 ? 300 : null # the least: hourly jobs then cost minutes
  }

  backup_retention_period      = var.backup_retention_days
  preferred_backup_window      = "23:00-23:30" # 02:00 in Nairobi
  preferred_maintenance_window = "sun:00:00-sun:00:30"
  copy_tags_to_snapshot        = true
  deletion_protection          = var.deletion_protection
  skip_final_snapshot          = !var.deletion_protection
  final_snapshot_identifier    = var.deletion_protection ? "${local.identifier}-final" : null

  enabled_cloudwatch_logs_exports = ["audit", "error", "slowquery"]

  depends_on = [aws_cloudwatch_log_group.database]

  lifecycle {
    prevent_destroy = true
    # A failover changes the first two behind our back, and putting them right would detach a cluster. The others say
    # how a cluster was made; another answer later would have it made anew.
    ignore_changes = [global_cluster_identifier, replication_source_identifier, source_region, database_name, master_username]
  }
}

resource "aws_rds_cluster_instance" "main" {
  #checkov:skip=CKV_AWS_226:engine_version says which version runs; AWS advises against it for long-term support releases

  count = var.instance_count

  identifier         = "${local.identifier}-${count.index + 1}"
  cluster_identifier = aws_rds_cluster.main.id
  engine             = aws_rds_cluster.main.engine
  instance_class     = "db.serverless"
  availability_zone  = var.zones[count.index % length(var.zones)] # else AWS may put two into one

  publicly_accessible             = false
  auto_minor_version_upgrade      = false
  ca_cert_identifier              = "rds-ca-rsa2048-g1"
  copy_tags_to_snapshot           = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
}

resource "aws_rds_cluster_parameter_group" "main" {
  name_prefix = "${local.identifier}-"
  description = "TLS only, utf8mb4, strict"
  family      = "aurora-mysql8.0"

  dynamic "parameter" {
    for_each = {
      require_secure_transport = "ON"
      tls_version              = "TLSv1.2,TLSv1.3"
      character_set_server     = "utf8mb4"
      collation_server         = "utf8mb4_bin"
      time_zone                = "UTC"
      # As the application sets it for each of its connections (chalicelib/storage/engines.py).
      sql_mode        = "STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION"
      slow_query_log  = "1"
      long_query_time = "1"
      # Who logs in, and who fails to; never what is asked, which would be people's data.
      server_audit_logging = "1"
      server_audit_events  = "CONNECT"
      # The migrator makes triggers, and is no superuser.
      log_bin_trust_function_creators = "1"
    }

    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "database" {
  #checkov:skip=CKV_AWS_338:a slow query may show a person's data: each environment says for how long, and the audit trail is kept for a year

  for_each = toset(["audit", "error", "slowquery"])

  name              = "/aws/rds/cluster/${local.identifier}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "monitoring" {
  name                 = "${var.name}-${local.region}-database-monitoring"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_monitoring.json
  permissions_boundary = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/${var.name}-boundary-${local.region}"
}

data "aws_iam_policy_document" "assumed_by_monitoring" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["monitoring.rds.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
