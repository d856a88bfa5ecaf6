output "bucket" {
  description = "Name of the bucket, known once it keeps versions: what lifecycle rules and locks wait for."
  value       = aws_s3_bucket_versioning.main.bucket
}
