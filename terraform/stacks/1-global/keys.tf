# The key that wraps the data keys of personal papers, and the tables that both Regions share. It is one key with a twin
# in the other Region: what was sealed in one must open in the other.

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
  target_key_id = aws_kms_key.data.key_id
}

resource "aws_kms_replica_key" "data" {
  count    = local.is_global ? 1 : 0
  provider = aws.other

  description             = "${local.name} personal papers"
  primary_key_arn         = aws_kms_key.data.arn
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "data_in_other" {
  count    = local.is_global ? 1 : 0
  provider = aws.other

  name          = "alias/${local.name}-data"
  target_key_id = aws_kms_replica_key.data[0].key_id
}
