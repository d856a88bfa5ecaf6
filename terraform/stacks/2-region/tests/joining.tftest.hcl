# The other Region, which joins the global database and makes no master, no secret and no database of its own.

mock_provider "aws" {
  source = "../../mocks"

  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "../../mocks"
}

override_resource {
  target          = aws_kms_key.main
  override_during = plan
  values = {
    arn    = "arn:aws:kms:eu-central-1:000000000000:key/of-the-region"
    key_id = "of-the-region"
  }
}

override_resource {
  target          = module.dns.aws_kms_key.health
  override_during = plan
  values = {
    arn    = "arn:aws:kms:us-east-1:000000000000:key/of-health"
    key_id = "of-health"
  }
}

override_resource {
  target          = module.identity.aws_kms_key.codes
  override_during = plan
  values = {
    arn    = "arn:aws:kms:eu-central-1:000000000000:key/of-codes"
    key_id = "of-codes"
  }
}

# As stacks/3-link wrote it down here: the second apply of a Region knows of the other.
override_data {
  target = data.aws_ssm_parameters_by_path.peer
  values = {
    names  = ["/plotihub-prod/peer/audience", "/plotihub-prod/peer/connect_arns", "/plotihub-prod/peer/issuer", "/plotihub-prod/peer/writer_host"]
    values = ["client", "arn:aws:rds-db:eu-west-1:000000000000:dbuser:cluster-x/plotihub_app", "https://issuer.invalid", "writer.invalid"]
  }
}

run "estate" {
  command = plan

  assert {
    condition     = output.cluster.secret_arn == null
    error_message = "The Region that joins makes no master."
  }

  assert {
    condition     = length(local.issuers) == 2 && length(local.writer_hosts) == 2
    error_message = "The other Region's issuer and writer must be taken over."
  }

  assert {
    condition     = contains(local.peer_connect_arns, "arn:aws:rds-db:eu-west-1:000000000000:dbuser:cluster-x/plotihub_app")
    error_message = "Functions must be allowed to log in to the other Region's cluster."
  }
}
