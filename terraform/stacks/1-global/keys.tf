# The key that wraps the data keys of personal papers. It is one key with a twin in the other Region, also where only
# backups are copied: what was sealed in one must open in the other.

locals {
  elsewhere = one(compact([local.is_global ? var.other_region : var.backup_region]))
  # Whoever takes an older estate's data over opens it by that one's key; the key made here then wraps nothing.
  data_key_id = var.data_key_arn == null ? aws_kms_key.data.key_id : element(split("/", var.data_key_arn), 1)
}

resource "aws_kms_key" "data" {
  #checkov:skip=CKV2_AWS_64:AWS's usual policy: the account's own policies say who may use it

  description             = "${local.name} personal papers"
  multi_region            = true
  enable_key_rotation     = true
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "data" {
  name          = "alias/${local.name}-data"
  target_key_id = local.data_key_id
}

resource "aws_kms_replica_key" "data" {
  count    = local.elsewhere == null ? 0 : 1
  provider = aws.other

  description             = "${local.name} personal papers"
  primary_key_arn         = aws_kms_key.data.arn
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

# An older estate's key has its twin in the other Region, but none where backups may go to.
resource "aws_kms_alias" "data_in_other" {
  count    = var.data_key_arn == null || local.is_global ? length(aws_kms_replica_key.data) : 0
  provider = aws.other

  name          = "alias/${local.name}-data"
  target_key_id = var.data_key_arn == null ? aws_kms_replica_key.data[0].key_id : local.data_key_id
}
