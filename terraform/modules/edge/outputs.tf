output "web_acl_arn" {
  description = "ARN of the firewall, or null."
  value       = one(aws_wafv2_web_acl.main[*].arn)
}
