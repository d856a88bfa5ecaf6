provider "aws" {
  region              = var.primary_region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias               = "other"
  region              = var.other_region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}
