output "pool_id" {
  description = "Id of the Region's pool."
  value       = aws_cognito_user_pool.main.id
}

output "pool_arn" {
  description = "ARN of the Region's pool."
  value       = aws_cognito_user_pool.main.arn
}

output "client_id" {
  description = "Id of the application's client; the audience of its tokens."
  value       = aws_cognito_user_pool_client.main.id
}

output "issuer" {
  description = "Issuer of the pool's tokens."
  value       = local.issuer
}

output "codes_key_arn" {
  description = "ARN of the key that codes are encrypted under; the sender decrypts by it."
  value       = aws_kms_key.codes.arn
}

output "operator_role_arn" {
  description = "Role of who is on call."
  value       = aws_iam_role.operator.arn
}
