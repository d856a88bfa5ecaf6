output "alarm_topic_arn" {
  description = "ARN of the topic that alarms go to."
  value       = aws_sns_topic.alarms.arn
}

output "rollback_alarm_name" {
  description = "The alarm that takes a deployment back."
  value       = aws_cloudwatch_metric_alarm.api_errors.alarm_name
}

output "dashboard_name" {
  description = "Name of the Region's dashboard."
  value       = aws_cloudwatch_dashboard.main.dashboard_name
}
