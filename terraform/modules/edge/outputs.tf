output "documents_bucket" {
  description = "Name of the Region's bucket of documents."
  value       = aws_s3_bucket.documents.id
}

output "documents_bucket_arn" {
  description = "ARN of the Region's bucket of documents."
  value       = aws_s3_bucket.documents.arn
}

output "web_acl_arn" {
  description = "ARN of the firewall, or null."
  value       = one(aws_wafv2_web_acl.main[*].arn)
}
