# Separate from the certificate, which the API's domain needs first.

resource "aws_route53_health_check" "main" {
  count = local.checked

  fqdn              = local.regional_domain
  type              = "HTTPS"
  port              = 443
  resource_path     = "/health/deep" # reads here; without the writer, or both Regions would fall ill of one
  request_interval  = var.health_interval_s
  failure_threshold = var.health_threshold
  enable_sni        = true
  measure_latency   = false
  regions           = var.checker_regions

  tags = { Name = "${var.name}-${local.region}" }
}

resource "aws_route53_record" "regional" {
  count = local.count

  zone_id = var.zone_id
  name    = local.regional_domain
  type    = "A"

  alias {
    name                   = var.regional_host
    zone_id                = var.regional_zone_id
    evaluate_target_health = false
  }
}

# Latency records have no weight of their own: a Region that is drained takes its record away, and goes on otherwise.
resource "aws_route53_record" "common" {
  count = var.drained ? 0 : local.count

  zone_id         = var.zone_id
  name            = var.domain
  type            = "A"
  set_identifier  = local.region
  health_check_id = one(aws_route53_health_check.main[*].id)

  latency_routing_policy {
    region = local.region
  }

  alias {
    name                   = var.common_host
    zone_id                = var.common_zone_id
    evaluate_target_health = true
  }
}
