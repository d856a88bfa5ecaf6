mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "../../mocks"
}

variables {
  name               = "plotihub-dev"
  domain             = "api.plotihub.example"
  zone_id            = "ZONE"
  health_check       = true
  common_host        = "common.execute-api.invalid"
  common_zone_id     = "GATEWAY"
  regional_host      = "regional.execute-api.invalid"
  regional_zone_id   = "GATEWAY"
  webhook_parameters = []
}

run "a_healthy_region_is_in_the_common_name" {
  command = plan

  assert {
    condition     = aws_route53_record.common[0].set_identifier == "eu-west-1" && one(aws_route53_record.common[0].latency_routing_policy).region == "eu-west-1"
    error_message = "Callers are sent to the nearer Region."
  }

  assert {
    condition     = aws_route53_health_check.main[0].resource_path == "/health/deep" && aws_route53_health_check.main[0].fqdn == "eu-west-1.api.plotihub.example"
    error_message = "Each Region is asked by its own name, and without the writer."
  }

  assert {
    condition     = length(aws_route53_health_check.main[0].regions) == 3 && aws_route53_health_check.main[0].type == "HTTPS"
    error_message = "Three Regions must look, over TLS."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.health[0].metric_name == "HealthCheckStatus" && aws_cloudwatch_metric_alarm.health[0].treat_missing_data == "breaching"
    error_message = "Somebody must be told that the Region fell ill."
  }

  assert {
    condition     = keys(aws_route53_record.validation) == ["api.plotihub.example", "eu-west-1.api.plotihub.example"]
    error_message = "The certificate must hold both names."
  }
}

run "who_is_called_for_the_region_s_alarms_is_called_when_it_falls_ill" {
  command = plan

  variables {
    alarm_emails       = ["owner@example.com"]
    webhook_parameters = ["/plotihub-dev/pagerduty"]
  }

  override_data {
    target = data.aws_ssm_parameter.webhook["/plotihub-dev/pagerduty"]
    values = { value = "https://events.invalid/integration" }
  }

  assert {
    condition     = aws_sns_topic_subscription.health["owner@example.com"].protocol == "email"
    error_message = "It must be told by e-mail."
  }

  assert {
    condition     = aws_sns_topic_subscription.webhook["/plotihub-dev/pagerduty"].protocol == "https" && nonsensitive(aws_sns_topic_subscription.webhook["/plotihub-dev/pagerduty"].endpoint) == "https://events.invalid/integration" && aws_sns_topic_subscription.webhook["/plotihub-dev/pagerduty"].endpoint_auto_confirms
    error_message = "A pager must be called over TLS, by the address that the Region's alarms call."
  }
}

run "a_drained_region_is_out_of_it_and_answers_by_its_own" {
  command = plan

  variables {
    drained = true
  }

  assert {
    condition     = length(aws_route53_record.common) == 0 && length(aws_route53_record.regional) == 1 && length(aws_route53_health_check.main) == 1
    error_message = "Only the common name must go."
  }
}

run "a_region_by_itself_is_not_asked" {
  command = plan

  variables {
    health_check       = false
    alarm_emails       = ["owner@example.com"]
    webhook_parameters = ["/plotihub-dev/pagerduty"]
  }

  assert {
    condition     = length(aws_route53_health_check.main) + length(aws_cloudwatch_metric_alarm.health) + length(aws_sns_topic.health) + length(aws_kms_key.health) + length(aws_sns_topic_subscription.health) + length(aws_sns_topic_subscription.webhook) == 0
    error_message = "Looks of checkers would keep its database awake, and there is no other Region to go to."
  }

  assert {
    condition     = aws_route53_record.common[0].health_check_id == null && output.health_check_id == null
    error_message = "Its name must answer without a check."
  }
}

run "without_a_domain_there_is_nothing" {
  command = plan

  variables {
    domain           = null
    zone_id          = null
    common_host      = null
    common_zone_id   = null
    regional_host    = null
    regional_zone_id = null
  }

  assert {
    condition     = length(aws_acm_certificate.main) + length(aws_route53_health_check.main) + length(aws_route53_record.regional) == 0 && length(output.domain_names) == 0
    error_message = "AWS's own names need nothing of ours."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    domain            = "API.example"
    health_interval_s = 20
    health_threshold  = 11
    checker_regions   = ["eu-west-1", "us-east-1"]
  }

  expect_failures = [var.domain, var.health_interval_s, var.health_threshold, var.checker_regions]
}
