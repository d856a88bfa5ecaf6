# Documents are copied both ways, so that either Region has them all.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  buckets    = { for region in [var.primary_region, var.other_region] : region => "${local.name}-${local.account_id}-${region}-documents" }
  keys = {
    (var.primary_region) = data.aws_kms_alias.primary.target_key_arn
    (var.other_region)   = data.aws_kms_alias.other.target_key_arn
  }
}

data "aws_kms_alias" "primary" {
  name = "alias/${local.name}"
}

data "aws_kms_alias" "other" {
  provider = aws.other
  name     = "alias/${local.name}"
}

resource "aws_iam_role" "replication" {
  name                 = "${local.name}-documents-replication"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_s3.json
  permissions_boundary = "arn:${local.partition}:iam::${local.account_id}:policy/${local.name}-boundary-${var.primary_region}"
}

data "aws_iam_policy_document" "assumed_by_s3" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_iam_role_policy" "replication" {
  name   = "copy"
  role   = aws_iam_role.replication.id
  policy = data.aws_iam_policy_document.replication.json
}

data "aws_iam_policy_document" "replication" {
  statement {
    actions   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
    resources = [for bucket in values(local.buckets) : "arn:${local.partition}:s3:::${bucket}"]
  }

  statement {
    actions = [
      "s3:GetObjectVersionAcl",
      "s3:GetObjectVersionForReplication",
      "s3:GetObjectVersionTagging",
      "s3:ReplicateDelete",
      "s3:ReplicateObject",
      "s3:ReplicateTags",
    ]
    resources = [for bucket in values(local.buckets) : "arn:${local.partition}:s3:::${bucket}/*"]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    resources = values(local.keys)
  }
}

resource "aws_s3_bucket_replication_configuration" "from_primary" {
  bucket = local.buckets[var.primary_region]
  role   = aws_iam_role.replication.arn

  rule {
    id     = "all"
    status = "Enabled"
    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }

      replica_modifications {
        status = "Enabled"
      }
    }

    destination {
      bucket        = "arn:${local.partition}:s3:::${local.buckets[var.other_region]}"
      storage_class = "STANDARD"

      encryption_configuration {
        replica_kms_key_id = local.keys[var.other_region]
      }
    }
  }
}

resource "aws_s3_bucket_replication_configuration" "from_other" {
  provider = aws.other

  bucket = local.buckets[var.other_region]
  role   = aws_iam_role.replication.arn

  rule {
    id     = "all"
    status = "Enabled"
    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }

      replica_modifications {
        status = "Enabled"
      }
    }

    destination {
      bucket        = "arn:${local.partition}:s3:::${local.buckets[var.primary_region]}"
      storage_class = "STANDARD"

      encryption_configuration {
        replica_kms_key_id = local.keys[var.primary_region]
      }
    }
  }
}
