output "alarm_name" {
  description = "Name of the alarm that tells of what it finds."
  value       = aws_cloudwatch_metric_alarm.main.alarm_name
}
