# Planned by the real provider, which makes policies into JSON without asking AWS; what they allow is tried by
# tests/terraform/test_delivery.py.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "000000000000" }
}

override_resource {
  target          = aws_iam_policy.boundary
  override_during = plan
  values          = { arn = "arn:aws:iam::000000000000:policy/plotihub-dev-boundary-eu-west-1" }
}

override_resource {
  target          = aws_iam_policy.deploy_boundary
  override_during = plan
  values          = { arn = "arn:aws:iam::000000000000:policy/plotihub-dev-deploy-boundary" }
}

variables {
  name               = "plotihub-dev"
  github_environment = "dev"
  github_repository  = "owner/plotihub"
}

run "rights" {
  command = plan

  assert {
    condition     = can(jsondecode(aws_iam_policy.boundary.policy)) && length(aws_iam_policy.boundary.policy) <= 6144
    error_message = "AWS takes no policy of more than 6144 characters."
  }

  assert {
    condition     = length(aws_iam_policy.deploy_boundary[0].policy) <= 6144 && length(aws_iam_role_policy.plan[0].policy) + length(aws_iam_role_policy.deploy_roles[0].policy) <= 10240
    error_message = "AWS takes no policy of more than 6144 characters, or 10240 within a role."
  }
}
