# Planned for each size, with the variables that `make deploy` gives it; what the plan holds is read by tests/terraform.

mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "other"
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "../../mocks"
}

run "estate" {
  command = plan

  assert {
    condition     = length(aws_rds_global_cluster.main) == (var.other_region == null ? 0 : 1)
    error_message = "Two Regions share a global database; one Region has none."
  }

  assert {
    condition     = alltrue([for cluster in aws_rds_global_cluster.main : cluster.storage_encrypted])
    error_message = "The global database must be encrypted."
  }

  assert {
    condition     = length(aws_kms_replica_key.data) == 1 && length(aws_kms_alias.data_in_other) == 1
    error_message = "The key of personal papers must have its twin in the other Region, or where the backups are."
  }

  assert {
    condition     = toset(output.tables) == toset(["${local.name}-intake", "${local.name}-claims"])
    error_message = "The journal of money and the senders' claims must be there under their names."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.main) == (var.cdn_domain == null ? 0 : 1)
    error_message = "CloudFront is there only where it is asked for."
  }

  assert {
    condition     = length(aws_backup_vault.copies) == (var.other_region == null && var.backup_region != null ? 1 : 0)
    error_message = "One Region must have a vault elsewhere that its backups are copied to."
  }

  assert {
    condition     = length(aws_backup_vault_lock_configuration.copies) == length(aws_backup_vault.copies)
    error_message = "That vault is all that is left of a lost Region: nobody may shorten what lies in it."
  }
}
