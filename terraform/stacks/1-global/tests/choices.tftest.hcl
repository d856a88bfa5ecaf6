# What no size has: CloudFront, and what is refused.

mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "other"
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "../../mocks"
}

variables {
  environment         = "dev"
  account_id          = "000000000000"
  owner               = "owner@example.com"
  cost_center         = "development"
  primary_region      = "eu-west-1"
  deletion_protection = false
  intake_consistency  = "single"
  monthly_usd         = 100
  daily_usd           = 10
  alarm_emails        = ["owner@example.com"]
}

run "cloudfront_speaks_tls_to_both_sides" {
  command = plan

  variables {
    zone_name  = "plotihub.example"
    domain     = "api.plotihub.example"
    cdn_domain = "app.plotihub.example"
  }

  assert {
    condition = (
      one(aws_cloudfront_distribution.main[0].default_cache_behavior).viewer_protocol_policy == "https-only"
      && one(one(aws_cloudfront_distribution.main[0].origin).custom_origin_config).origin_protocol_policy == "https-only"
      && one(aws_cloudfront_distribution.main[0].viewer_certificate).minimum_protocol_version == "TLSv1.2_2021"
    )
    error_message = "CloudFront must take and ask for TLS 1.2 at least."
  }

  assert {
    condition     = length(aws_wafv2_web_acl.cdn) == 0
    error_message = "There is no firewall unless asked."
  }
}

run "cloudfront_limits_its_callers_and_marks_what_it_passes_on" {
  command = plan

  variables {
    zone_name  = "plotihub.example"
    domain     = "api.plotihub.example"
    cdn_domain = "app.plotihub.example"
    waf        = true
    rate_limit = 300
  }

  assert {
    condition     = aws_wafv2_web_acl.cdn[0].scope == "CLOUDFRONT" && one(one(one([for rule in aws_wafv2_web_acl.cdn[0].rule : rule if rule.name == "rate"]).statement).rate_based_statement).limit == 300
    error_message = "CloudFront alone sees the callers' addresses, and must limit them."
  }

  assert {
    condition     = { for each in one(aws_cloudfront_distribution.main[0].origin).custom_header : each.name => each.value } == { x-cdn-mark = sha256("plotihub-dev made") }
    error_message = "The Regions' firewalls know by its mark what came by CloudFront."
  }
}

run "cloudfront_needs_a_zone_and_something_to_ask" {
  command = plan

  variables {
    cdn_domain = "app.plotihub.example"
  }

  expect_failures = [var.cdn_domain]
}

run "another_account_is_refused_before_anything_is_asked" {
  command = plan

  variables {
    account_id = "12345"
  }

  expect_failures = [var.account_id]
}

run "an_environment_that_nobody_knows" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}
