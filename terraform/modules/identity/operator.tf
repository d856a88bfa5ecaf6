# Who is on call: looks at everything that tells, and does what the run-books say, nothing else.

resource "aws_iam_role" "operator" {
  name                 = "${var.name}-${local.region}-operator"
  description          = "The actions of docs/runbooks in ${local.region}"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_operators.json
  permissions_boundary = "arn:${local.partition}:iam::${local.account_id}:policy/${var.name}-boundary-${local.region}"
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
    sid       = "RunJobs"
    actions   = ["lambda:InvokeFunction"]
    resources = ["arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}-run_job:*"]
  }

  statement {
    sid       = "ShiftTraffic"
    actions   = ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:ListVersionsByFunction"]
    resources = ["arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}-*"]
  }

  statement {
    sid       = "MoveWriter"
    actions   = ["rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"]
    resources = ["arn:${local.partition}:rds::${local.account_id}:global-cluster:${var.name}", "arn:${local.partition}:rds:*:${local.account_id}:cluster:${var.name}-*"]
  }

  statement {
    sid       = "RedriveDeadLetters"
    actions   = ["sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks", "sqs:CancelMessageMoveTask", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:SendMessage"]
    resources = ["arn:${local.partition}:sqs:${local.region}:${local.account_id}:${var.name}-*"]
  }

  # AWS knows no resources for most of what only looks.
  statement {
    sid = "Look"
    actions = [
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetDashboard",
      "cloudwatch:GetMetricData",
      "cloudwatch:ListDashboards",
      "logs:DescribeLogGroups",
      "logs:DescribeQueryDefinitions",
      "logs:GetQueryResults",
      "rds:DescribeDBClusters",
      "rds:DescribeGlobalClusters",
      "route53:GetHealthCheckStatus",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "AskLogs"
    actions   = ["logs:StartQuery"]
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${var.name}-*"]
  }
}
