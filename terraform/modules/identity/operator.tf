# Who is on call: looks at everything that tells, and does what the run-books of their nights say (docs/runbooks: jobs,
# messages, region-lost, rollback, secrets, sign-in), nothing else. Restoring, tearing down and the first deployment are
# done by who may change the estate. tests/terraform/test_operator.py reads the commands of the run-books.

resource "aws_iam_role" "operator" {
  name                 = "${var.name}-${local.region}-operator"
  description          = "The actions of docs/runbooks in ${local.region}"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_operators.json
  permissions_boundary = "arn:${local.partition}:iam::${local.account_id}:policy/${var.name}-boundary-${local.region}"
}

locals {
  functions_arn = "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}"
}

data "aws_iam_policy_document" "assumed_by_operators" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }
}

resource "aws_iam_role_policy" "operator" {
  name   = "run-books"
  role   = aws_iam_role.operator.id
  policy = data.aws_iam_policy_document.operator.json
}

data "aws_iam_policy_document" "operator" {
  #checkov:skip=CKV_AWS_356:only what looks, for which AWS knows no resources

  statement {
    sid       = "RunByHand"
    actions   = ["lambda:InvokeFunction"]
    resources = [for name in ["run_job", "drop_password", "grant"] : "${local.functions_arn}-${name}:*"]
  }

  statement {
    sid       = "ShiftTraffic"
    actions   = ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:ListVersionsByFunction"]
    resources = ["${local.functions_arn}-*"]
  }

  # None for a function: it is not begun any more.
  statement {
    sid       = "Fence"
    actions   = ["lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"]
    resources = ["${local.functions_arn}-*"]
  }

  # A mapping's ARN has an id of AWS's; whose it is, the condition says.
  statement {
    sid       = "PauseQueues"
    actions   = ["lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping"]
    resources = ["arn:${local.partition}:lambda:${local.region}:${local.account_id}:event-source-mapping:*"]
    condition {
      test     = "ArnLike"
      variable = "lambda:FunctionArn"
      values   = ["${local.functions_arn}-*"]
    }
  }

  statement {
    sid       = "MoveWriter"
    actions   = ["rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"]
    resources = ["arn:${local.partition}:rds::${local.account_id}:global-cluster:${var.name}", "arn:${local.partition}:rds:*:${local.account_id}:cluster:${var.name}-*"]
  }

  # What Aurora keeps of a lost writer, for as long as an automatic snapshot.
  statement {
    sid     = "KeepSnapshots"
    actions = ["rds:CopyDBClusterSnapshot", "rds:AddTagsToResource"]
    resources = [
      for name in ["rds:*${var.name}-*", "${var.name}-*"] :
      "arn:${local.partition}:rds:${local.region}:${local.account_id}:cluster-snapshot:${name}"
    ]
  }

  statement {
    sid       = "RedriveDeadLetters"
    actions   = ["sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks", "sqs:CancelMessageMoveTask", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:SendMessage"]
    resources = ["arn:${local.partition}:sqs:${local.region}:${local.account_id}:${var.name}-*"]
  }

  statement {
    sid       = "EmptyWake"
    actions   = ["sqs:PurgeQueue"]
    resources = [for queue in ["wake", "heavy"] : "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${var.name}-${queue}-dead"]
  }

  statement {
    sid       = "FillSecrets"
    actions   = ["ssm:PutParameter"]
    resources = [for name in keys(var.secrets) : "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${var.parameter_prefix}/${name}"]
  }

  # Queues and secrets rest under the Region's key; it serves the operator through their services, and not by itself.
  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["sqs.${local.region}.amazonaws.com", "ssm.${local.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "LendKeyToSnapshots"
    actions   = ["kms:CreateGrant", "kms:DescribeKey"]
    resources = [var.kms_key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["rds.${local.region}.amazonaws.com"]
    }
  }

  # AWS knows no resources for most of what only looks.
  statement {
    sid = "Look"
    actions = [
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetDashboard",
      "cloudwatch:GetMetricData",
      "cloudwatch:ListDashboards",
      "lambda:ListEventSourceMappings",
      "lambda:ListFunctions",
      "logs:DescribeLogGroups",
      "logs:DescribeQueryDefinitions",
      "logs:GetQueryResults",
      "rds:DescribeDBClusterSnapshots",
      "rds:DescribeDBClusters",
      "rds:DescribeDBInstances",
      "rds:DescribeEvents",
      "rds:DescribeGlobalClusters",
      "route53:GetHealthCheckStatus",
      "sqs:ListQueues",
    ]
    resources = ["*"]
  }

  # A canary's function is named by Synthetics.
  statement {
    sid     = "AskLogs"
    actions = ["logs:StartQuery"]
    resources = [
      "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${var.name}-*",
      "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/cwsyn-${var.name}-health-*",
    ]
  }

  # Public names, such as the pool's id.
  statement {
    sid       = "ReadSettings"
    actions   = ["ssm:GetParameter"]
    resources = ["arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${var.parameter_prefix}/identity/*"]
  }
}
