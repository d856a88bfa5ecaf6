output "peering_id" {
  description = "Id of the peering of the two networks."
  value       = aws_vpc_peering_connection.main.id
}
