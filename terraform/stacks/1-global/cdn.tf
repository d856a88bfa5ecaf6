# CloudFront before both Regions, by choice: nearer handshakes for phones far from either, and a shield against floods.

locals {
  cdn      = var.cdn_domain == null ? 0 : 1
  cdn_wall = var.waf ? local.cdn : 0
  # By it each Region's firewall knows what CloudFront passes on (module edge); stacks/2-region reckons the same. The key's
  # id is random and told to nobody, and who guessed it would only escape the limit by address.
  cdn_mark = sha256("${local.name} ${local.data_key_id}")
}

resource "aws_acm_certificate" "cdn" {
  count    = local.cdn
  provider = aws.us_east_1

  domain_name       = var.cdn_domain
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "cdn_validation" {
  count = local.cdn

  allow_overwrite = true
  zone_id         = aws_route53_zone.main[0].zone_id
  name            = one(aws_acm_certificate.cdn[0].domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.cdn[0].domain_validation_options).resource_record_type
  ttl             = 60
  records         = [one(aws_acm_certificate.cdn[0].domain_validation_options).resource_record_value]
}

resource "aws_acm_certificate_validation" "cdn" {
  count    = local.cdn
  provider = aws.us_east_1

  certificate_arn         = aws_acm_certificate.cdn[0].arn
  validation_record_fqdns = [aws_route53_record.cdn_validation[0].fqdn]
}

# AWS's own policies have the same ids in every account: nothing is kept, and all but the host name goes on to the API.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
locals {
  caching_disabled    = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_viewer_but_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  security_headers    = "67f7725c-6f97-4210-82d7-5512b31e9d03"
}

resource "aws_cloudfront_distribution" "main" {
  #checkov:skip=CKV_AWS_86:its log holds whole paths, and a callback's path holds its secret; the API has its own
  #checkov:skip=CKV_AWS_305:an API has no page at its root
  #checkov:skip=CKV_AWS_310:the origin's name is answered by the Region that is healthy
  #checkov:skip=CKV_AWS_374:landlords abroad manage houses in Kenya
  #checkov:skip=CKV2_AWS_32:AWS's own policy of security headers, by its id
  #checkov:skip=CKV2_AWS_47:the managed lists stand before the API in each Region

  count = local.cdn

  enabled         = true
  comment         = local.name
  aliases         = [var.cdn_domain]
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = "PriceClass_200" # the least that has edges in Africa
  web_acl_id      = one(aws_wafv2_web_acl.cdn[*].arn)

  origin {
    origin_id   = "api"
    domain_name = var.domain

    custom_header {
      name  = "x-cdn-mark"
      value = local.cdn_mark
    }

    custom_origin_config {
      http_port                = 80
      https_port               = 443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_read_timeout      = 30
      origin_keepalive_timeout = 60
    }
  }

  default_cache_behavior {
    target_origin_id           = "api"
    viewer_protocol_policy     = "https-only"
    allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.caching_disabled
    origin_request_policy_id   = local.all_viewer_but_host
    response_headers_policy_id = local.security_headers
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.cdn[0].certificate_arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
}

# The callers' own addresses are seen here alone: before the Regions' firewalls stand CloudFront's.
resource "aws_wafv2_web_acl" "cdn" {
  #checkov:skip=CKV_AWS_192:AWSManagedRulesKnownBadInputsRuleSet stands before the API in each Region
  #checkov:skip=CKV2_AWS_31:what it refuses is counted; a log would want a key in us-east-1 for a few addresses

  count    = local.cdn_wall
  provider = aws.us_east_1

  name        = "${local.name}-cdn"
  description = "Before CloudFront: rate limit and reputation of the callers"
  scope       = "CLOUDFRONT"

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
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = false # a sample holds the path
    }
  }

  rule {
    name     = "AWSManagedRulesAmazonIpReputationList"
    priority = 20

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesAmazonIpReputationList"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "AWSManagedRulesAmazonIpReputationList"
      sampled_requests_enabled   = false
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${local.name}-cdn"
    sampled_requests_enabled   = false
  }
}

resource "aws_route53_record" "cdn" {
  count = local.cdn

  zone_id = aws_route53_zone.main[0].zone_id
  name    = var.cdn_domain
  type    = "A"

  alias {
    name                   = aws_cloudfront_distribution.main[0].domain_name
    zone_id                = aws_cloudfront_distribution.main[0].hosted_zone_id
    evaluate_target_health = false
  }
}
