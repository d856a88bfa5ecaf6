# What both Regions share: the shell of the global database, the tables that agree, the zone, the audit trail, budgets.

data "aws_caller_identity" "current" {}

locals {
  name      = "${var.project}-${var.environment}"
  is_global = var.other_region != null
  regions   = compact([var.primary_region, var.other_region])

  tags = {
    Project     = var.project
    Environment = var.environment
    Owner       = var.owner
    ManagedBy   = "terraform"
    CostCenter  = var.cost_center
  }
}

resource "aws_rds_global_cluster" "main" {
  count = local.is_global ? 1 : 0

  global_cluster_identifier = local.name
  engine                    = "aurora-mysql"
  engine_version            = var.engine_version
  database_name             = "plotihub"
  storage_encrypted         = true
  deletion_protection       = var.deletion_protection

  lifecycle {
    prevent_destroy = true
    ignore_changes = [
      database_name,  # of one that grew from a cluster (docs/runbooks/region-pair.md), and fixed
      engine_version, # AWS raises it by the members, and refuses it here: docs/runbooks/upgrade.md
    ]
  }
}

module "intake" {
  source = "../../modules/intake"

  name                = local.name
  regions             = local.regions
  consistency         = var.intake_consistency
  witness_region      = var.intake_witness_region
  tags                = local.tags
  deletion_protection = var.deletion_protection
}

module "audit" {
  source = "../../modules/audit"

  name           = local.name
  retention_days = var.audit_retention_days
  lock_mode      = var.audit_lock_mode
}

module "budget" {
  source = "../../modules/budget"

  name        = local.name
  monthly_usd = var.monthly_usd
  daily_usd   = var.daily_usd
  emails      = var.alarm_emails
  anomalies   = var.cost_anomalies
}

resource "aws_route53_zone" "main" {
  #checkov:skip=CKV2_AWS_38:DNSSEC wants a record at the registrar, by hand; a zone signed without it, or left so, answers nobody
  #checkov:skip=CKV2_AWS_39:its questions name the API and nothing else; health checks tell whether it answers

  count = var.zone_name == null ? 0 : 1

  name    = var.zone_name
  comment = "${local.name}; made by Terraform"

  lifecycle {
    prevent_destroy = true
  }
}

# With two Regions each stack makes a vault, and the other copies into it; with one, the copies' vault is made here.
resource "aws_backup_vault" "copies" {
  count    = local.is_global || var.backup_region == null ? 0 : 1
  provider = aws.other

  name        = "${local.name}-copies" # not as a Region's own, which comes when the estate grows
  kms_key_arn = aws_kms_key.copies[0].arn

  lifecycle {
    prevent_destroy = true
  }
}

# As module backup locks its own: without lock_for_ever_after_days a named right can take it off, for a tear-down.
resource "aws_backup_vault_lock_configuration" "copies" {
  count    = length(aws_backup_vault.copies)
  provider = aws.other

  backup_vault_name   = aws_backup_vault.copies[0].name
  min_retention_days  = 1
  max_retention_days  = 3650
  changeable_for_days = var.backup_lock_for_ever_after_days
}

resource "aws_kms_key" "copies" {
  #checkov:skip=CKV2_AWS_64:AWS's usual policy: the account's own policies say who may use it

  count    = local.is_global || var.backup_region == null ? 0 : 1
  provider = aws.other

  description             = "${local.name} copies of backups"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}
