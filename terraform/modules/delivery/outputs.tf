output "state_bucket" {
  description = "Bucket of this Region's Terraform state."
  value       = aws_s3_bucket.state.id
}

output "state_key_arn" {
  description = "Key that the state is encrypted under."
  value       = aws_kms_key.state.arn
}

output "deploy_role_arn" {
  description = "Role that GitHub's workflows deploy by, or null."
  value       = one(aws_iam_role.deploy[*].arn)
}

output "plan_role_arn" {
  description = "Role that GitHub's workflows plan by, or null."
  value       = one(aws_iam_role.plan[*].arn)
}

output "boundary_arn" {
  description = "Policy that every role of the Region carries as its boundary."
  value       = aws_iam_policy.boundary.arn
}
