# This Region's only. What another Region knows came here before, by stacks/3-link, as parameters.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

# Route 53 tells of its health checks here and nowhere else. It is governed from here too, so that where a domain is
# wanted, nothing more depends on this Region than did already. Where none is wanted, this provider asks nothing there: each
# that is configured asks STS whose account it is, also one that nothing uses, and this one asks the STS of var.region.
provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
  sts_region          = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}
