# Before the pool by choice: anybody can ask it for codes, and each is an SMS. The function that sends them counts by
# number and altogether (chalicelib/access/sign_in_code_runner.py); only here the caller's address is known.
# https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html

resource "aws_wafv2_web_acl" "main" {
  #checkov:skip=CKV_AWS_192:the pool is AWS's own service, and its calls name no header that a library would log
  #checkov:skip=CKV2_AWS_31:what it refuses is counted; a log of it would hold addresses of people who sign in

  count = var.waf ? 1 : 0

  name        = "${var.name}-sign-in"
  description = "Before the user pool: rate limit of sign-ins"
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
        limit                 = var.sign_in_rate_limit
        evaluation_window_sec = 600
        aggregate_key_type    = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate_of_sign_ins"
      sampled_requests_enabled   = false # a sample holds the path
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${var.name}-sign-in"
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "main" {
  count = var.waf ? 1 : 0

  resource_arn = aws_cognito_user_pool.main.arn
  web_acl_arn  = aws_wafv2_web_acl.main[0].arn
}
