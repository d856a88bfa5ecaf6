output "state_bucket" {
  description = "Bucket of this Region's Terraform state."
  value       = aws_s3_bucket.state.id
}

output "state_key_arn" {
  description = "Key that the state is encrypted under."
  value       = aws_kms_key.state.arn
}

output "deploy_role_arn" {
  description = "Role that GitHub's workflows take on, or null."
  value       = one(aws_iam_role.deploy[*].arn)
}
