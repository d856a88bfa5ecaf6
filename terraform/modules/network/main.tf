# A Region's private network: functions that need the database, and the database. Nothing in it is reached from the
# internet; it reaches the internet only where `nat` is asked for.

data "aws_region" "current" {}

data "aws_availability_zones" "available" {
  #checkov:skip=CKV_AWS_394:the same code serves every Region; the first az_count by name are taken, and new zones come last

  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  region = data.aws_region.current.name
  zones  = slice(data.aws_availability_zones.available.names, 0, var.az_count)

  # A /16 shared out in /20s: the first ones private, those from the eighth on public.
  private = { for place, zone in local.zones : zone => cidrsubnet(var.cidr, 4, place) }
  public  = { for place, zone in local.zones : zone => cidrsubnet(var.cidr, 4, place + 8) if var.nat }
}

resource "aws_vpc" "main" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.name }
}

# The one that AWS makes lets everything through: emptied, so that nobody relies on it.
resource "aws_default_security_group" "unused" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "${var.name}-unused" }
}

resource "aws_subnet" "private" {
  for_each = local.private

  vpc_id            = aws_vpc.main.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table" "private" {
  for_each = local.private

  vpc_id = aws_vpc.main.id
  tags   = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each = local.private

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_security_group" "functions" {
  #checkov:skip=CKV2_AWS_5:module api gives it to the inside functions

  name        = "${var.name}-functions"
  description = "Inside functions: they call the database and AWS, and nobody calls them"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-functions" }
}

resource "aws_security_group" "database" {
  #checkov:skip=CKV2_AWS_5:module database gives it to the cluster and its proxy

  name        = "${var.name}-database"
  description = "The database and its proxy: reached from functions, of this Region and of the other"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-database" }
}

resource "aws_vpc_security_group_egress_rule" "functions_to_database" {
  security_group_id            = aws_security_group.functions.id
  description                  = "MySQL in this Region"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306
}

# Groups of another Region cannot be named, so the other side of the peering is known by its addresses.
resource "aws_vpc_security_group_egress_rule" "functions_to_other_region" {
  for_each = toset(var.peer_cidrs)

  security_group_id = aws_security_group.functions.id
  description       = "MySQL in the other Region, while the writer is there"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 3306
  to_port           = 3306
}

resource "aws_vpc_security_group_egress_rule" "functions_to_endpoints" {
  security_group_id            = aws_security_group.functions.id
  description                  = "AWS by the interface endpoints"
  referenced_security_group_id = aws_security_group.endpoints.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "functions_to_gateway_endpoints" {
  for_each = aws_vpc_endpoint.gateway

  security_group_id = aws_security_group.functions.id
  description       = "${each.key} by its gateway endpoint"
  prefix_list_id    = each.value.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "functions_to_internet" {
  count = var.nat ? 1 : 0

  security_group_id = aws_security_group.functions.id
  description       = "HTTPS by the NAT gateway"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "database_from_functions" {
  security_group_id            = aws_security_group.database.id
  description                  = "MySQL from the functions of this Region"
  referenced_security_group_id = aws_security_group.functions.id
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306
}

resource "aws_vpc_security_group_ingress_rule" "database_from_other_region" {
  for_each = toset(var.peer_cidrs)

  security_group_id = aws_security_group.database.id
  description       = "MySQL from the functions of the other Region"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 3306
  to_port           = 3306
}

# The proxy, in the same group, calls the cluster.
resource "aws_vpc_security_group_ingress_rule" "database_from_proxy" {
  security_group_id            = aws_security_group.database.id
  description                  = "MySQL from the proxy"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306
}

resource "aws_vpc_security_group_egress_rule" "proxy_to_database" {
  security_group_id            = aws_security_group.database.id
  description                  = "MySQL from the proxy"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306
}
