mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "plotihub-dev"
  github_environment = "dev"
}

run "the_state_lies_where_it_is_looked_for" {
  command = plan

  assert {
    condition     = aws_s3_bucket.state.bucket == "plotihub-dev-000000000000-eu-west-1-state"
    error_message = "`make deploy` finds the state by this name."
  }

  assert {
    condition     = length(aws_iam_role.deploy) + length(aws_iam_role.plan) + length(aws_iam_policy.deploy_boundary) == 0 && output.deploy_role_arn == null && output.plan_role_arn == null
    error_message = "Without a repository nobody deploys from GitHub."
  }

  assert {
    condition     = aws_iam_policy.boundary.name == "plotihub-dev-boundary-eu-west-1"
    error_message = "Every role carries the boundary, by this name, whoever deploys."
  }
}

run "a_repository_deploys_and_plans_from_two_environments" {
  command = plan

  variables {
    github_repository = "owner/plotihub"
  }

  assert {
    condition     = [for who in ["deploy", "plan"] : one([for each in one(data.aws_iam_policy_document.assumed_by_github[who].statement).condition : one(each.values) if endswith(each.variable, ":sub")])] == ["repo:owner/plotihub:environment:dev", "repo:owner/plotihub:environment:dev-plan"]
    error_message = "Only an approved run of the environment may take the deploy role on."
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 1
    error_message = "The account must know GitHub."
  }

  assert {
    condition     = aws_iam_role.deploy[0].max_session_duration == 3 * 3600 && aws_iam_role.plan[0].max_session_duration == 3600
    error_message = "A first deployment takes more than an hour; a plan never."
  }
}

run "a_second_environment_of_the_account" {
  command = plan

  variables {
    github_repository      = "owner/plotihub"
    github_provider_exists = true
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && length(aws_iam_role.deploy) == 1
    error_message = "An account knows GitHub once."
  }
}

run "a_name_that_is_no_repository" {
  command = plan

  variables {
    github_repository = "plotihub"
  }

  expect_failures = [var.github_repository]
}
