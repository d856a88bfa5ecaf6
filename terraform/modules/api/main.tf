# What Chalice does not emit: the alias that a deployment moves, log groups, the stage and its log. Chalice's own
# output lies beside this file once `make package` has run, with an override for each of its resources.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  functions = jsondecode(file("${path.module}/functions.auto.json"))

  region     = data.aws_region.current.name
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  # A new route changes the document, and so does what API Gateway answers by itself: either needs a deployment.
  redeployment = sha256(local.chalice_api_swagger)

  queue_urls = { for name, url in var.queue_urls : "${upper(name)}_QUEUE_URL" => url }
  # What each side needs and no more: an outside function knows no database, an inside one no vendor.
  environment_of_side = {
    inside  = merge(var.environment, var.database_environment, local.queue_urls)
    outside = merge(var.environment, var.vendor_environment, local.queue_urls)
  }
  environment = { for name, function in local.functions : name => local.environment_of_side[function.side] }
}

resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# Terraform publishes a version and makes the alias; which version it names is the release's to move, a part of the
# callers at a time (terraform/deploying/release.py).
resource "aws_lambda_alias" "live" {
  for_each = local.functions

  name             = "live"
  description      = "What is called; a deployment moves it"
  function_name    = local.function_names[each.key]
  function_version = local.versions[each.key]

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

resource "aws_api_gateway_stage" "main" {
  #checkov:skip=CKV_AWS_73:X-Ray would record the URL, and a callback's URL holds its secret; the functions are traced
  #checkov:skip=CKV_AWS_120:answers are a person's own; none may be kept for another
  #checkov:skip=CKV2_AWS_4:execution logs hold whole paths and bodies; the access log tells the route
  #checkov:skip=CKV2_AWS_29:module edge ties the firewall to the stage where the size has one
  #checkov:skip=CKV2_AWS_51:phones and vendors have no certificates of ours; callers show a token

  stage_name           = "api"
  rest_api_id          = aws_api_gateway_rest_api.rest_api.id
  deployment_id        = aws_api_gateway_deployment.rest_api.id
  xray_tracing_enabled = false # it would record the URL, and a callback's URL holds its secret

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    # resourcePath is the route ("/v1/callbacks/{token}"); path would be what was asked for, token and all.
    format = jsonencode({
      requestId         = "$context.requestId"
      time              = "$context.requestTime"
      method            = "$context.httpMethod"
      route             = "$context.resourcePath"
      status            = "$context.status"
      latencyMs         = "$context.responseLatency"
      integrationMs     = "$context.integrationLatency"
      integrationStatus = "$context.integrationStatus"
      responseLength    = "$context.responseLength"
      errorType         = "$context.error.responseType"
      authorizerError   = "$context.authorizer.error"
      wafStatus         = "$context.waf.status"
    })
  }

  depends_on = [aws_api_gateway_account.logging]
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}-access"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225:answers are a person's own; none may be kept for another

  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  stage_name  = aws_api_gateway_stage.main.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "OFF" # execution logs hold whole paths and bodies
    data_trace_enabled     = false
    throttling_rate_limit  = var.throttle_rate
    throttling_burst_limit = var.throttle_burst
  }
}

# By which API Gateway writes the logs of all the account's stages in this Region: an account has one role for that.
resource "aws_api_gateway_account" "logging" {
  count = var.gateway_logging ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.gateway_logging[0].arn

  depends_on = [aws_iam_role_policy_attachment.gateway_logging] # API Gateway tries at once whether it may write
}

resource "aws_iam_role" "gateway_logging" {
  count = var.gateway_logging ? 1 : 0

  name                 = "${var.name}-${local.region}-gateway-logging"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_gateway.json
  permissions_boundary = "arn:${local.partition}:iam::${local.account_id}:policy/${var.name}-boundary-${local.region}"
}

# As AWS writes it, without a condition on the account: nothing promises that API Gateway tells one.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
data "aws_iam_policy_document" "assumed_by_gateway" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy_attachment" "gateway_logging" {
  count = var.gateway_logging ? 1 : 0

  role       = aws_iam_role.gateway_logging[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
