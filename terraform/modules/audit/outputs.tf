output "trail_arn" {
  description = "ARN of the trail."
  value       = aws_cloudtrail.main.arn
}

output "bucket_name" {
  description = "Bucket that the record lies in."
  value       = aws_s3_bucket.main.id
}
