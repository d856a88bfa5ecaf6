output "vault_arn" {
  description = "ARN of the Region's vault; the other Region copies into it."
  value       = aws_backup_vault.main.arn
}

output "vault_name" {
  description = "Name of the Region's vault."
  value       = aws_backup_vault.main.name
}
