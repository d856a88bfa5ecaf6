# The code that the canary is made of, and what its runs report.

resource "aws_s3_bucket" "artifacts" {
  #checkov:skip=CKV_AWS_18:reports say what anybody is told who asks whether the API is well
  #checkov:skip=CKV_AWS_144:reports of a month, of use in this Region only
  #checkov:skip=CKV2_AWS_62:nothing works on what is put here
  #checkov:skip=CKV_AWS_21:module private_bucket does; the check follows no variable of a module that waits for the API
  #checkov:skip=CKV_AWS_145:module private_bucket does; the check follows no variable of a module that waits for the API
  #checkov:skip=CKV2_AWS_6:module private_bucket does; the check follows no variable of a module that waits for the API
  #checkov:skip=CKV2_AWS_61:it has one, below; the check follows no variable of a module that waits for the API

  bucket        = "${var.name}-${local.account_id}-${local.region}-canary"
  force_destroy = true # nothing in it is missed
}

module "private_bucket" {
  source = "../private_bucket"

  bucket      = aws_s3_bucket.artifacts.id
  arn         = aws_s3_bucket.artifacts.arn
  kms_key_arn = var.kms_key_arn
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = module.private_bucket.bucket

  rule {
    id     = "reports"
    status = "Enabled"

    filter {
      prefix = "reports/"
    }

    expiration {
      days = local.keep_days
    }
  }

  rule {
    id     = "leftovers"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_object" "code" {
  bucket      = module.private_bucket.bucket
  key         = "code/canary.zip"
  source      = local.code
  source_hash = filesha256(local.code)
  kms_key_id  = var.kms_key_arn
}
