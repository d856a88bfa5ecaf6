# How callers find this Region, and leave it: one name for both Regions, answered by the nearer one that is healthy.

data "aws_region" "current" {}

locals {
  region = data.aws_region.current.name
  # The Region's own name, by which its health is asked and it is reached while out of the common one.
  regional_domain = var.domain == null ? null : "${local.region}.${var.domain}"
  count           = var.domain == null ? 0 : 1
  checked         = var.health_check ? local.count : 0
}

resource "aws_acm_certificate" "main" {
  count = local.count

  domain_name               = var.domain
  subject_alternative_names = [local.regional_domain]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

# Both Regions' certificates of one name are proven by the same record, so each may find it there.
resource "aws_route53_record" "validation" {
  for_each = {
    for name in compact([var.domain, local.regional_domain]) : name => one([
      for option in aws_acm_certificate.main[0].domain_validation_options : option if option.domain_name == name
    ])
  }

  allow_overwrite = true
  zone_id         = var.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  ttl             = 60
  records         = [each.value.resource_record_value]
}

resource "aws_acm_certificate_validation" "main" {
  count = local.count

  certificate_arn         = aws_acm_certificate.main[0].arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}
