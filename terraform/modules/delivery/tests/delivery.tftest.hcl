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
    condition     = length(aws_iam_role.deploy) == 0 && output.deploy_role_arn == null
    error_message = "Without a repository nobody deploys from GitHub."
  }
}

run "a_repository_deploys_from_one_of_its_environments" {
  command = plan

  variables {
    github_repository = "owner/plotihub"
  }

  assert {
    condition     = one([for each in one(data.aws_iam_policy_document.assumed_by_github[0].statement).condition : one(each.values) if endswith(each.variable, ":sub")]) == "repo:owner/plotihub:environment:dev"
    error_message = "Only an approved run of the environment may take the role on."
  }

  assert {
    condition     = aws_iam_role.deploy[0].max_session_duration == 3600 && length(aws_iam_policy.boundary) == 1
    error_message = "The role is for an hour, and bounded."
  }
}

run "a_name_that_is_no_repository" {
  command = plan

  variables {
    github_repository = "plotihub"
  }

  expect_failures = [var.github_repository]
}
