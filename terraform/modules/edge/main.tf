# The Region's firewall, before its API.

locals {
  # AWS's own lists, in the order that they are asked in.
  managed = {
    AWSManagedRulesAmazonIpReputationList = 20
    AWSManagedRulesKnownBadInputsRuleSet  = 30
    AWSManagedRulesCommonRuleSet          = 40
  }
  # Of the common list, what looks into bodies, and would refuse our own: sheets of up to 4 MB, whose bytes may look like
  # anything, and texts that landlords write. Nothing of a body is shown as a page or given to a shell.
  # https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
  counted_only = ["CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "SizeRestrictions_BODY"]

  # The gateways' callbacks come from few addresses, many at once after each sending, and may name no user agent; the
  # token in their path says whose they are. Neither addresses nor manners count for them.
  callbacks     = "/v1/callbacks/"
  callback_rate = 10 * var.rate_limit
  of_callers    = ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet"]
}

resource "aws_wafv2_web_acl" "main" {
  #checkov:skip=CKV_AWS_192:AWSManagedRulesKnownBadInputsRuleSet is there; the check does not follow for_each

  count = var.waf ? 1 : 0

  name        = var.name
  description = "Before the API: rate limit and managed rules of AWS"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "rate"
    priority = 10

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit                 = var.rate_limit
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"

        scope_down_statement {
          not_statement {
            statement {
              or_statement {
                statement {
                  byte_match_statement {
                    search_string         = local.callbacks
                    positional_constraint = "CONTAINS" # after the stage, where AWS's own name is called

                    field_to_match {
                      uri_path {}
                    }

                    text_transformation {
                      priority = 0
                      type     = "NONE"
                    }
                  }
                }

                # CloudFront's addresses are everybody's; it has limited its callers already (stacks/1-global/cdn.tf).
                # X-Forwarded-For would not do: WAF takes its first address, which the caller writes.
                statement {
                  byte_match_statement {
                    search_string         = var.cdn_mark
                    positional_constraint = "EXACTLY"

                    field_to_match {
                      single_header {
                        name = "x-cdn-mark"
                      }
                    }

                    text_transformation {
                      priority = 0
                      type     = "NONE"
                    }
                  }
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = false # a sample holds the path, and with it a callback's secret
    }
  }

  rule {
    name     = "rate_of_callbacks"
    priority = 15

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit                 = local.callback_rate
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"

        scope_down_statement {
          byte_match_statement {
            search_string         = local.callbacks
            positional_constraint = "CONTAINS"

            field_to_match {
              uri_path {}
            }

            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate_of_callbacks"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = local.managed

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key

          dynamic "rule_action_override" {
            for_each = rule.key == "AWSManagedRulesCommonRuleSet" ? local.counted_only : []

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }

          dynamic "scope_down_statement" {
            for_each = contains(local.of_callers, rule.key) ? [true] : []

            content {
              not_statement {
                statement {
                  byte_match_statement {
                    search_string         = local.callbacks
                    positional_constraint = "CONTAINS"

                    field_to_match {
                      uri_path {}
                    }

                    text_transformation {
                      priority = 0
                      type     = "NONE"
                    }
                  }
                }
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "main" {
  count = var.waf ? 1 : 0

  resource_arn = var.stage_arn
  web_acl_arn  = aws_wafv2_web_acl.main[0].arn
}

# The name must begin so: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
resource "aws_cloudwatch_log_group" "waf" {
  count = var.waf ? 1 : 0

  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_wafv2_web_acl_logging_configuration" "main" {
  count = var.waf ? 1 : 0

  resource_arn            = aws_wafv2_web_acl.main[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.waf[0].arn]

  # The path of a callback holds its secret, the header a token, and the query what was searched for.
  redacted_fields {
    uri_path {}
  }

  redacted_fields {
    query_string {}
  }

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }

  # What was let through is in the API's own log.
  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }

      condition {
        action_condition {
          action = "COUNT"
        }
      }
    }
  }
}
