output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.main.id
}

output "cidr" {
  description = "Addresses of the network."
  value       = aws_vpc.main.cidr_block
}

output "zones" {
  description = "Availability zones of the private subnets, in the same order."
  value       = local.zones
}

output "subnet_ids" {
  description = "Private subnets, one for each zone."
  value       = [for zone in local.zones : aws_subnet.private[zone].id]
}

output "route_table_ids" {
  description = "Route tables of the private subnets; the peering adds its routes to them."
  value       = [for zone in local.zones : aws_route_table.private[zone].id]
}

output "functions_security_group_id" {
  description = "Security group of inside functions."
  value       = aws_security_group.functions.id
}

output "database_security_group_id" {
  description = "Security group of the database and its proxy."
  value       = aws_security_group.database.id
}
