output "state_bucket" {
  description = "Bucket of this Region's Terraform state."
  value       = module.delivery.state_bucket
}

output "deploy_role_arn" {
  description = "Role that GitHub's workflows take on, or null."
  value       = module.delivery.deploy_role_arn
}
