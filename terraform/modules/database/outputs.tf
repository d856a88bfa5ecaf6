output "cluster_identifier" {
  description = "Identifier of the cluster."
  value       = aws_rds_cluster.main.cluster_identifier
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_rds_cluster.main.arn
}

output "writer_host" {
  description = "Host name that takes writes while this Region has the writer."
  value       = aws_rds_cluster.main.endpoint
}

output "reader_host" {
  description = "Host name that is read from in this Region."
  value       = aws_rds_cluster.main.reader_endpoint
}

output "proxy_host" {
  description = "Host name of the proxy's read/write endpoint, or null without a proxy."
  value       = one(aws_db_proxy.main[*].endpoint)
}

output "proxy_reader_host" {
  description = "Host name of the proxy's read-only endpoint, or null."
  value       = one(aws_db_proxy_endpoint.read_only[*].endpoint)
}

output "connect_arns" {
  description = "What an IAM policy names to let the application log in here: the cluster's user, and the proxy's where there is one."
  value = concat(
    ["${local.connect_prefix}:${aws_rds_cluster.main.cluster_resource_id}/plotihub_app"],
    [for proxy in aws_db_proxy.main : "${local.connect_prefix}:${element(split(":", proxy.arn), 6)}/plotihub_proxy"],
  )
}

output "migrator_connect_arn" {
  description = "What an IAM policy names to let the migration log in here."
  value       = "${local.connect_prefix}:${aws_rds_cluster.main.cluster_resource_id}/plotihub_migrator"
}

output "master_secret_arn" {
  description = "ARN of the master's secret, or null in a Region that joined."
  value       = one(aws_secretsmanager_secret.master[*].arn)
}
