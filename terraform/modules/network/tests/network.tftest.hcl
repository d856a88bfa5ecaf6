mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "plotihub-dev"
  cidr        = "10.20.0.0/16"
  kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/region"
}

run "nothing_leads_out_unless_asked" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.main) + length(aws_internet_gateway.main) + length(aws_subnet.public) + length(aws_vpc_security_group_egress_rule.functions_to_internet) == 0
    error_message = "Without nat there is no gateway, no public subnet and no rule to the internet."
  }

  assert {
    condition     = [for zone in local.zones : aws_subnet.private[zone].cidr_block] == ["10.20.0.0/20", "10.20.16.0/20"]
    error_message = "Two zones, each with its share of the network."
  }

  assert {
    condition     = keys(aws_vpc_endpoint.gateway) == ["dynamodb", "s3"] && keys(aws_vpc_endpoint.interface) == ["kms", "sqs"]
    error_message = "The free gateway endpoints are always there, interface endpoints as asked."
  }

  assert {
    condition     = aws_cloudwatch_log_group.flow_logs.kms_key_id == var.kms_key_arn
    error_message = "Who spoke to whom must be encrypted."
  }
}

run "flow_logs_write_to_their_group_and_list_the_names_of_others" {
  command = plan

  assert {
    condition     = data.aws_iam_policy_document.flow_logs.statement[1].actions == toset(["logs:DescribeLogGroups"])
    error_message = "Beyond its own group the service must be able to list names, and nothing more."
  }

  assert {
    condition     = data.aws_iam_policy_document.flow_logs.statement[1].resources == toset(["arn:aws:logs:eu-west-1:000000000000:log-group:*"])
    error_message = "Those of this account and Region."
  }
}

run "each_zone_has_its_way_out_where_one_is_asked_for" {
  command = plan

  variables {
    nat      = true
    az_count = 3
  }

  assert {
    condition     = length(aws_nat_gateway.main) == 3 && length(aws_route.private_to_nat) == 3
    error_message = "A zone that fails must take only its own way out with it."
  }

  assert {
    condition     = length(setintersection([for each in aws_subnet.private : each.cidr_block], [for each in aws_subnet.public : each.cidr_block])) == 0
    error_message = "Public and private subnets must not share addresses."
  }
}

run "the_other_region_is_known_by_its_addresses" {
  command = plan

  variables {
    peer_cidrs = ["10.21.0.0/16"]
  }

  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.database_from_other_region["10.21.0.0/16"].from_port == 3306
      && aws_vpc_security_group_egress_rule.functions_to_other_region["10.21.0.0/16"].to_port == 3306
    )
    error_message = "MySQL, and nothing else, must pass between the Regions."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    cidr                = "10.20.0.0/20"
    az_count            = 1
    interface_endpoints = ["ec2"]
    endpoint_az_count   = 4
  }

  expect_failures = [var.cidr, var.az_count, var.interface_endpoints, var.endpoint_az_count]
}
