# Once in each Region, by hand, with its state beside it: what every other stack's state needs before there is any.

locals {
  name = "${var.project}-${var.environment}"

  tags = {
    Project     = var.project
    Environment = var.environment
    Owner       = var.owner
    ManagedBy   = "terraform"
    CostCenter  = var.cost_center
  }
}

module "delivery" {
  source = "../../modules/delivery"

  name                   = local.name
  github_repository      = var.github_repository
  github_environment     = var.environment
  github_provider_exists = var.github_provider_exists
}
