# Cognito makes no pool that verifies phone numbers unless it may send SMS itself ("SMS configuration is required"), whoever
# sends them. While `code_sender_arn` is set it sends none.
# https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-sms-settings.html

locals {
  sms_external_id = "${var.name}-${local.region}"
}

resource "aws_iam_role" "sms" {
  name                 = "${var.name}-${local.region}-pool-sms"
  description          = "Wanted by the user pool in ${local.region}, which sends its SMS by a function of ours"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_pool.json
  permissions_boundary = "arn:${local.partition}:iam::${local.account_id}:policy/${var.name}-boundary-${local.region}"
}

data "aws_iam_policy_document" "assumed_by_pool" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["cognito-idp.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [local.sms_external_id]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_iam_role_policy" "sms" {
  name   = "sms"
  role   = aws_iam_role.sms.id
  policy = data.aws_iam_policy_document.sms.json
}

# A phone number is no resource, so the right is for all; topics are taken out of it.
data "aws_iam_policy_document" "sms" {
  #checkov:skip=CKV_AWS_111:an SMS has no resource to name; topics are denied below
  #checkov:skip=CKV_AWS_356:an SMS has no resource to name; topics are denied below

  statement {
    sid       = "SendSms"
    actions   = ["sns:Publish"]
    resources = ["*"]
  }

  statement {
    sid       = "NotToTopics"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = ["arn:${local.partition}:sns:*:*:*"]
  }
}
