# CloudFront before both Regions, by choice: nearer handshakes for phones far from either, and a shield against floods.

locals {
  cdn = var.cdn_domain == null ? 0 : 1
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
  #checkov:skip=CKV_AWS_68:the firewall stands before the API in each Region
  #checkov:skip=CKV_AWS_86:its log holds whole paths, and a callback's path holds its secret; the API has its own
  #checkov:skip=CKV_AWS_305:an API has no page at its root
  #checkov:skip=CKV_AWS_310:the origin's name is answered by the Region that is healthy
  #checkov:skip=CKV_AWS_374:landlords abroad manage houses in Kenya
  #checkov:skip=CKV2_AWS_32:AWS's own policy of security headers, by its id
  #checkov:skip=CKV2_AWS_47:the firewall stands before the API in each Region

  count = local.cdn

  enabled         = true
  comment         = local.name
  aliases         = [var.cdn_domain]
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = "PriceClass_200" # the least that has edges in Africa

  origin {
    origin_id   = "api"
    domain_name = var.domain

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
