# Documents: leases, identity papers, exports. Each Region has its bucket; stacks/3-link has each copied to the other.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name
  account_id = data.aws_caller_identity.current.account_id
}

resource "aws_s3_bucket" "main" {
  #checkov:skip=CKV_AWS_18:the application's own audit tells who asked for which document
  #checkov:skip=CKV_AWS_144:stacks/3-link copies it both ways where there are two Regions
  #checkov:skip=CKV2_AWS_62:nothing works on what is put here

  bucket = "${var.name}-${local.account_id}-${local.region}-documents"

  lifecycle {
    prevent_destroy = true
  }
}

module "private_bucket" {
  source = "../private_bucket"

  bucket      = aws_s3_bucket.main.id
  arn         = aws_s3_bucket.main.arn
  kms_key_arn = var.kms_key_arn
}

resource "aws_s3_bucket_lifecycle_configuration" "main" {
  bucket = module.private_bucket.bucket

  rule {
    id     = "ageing"
    status = "Enabled"
    filter {}

    transition {
      days          = 90
      storage_class = "STANDARD_IA"
    }

    # Glacier Instant Retrieval: of the Glacier classes the one that a pre-signed address can still read.
    transition {
      days          = 365
      storage_class = "GLACIER_IR"
    }

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}
