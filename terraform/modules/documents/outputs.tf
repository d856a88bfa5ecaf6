output "bucket_arn" {
  description = "ARN of the Region's bucket of documents."
  value       = aws_s3_bucket.main.arn
}
