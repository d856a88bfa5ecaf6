output "api_url" {
  description = "Where the API answers in this Region."
  value       = local.api_url
}

output "rest_api_id" {
  description = "Id of the REST API."
  value       = module.api.rest_api_id
}

output "functions" {
  description = "Every function by its name in the code: its name in AWS and the ARN of its alias."
  value       = module.api.functions
}

output "rollback_alarm_name" {
  description = "The alarm that takes a deployment back."
  value       = module.observability.rollback_alarm_name
}

output "pool" {
  description = "The Region's pool and its client."
  value       = { id = module.identity.pool_id, client_id = module.identity.client_id }
}

output "cluster" {
  description = "The Region's database: its ARN and its master's secret, where it was made here."
  value       = { arn = module.database.cluster_arn, secret_arn = module.database.master_secret_arn }
}
