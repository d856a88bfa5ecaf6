# A role for each function, with no more than its class needs. Role names are the account's, so they carry the Region.

data "aws_iam_policy_document" "assumed_by_lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name                 = "${var.name}-${local.region}-${replace(each.key, "_", "-")}"
  description          = "Rights of the function ${each.key}: class ${each.value.role}, ${each.value.side}"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_lambda.json
  permissions_boundary = "arn:${local.partition}:iam::${local.account_id}:policy/${var.name}-boundary-${local.region}"
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name   = "function"
  role   = aws_iam_role.function[each.key].id
  policy = data.aws_iam_policy_document.function[each.key].json
}

locals {
  # What a class of roles may do besides writing its own log. An empty list of resources is no right at all.
  rights = {
    api = {
      log_in       = { actions = ["rds-db:connect"], resources = var.database_connect_arns }
      seal         = { actions = ["kms:Encrypt", "kms:Decrypt"], resources = [var.data_key_arn] }
      leave_work   = { actions = ["sqs:SendMessage"], resources = local.written["api"] }
      use_messages = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [var.kms_key_arn] }
    }
    jobs = {
      log_in       = { actions = ["rds-db:connect"], resources = var.database_connect_arns }
      seal         = { actions = ["kms:Encrypt", "kms:Decrypt"], resources = [var.data_key_arn] }
      leave_work   = { actions = ["sqs:SendMessage"], resources = local.written["jobs"] }
      use_messages = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [var.kms_key_arn] }
    }
    operator = {
      log_in       = { actions = ["rds-db:connect"], resources = concat(var.database_connect_arns, var.migrator_connect_arns) }
      seal         = { actions = ["kms:Encrypt", "kms:Decrypt"], resources = [var.data_key_arn] }
      leave_work   = { actions = ["sqs:SendMessage"], resources = local.written["operator"] }
      use_messages = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [var.kms_key_arn] }
    }
    sender = {
      tell_results = { actions = ["sqs:SendMessage"], resources = local.written["sender"] }
      use_messages = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [var.kms_key_arn] }
      claim        = { actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], resources = [var.claims_table_arn] }
      read_secrets = { actions = ["ssm:GetParameter"], resources = local.vendor_secrets }
      send_email   = { actions = ["ses:SendEmail", "ses:SendRawEmail"], resources = [var.email_identity_arn] }
    }
    code_sender = {
      count_codes  = { actions = ["dynamodb:UpdateItem"], resources = [var.claims_table_arn] }
      open_codes   = { actions = ["kms:Decrypt"], resources = [var.codes_key_arn] }
      open_secrets = { actions = ["kms:Decrypt"], resources = [var.kms_key_arn] }
      read_secrets = { actions = ["ssm:GetParameter"], resources = local.vendor_secrets }
    }
    password_dropper = {
      drop_passwords = {
        actions   = ["cognito-idp:AdminSetUserPassword", "cognito-idp:AdminUserGlobalSignOut", "cognito-idp:AdminAddUserToGroup"]
        resources = [var.pool_arn]
      }
    }
    authorizer = {
      read_keys = { actions = ["ssm:GetParameter"], resources = ["${local.parameters_arn}/keys/*"] }
    }
    key_keeper = {
      keep_keys = { actions = ["ssm:GetParameter", "ssm:PutParameter"], resources = ["${local.parameters_arn}/keys/*"] }
    }
  }
  sms_roles = ["sender", "code_sender"]
  # Which queues a class of roles writes to.
  written = {
    api      = [var.queue_arns["wake"], var.queue_arns["heavy"], var.queue_arns["results"]]
    jobs     = [var.queue_arns["wake"], var.queue_arns["heavy"], var.queue_arns["send"]]
    operator = [var.queue_arns["wake"], var.queue_arns["heavy"], var.queue_arns["send"]]
    sender   = [var.queue_arns["results"]]
  }
  parameters_arn = "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${var.parameter_prefix}"
  # The parameters that vendor_environment names, and no other.
  vendor_secrets = [
    for name, value in var.vendor_environment :
    "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${value}" if endswith(name, "_PARAMETER")
  ]
}

data "aws_iam_policy_document" "function" {
  for_each = local.functions

  statement {
    sid       = "WriteOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function[each.key].arn}:*"]
  }

  # X-Ray knows no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
  statement {
    sid       = "Trace"
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }

  # Nor do the interfaces that Lambda makes in the subnets for an inside function; Lambda itself asks for "*".
  dynamic "statement" {
    for_each = each.value.side == "inside" ? [true] : []

    content {
      sid = "JoinSubnets"
      actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ]
      resources = ["*"]
    }
  }

  # The function's own code may not use that right; only the service may.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
  dynamic "statement" {
    for_each = each.value.side == "inside" ? [true] : []

    content {
      sid    = "NotByItself"
      effect = "Deny"
      actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ]
      resources = ["*"]
      condition {
        test     = "ArnEquals"
        variable = "lambda:SourceFunctionArn"
        values   = ["arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}-${each.key}"]
      }
    }
  }

  dynamic "statement" {
    for_each = each.value.queue == null ? [] : [var.queue_arns[each.value.queue]]

    content {
      sid       = "TakeFromQueue"
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = local.rights[each.value.role]

    content {
      sid       = replace(title(replace(statement.key, "_", " ")), " ", "")
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  # A phone number is no resource, so the right is for all; topics are taken out of it.
  dynamic "statement" {
    for_each = contains(local.sms_roles, each.value.role) ? [true] : []

    content {
      sid       = "SendSms"
      actions   = ["sns:Publish"]
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = contains(local.sms_roles, each.value.role) ? [true] : []

    content {
      sid       = "NotToTopics"
      effect    = "Deny"
      actions   = ["sns:Publish"]
      resources = ["arn:${local.partition}:sns:*:*:*"]
    }
  }
}
