mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                = "plotihub-dev"
  regions             = ["eu-west-1", "eu-central-1"]
  consistency         = "strong"
  witness_region      = "eu-west-2"
  deletion_protection = true
  tags                = { Project = "plotihub", Environment = "dev" }
}

run "two_regions_and_a_witness_agree_before_they_acknowledge" {
  command = plan

  assert {
    condition     = length(aws_dynamodb_table.plain) == 0 && keys(aws_cloudformation_stack.strong) == ["claims", "intake"]
    error_message = "Strong tables are made by CloudFormation, and by nothing else."
  }

  assert {
    condition     = length(regexall("SSESpecification", join("", [for stack in aws_cloudformation_stack.strong : stack.template_body]))) == 0
    error_message = "No key may be named: whoever claims would need rights on it."
  }

  assert {
    condition = alltrue(flatten([for stack in aws_cloudformation_stack.strong : [
      for replica in jsondecode(stack.template_body).Resources.Table.Properties.Replicas :
      replica.Tags == [{ Key = "Environment", Value = "dev" }, { Key = "Project", Value = "plotihub" }]
    ]]))
    error_message = "Each copy must say whose it is."
  }

  assert {
    condition     = output.intake_table_name == "plotihub-dev-intake" && output.claims_table_name == "plotihub-dev-claims"
    error_message = "Others find the tables by these names."
  }
}

run "two_regions_cannot_agree_without_a_witness" {
  command = plan

  variables {
    witness_region = null
  }

  expect_failures = [aws_cloudformation_stack.strong]
}

run "a_pair_that_cannot_be_strong_is_copied" {
  command = plan

  variables {
    consistency    = "eventual"
    witness_region = null
  }

  assert {
    condition     = alltrue([for table in aws_dynamodb_table.plain : one(table.replica).region_name == "eu-central-1" && table.stream_enabled])
    error_message = "Each table must have its copy in the other Region."
  }
}

run "one_region_has_plain_tables" {
  command = plan

  variables {
    consistency    = "single"
    regions        = ["eu-west-1"]
    witness_region = null
  }

  assert {
    condition     = alltrue([for table in aws_dynamodb_table.plain : length(table.server_side_encryption) == 0])
    error_message = "No key may be named: whoever claims would need rights on it."
  }

  assert {
    condition     = alltrue([for table in aws_dynamodb_table.plain : table.deletion_protection_enabled && one(table.point_in_time_recovery).enabled && length(table.replica) == 0])
    error_message = "Plain tables must be kept, and restorable to any second."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    regions     = ["eu-west-1", "eu-west-1"]
    consistency = "some"
  }

  expect_failures = [var.regions, var.consistency]
}
