# The trail's newest year besides in a log group, where it can be asked: "who changed this key last night?"

resource "aws_cloudwatch_log_group" "main" {
  name              = "/aws/cloudtrail/${var.name}"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_iam_role" "logs" {
  name                 = "${var.name}-audit-logs"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_trail.json
  permissions_boundary = "arn:${local.partition}:iam::${local.account_id}:policy/${var.name}-boundary-${data.aws_region.current.name}"
}

data "aws_iam_policy_document" "assumed_by_trail" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_iam_role_policy" "logs" {
  name   = "write"
  role   = aws_iam_role.logs.id
  policy = data.aws_iam_policy_document.logs.json
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.main.arn}:*"]
  }
}
