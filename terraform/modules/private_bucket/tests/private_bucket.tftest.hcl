mock_provider "aws" {
  source = "../../mocks"
}

variables {
  bucket      = "plotihub-dev-papers"
  arn         = "arn:aws:s3:::plotihub-dev-papers"
  kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/region"
}

run "what_lies_in_it_is_kept_and_encrypted" {
  command = plan

  assert {
    condition     = output.bucket == var.bucket && one(aws_s3_bucket_versioning.main.versioning_configuration).status == "Enabled"
    error_message = "What is overwritten must be kept."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.main.rule).apply_server_side_encryption_by_default) == { sse_algorithm = "aws:kms", kms_master_key_id = var.kms_key_arn }
    error_message = "It must be encrypted under the key that is given."
  }
}

run "nobody_comes_in_from_outside" {
  command = plan

  assert {
    condition = (
      aws_s3_bucket_public_access_block.main.block_public_acls && aws_s3_bucket_public_access_block.main.block_public_policy
      && aws_s3_bucket_public_access_block.main.ignore_public_acls && aws_s3_bucket_public_access_block.main.restrict_public_buckets
    )
    error_message = "It must be closed to the public."
  }

  assert {
    condition = anytrue([for said in data.aws_iam_policy_document.main.statement :
      said.effect == "Deny" && said.actions == toset(["s3:*"]) && said.resources == toset([var.arn, "${var.arn}/*"])
      && one(said.condition).variable == "aws:SecureTransport" && one(said.condition).values == tolist(["false"])
    ])
    error_message = "Whoever speaks without TLS must be refused, whatever they want with whatever is in it."
  }
}

run "what_the_owner_allows_is_allowed_besides" {
  command = plan

  variables {
    policy_documents = ["{\"Statement\":[{\"Sid\":\"TrailLooks\"}]}"]
  }

  assert {
    condition     = data.aws_iam_policy_document.main.source_policy_documents == tolist(var.policy_documents)
    error_message = "The owner's policies must be joined with ours."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.main.statement) == 1
    error_message = "And ours must still be among them."
  }
}

run "what_is_no_policy_is_refused" {
  command = plan

  variables {
    policy_documents = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
  }

  expect_failures = [var.policy_documents]
}
