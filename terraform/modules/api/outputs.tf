output "rest_api_id" {
  description = "Id of the REST API."
  value       = aws_api_gateway_rest_api.rest_api.id
}

output "rest_api_name" {
  description = "Name of the REST API, as its metrics say it."
  value       = aws_api_gateway_rest_api.rest_api.name
}

output "stage_name" {
  description = "Name of the stage."
  value       = aws_api_gateway_stage.main.stage_name
}

output "stage_arn" {
  description = "ARN of the stage, to which a firewall is tied."
  value       = aws_api_gateway_stage.main.arn
}

output "domains" {
  description = "For each of domain_names: the host name and zone that DNS points it at."
  value = {
    for key, each in aws_api_gateway_domain_name.main : key => {
      host    = each.regional_domain_name
      zone_id = each.regional_zone_id
    }
  }
}

output "functions" {
  description = "Every function by its name in the code: its name in AWS, the ARN of its alias, time-out in seconds and role class."
  value = {
    for name, function in local.functions : name => {
      function_name = local.function_names[name]
      alias_arn     = aws_lambda_alias.live[name].arn
      timeout_s     = function.timeout_s
      role          = function.role
    }
  }
}

output "log_group_names" {
  description = "Names of all log groups of the API and its functions."
  value       = concat([aws_cloudwatch_log_group.access.name], [for group in aws_cloudwatch_log_group.function : group.name])
}
