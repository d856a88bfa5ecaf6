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

run "what_is_copied_elsewhere_can_be_opened_there" {
  command = plan

  variables {
    backup_region = "eu-central-1"
  }

  assert {
    condition     = length(aws_kms_replica_key.data) == 1 && aws_kms_alias.data_in_other[0].target_key_id == "twin"
    error_message = "Where backups are copied to, the key of what is sealed in them must be too."
  }
}

run "nothing_elsewhere_needs_no_key_elsewhere" {
  command = plan

  assert {
    condition     = length(aws_kms_replica_key.data) + length(aws_kms_alias.data_in_other) == 0 && aws_kms_alias.data.target_key_id == "made"
    error_message = "A twin costs, and is of use in another Region only."
  }
}

run "an_older_estate_s_data_is_opened_by_its_key" {
  command = plan

  variables {
    data_key_arn  = "arn:aws:kms:eu-west-1:000000000000:key/mrk-0123456789abcdef0123456789abcdef"
    backup_region = "eu-central-1"
  }

  assert {
    condition     = aws_kms_alias.data.target_key_id == "mrk-0123456789abcdef0123456789abcdef"
    error_message = "What that key sealed, no other key opens."
  }

  assert {
    condition     = length(aws_kms_alias.data_in_other) == 0
    error_message = "A twin in a third Region is made by hand: only where that key's primary is can it be."
  }
}

run "an_older_estate_s_key_has_its_twin_in_the_other_region" {
  command = plan

  variables {
    data_key_arn       = "arn:aws:kms:eu-west-1:000000000000:key/mrk-0123456789abcdef0123456789abcdef"
    other_region       = "eu-central-1"
    intake_consistency = "eventual"
  }

  assert {
    condition     = length(aws_kms_replica_key.data) == 1 && aws_kms_alias.data_in_other[0].target_key_id == "mrk-0123456789abcdef0123456789abcdef"
    error_message = "Both Regions must open what either sealed."
  }
}

run "a_key_of_one_region_is_refused" {
  command = plan

  variables {
    data_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/01234567-89ab-cdef-0123-456789abcdef"
  }

  expect_failures = [var.data_key_arn]
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
