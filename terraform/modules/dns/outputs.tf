output "domain_names" {
  description = "The names that the API answers to here, each with the certificate that holds it; for module api."
  value = var.domain == null ? {} : {
    common   = { domain = var.domain, certificate_arn = aws_acm_certificate_validation.main[0].certificate_arn }
    regional = { domain = local.regional_domain, certificate_arn = aws_acm_certificate_validation.main[0].certificate_arn }
  }
}

output "health_check_id" {
  description = "Id of the Region's health check, or null."
  value       = one(aws_route53_health_check.main[*].id)
}

output "health_alarm_name" {
  description = "Name of the alarm of the Region's health, in us-east-1, or null."
  value       = one(aws_cloudwatch_metric_alarm.health[*].alarm_name)
}
