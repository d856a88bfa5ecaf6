# What joins the two Regions: the peering of their networks, and what each is to know of the other. Everything is found by
# name, so neither Region's state is read.

locals {
  name   = "${var.project}-${var.environment}"
  prefix = "/${local.name}"

  tags = {
    Project     = var.project
    Environment = var.environment
    Owner       = var.owner
    ManagedBy   = "terraform"
    CostCenter  = var.cost_center
  }
}

data "aws_vpc" "primary" {
  tags = { Name = local.name }
}

data "aws_vpc" "other" {
  provider = aws.other
  tags     = { Name = local.name }
}

data "aws_route_tables" "primary" {
  vpc_id = data.aws_vpc.primary.id

  filter {
    name   = "tag:Name"
    values = ["${local.name}-private-*"]
  }
}

data "aws_route_tables" "other" {
  provider = aws.other
  vpc_id   = data.aws_vpc.other.id

  filter {
    name   = "tag:Name"
    values = ["${local.name}-private-*"]
  }
}

resource "aws_vpc_peering_connection" "main" {
  vpc_id      = data.aws_vpc.primary.id
  peer_vpc_id = data.aws_vpc.other.id
  peer_region = var.other_region

  tags = { Name = local.name }
}

resource "aws_vpc_peering_connection_accepter" "main" {
  provider = aws.other

  vpc_peering_connection_id = aws_vpc_peering_connection.main.id
  auto_accept               = true

  tags = { Name = local.name }
}

resource "aws_route" "to_other" {
  for_each = toset(data.aws_route_tables.primary.ids)

  route_table_id            = each.value
  destination_cidr_block    = var.cidrs[var.other_region]
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.main.id
}

resource "aws_route" "to_primary" {
  provider = aws.other
  for_each = toset(data.aws_route_tables.other.ids)

  route_table_id            = each.value
  destination_cidr_block    = var.cidrs[var.primary_region]
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.main.id
}

# Names of one Region's database resolve to private addresses from the other.
resource "aws_vpc_peering_connection_options" "primary" {
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.main.id

  requester {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_vpc_peering_connection_options" "other" {
  provider = aws.other

  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.main.id

  accepter {
    allow_remote_vpc_dns_resolution = true
  }
}
