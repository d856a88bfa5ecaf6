# What deployments need before there is anything to deploy: a bucket for each Region's state, in that Region; the boundary
# of its roles; and the roles that GitHub's workflows take on without a key.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:only the deploy role reads it, and the audit trail tells of it
  #checkov:skip=CKV_AWS_144:a Region's state lies in that Region and is of no use while it is dead
  #checkov:skip=CKV2_AWS_62:nothing works on what is put here

  bucket = "${var.name}-${local.account_id}-${local.region}-state"

  lifecycle {
    prevent_destroy = true
  }
}

# Terraform's "encrypt" would ask for AES256 in place of the bucket's own key, so the stacks leave it out:
# https://github.com/hashicorp/terraform/blob/v1.11.4/internal/backend/remote-state/s3/client.go
module "private_bucket" {
  source = "../private_bucket"

  bucket      = aws_s3_bucket.state.id
  arn         = aws_s3_bucket.state.arn
  kms_key_arn = aws_kms_key.state.arn
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = module.private_bucket.bucket

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_kms_key" "state" {
  #checkov:skip=CKV2_AWS_64:AWS's usual policy: the account's own policies say who may use it

  description             = "${var.name} Terraform state"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "state" {
  name          = "alias/${var.name}-state"
  target_key_id = aws_kms_key.state.key_id
}
