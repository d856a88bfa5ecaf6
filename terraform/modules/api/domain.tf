# The API's own name in this Region: the same in both, so that DNS can send a caller to either.

resource "aws_api_gateway_domain_name" "main" {
  for_each = var.domain_names

  domain_name              = each.value.domain
  regional_certificate_arn = each.value.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "main" {
  for_each = var.domain_names

  domain_name = aws_api_gateway_domain_name.main[each.key].domain_name
  api_id      = aws_api_gateway_rest_api.rest_api.id
  stage_name  = aws_api_gateway_stage.main.stage_name
}
