output "intake_table_name" {
  description = "Name of the journal of money taken in."
  value       = local.tables.intake.name
}

output "claims_table_name" {
  description = "Name of the table in which senders claim what they send."
  value       = local.tables.claims.name
}
