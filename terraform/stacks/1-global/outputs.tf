output "name_servers" {
  description = "Where the domain's registrar must point; none without a zone."
  value       = flatten(aws_route53_zone.main[*].name_servers)
}

output "global_cluster_identifier" {
  description = "Identifier of the global database, or null."
  value       = one(aws_rds_global_cluster.main[*].id)
}

output "tables" {
  description = "Names of the tables that both Regions share."
  value       = [module.intake.intake_table_name, module.intake.claims_table_name]
}

output "cdn_domain" {
  description = "CloudFront's own name for the distribution, or null."
  value       = one(aws_cloudfront_distribution.main[*].domain_name)
}
