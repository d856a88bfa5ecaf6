# The queues between inside and outside functions, and what SMS and e-mail leave by.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  region = data.aws_region.current.name
}

resource "aws_sqs_queue" "main" {
  for_each = var.queues

  name                       = "${var.name}-${each.key}"
  kms_master_key_id          = var.kms_key_arn
  message_retention_seconds  = 4 * 24 * 3600
  visibility_timeout_seconds = 6 * each.value # as AWS advises for a function: a retry must not meet the first try
  receive_wait_time_seconds  = 20

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead" {
  for_each = var.queues

  name                      = "${var.name}-${each.key}-dead"
  kms_master_key_id         = var.kms_key_arn
  message_retention_seconds = 14 * 24 * 3600
}

resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  for_each = var.queues

  queue_url = aws_sqs_queue.dead[each.key].id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.main[each.key].arn]
  })
}

resource "aws_sqs_queue_policy" "tls_only" {
  for_each = merge(
    { for key, queue in aws_sqs_queue.main : key => queue },
    { for key, queue in aws_sqs_queue.dead : "${key}-dead" => queue },
  )

  queue_url = each.value.id
  policy    = data.aws_iam_policy_document.tls_only[each.key].json
}

data "aws_iam_policy_document" "tls_only" {
  for_each = merge(
    { for key, queue in aws_sqs_queue.main : key => queue.arn },
    { for key, queue in aws_sqs_queue.dead : "${key}-dead" => queue.arn },
  )

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_ses_domain_identity" "main" {
  count  = var.email_domain == null ? 0 : 1
  domain = var.email_domain
}

resource "aws_ses_domain_dkim" "main" {
  count  = var.email_domain == null ? 0 : 1
  domain = aws_ses_domain_identity.main[0].domain
}

# Easy DKIM proves the domain; each Region's identity has tokens of its own.
resource "aws_route53_record" "dkim" {
  count = var.email_domain == null ? 0 : 3

  zone_id = var.zone_id
  name    = "${aws_ses_domain_dkim.main[0].dkim_tokens[count.index]}._domainkey.${var.email_domain}"
  type    = "CNAME"
  ttl     = 600
  records = ["${aws_ses_domain_dkim.main[0].dkim_tokens[count.index]}.dkim.amazonses.com"]
}

# SNS is the fallback for SMS. Its limit begins at USD 1 a month, and Kenya wants a registered sender.
resource "aws_sns_sms_preferences" "main" {
  default_sms_type    = "Transactional"
  default_sender_id   = var.sms_sender_name
  monthly_spend_limit = var.sms_spend_limit_usd
}
