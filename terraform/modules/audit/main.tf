# Who did what in the account, in every Region, kept where nobody can change it.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  trail_arn  = "arn:${local.partition}:cloudtrail:${data.aws_region.current.name}:${local.account_id}:trail/${var.name}"
}

resource "aws_cloudtrail" "main" {
  #checkov:skip=CKV_AWS_252:a notice for each file of the trail says nothing; the log group is for whoever wants to be told

  name                          = var.name
  s3_bucket_name                = aws_s3_bucket.main.id
  kms_key_id                    = aws_kms_key.main.arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.main.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.logs.arn

  depends_on = [module.private_bucket, aws_iam_role_policy.logs]
}

resource "aws_s3_bucket" "main" {
  #checkov:skip=CKV_AWS_18:who reads the trail is in the trail
  #checkov:skip=CKV_AWS_144:the trail is of all Regions in one locked bucket, and its newest year is in the log group besides
  #checkov:skip=CKV2_AWS_62:nothing works on what is put here

  bucket              = "${var.name}-${local.account_id}-audit"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

module "private_bucket" {
  source = "../private_bucket"

  bucket           = aws_s3_bucket.main.id
  arn              = aws_s3_bucket.main.arn
  kms_key_arn      = aws_kms_key.main.arn
  policy_documents = [data.aws_iam_policy_document.bucket.json]
}

resource "aws_s3_bucket_object_lock_configuration" "main" {
  bucket = module.private_bucket.bucket

  rule {
    default_retention {
      mode = var.lock_mode
      days = var.retention_days
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "main" {
  bucket = module.private_bucket.bucket

  rule {
    id     = "archive"
    status = "Enabled"
    filter {}

    transition {
      days          = 90
      storage_class = "GLACIER"
    }

    expiration {
      days = var.retention_days + 30
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

# As CloudTrail wants it: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "TrailLooks"
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.main.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }

  statement {
    sid       = "TrailWrites"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.main.arn}/AWSLogs/${local.account_id}/*"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
  }
}

resource "aws_kms_key" "main" {
  description             = "${var.name} audit trail"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "main" {
  name          = "alias/${var.name}-audit"
  target_key_id = aws_kms_key.main.key_id
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:a key's own policy: the account's policies say who may, and * is this key
  #checkov:skip=CKV_AWS_111:a key's own policy: the account's policies say who may, and * is this key
  #checkov:skip=CKV_AWS_356:a key's own policy: the account's policies say who may, and * is this key

  statement {
    sid       = "AccountGoverns"
    actions   = ["kms:*"]
    resources = ["*"] # in a key's own policy this is the key
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  statement {
    sid       = "TrailEncrypts"
    actions   = ["kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }

  statement {
    sid       = "LogsEncrypt"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.name}.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${data.aws_region.current.name}:${local.account_id}:log-group:/aws/cloudtrail/${var.name}"]
    }
  }
}
