output "queue_arns" {
  description = "ARNs of the queues, by what they are for."
  value       = { for key, queue in aws_sqs_queue.main : key => queue.arn }
}

output "queue_urls" {
  description = "URLs of the queues, by what they are for."
  value       = { for key, queue in aws_sqs_queue.main : key => queue.id }
}

output "queue_names" {
  description = "Names of the queues, by what they are for."
  value       = { for key, queue in aws_sqs_queue.main : key => queue.name }
}

output "dead_letter_queue_names" {
  description = "Names of the queues of what could not be worked, by what the first queue is for."
  value       = { for key, queue in aws_sqs_queue.dead : key => queue.name }
}

output "email_identity_arn" {
  description = "ARN of the identity that e-mails are sent from, or of none."
  value       = var.email_domain == null ? "arn:${data.aws_partition.current.partition}:ses:${local.region}:${data.aws_caller_identity.current.account_id}:identity/none.invalid" : aws_ses_domain_identity.main[0].arn
}
