# This Region's only. What another Region knows came here before, by stacks/3-link, as parameters.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}
