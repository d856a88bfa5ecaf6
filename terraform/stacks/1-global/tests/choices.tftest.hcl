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
