output "state_bucket" {
  description = "Bucket of this Region's Terraform state."
  value       = module.delivery.state_bucket
}

output "deploy_role_arn" {
  description = "Role that GitHub's workflows deploy by (variable DEPLOY_ROLE_ARN of the environment), or null."
  value       = module.delivery.deploy_role_arn
}

output "plan_role_arn" {
  description = "Role that GitHub's workflows plan by (variable PLAN_ROLE_ARN of the environment for plans), or null."
  value       = module.delivery.plan_role_arn
}
