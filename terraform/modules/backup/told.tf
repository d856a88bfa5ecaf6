# A backup, copy or restore that failed is told by e-mail. AWS tells of it by the same event as of each that went well, and
# there is one an hour, so who listens filters. A topic of its own keeps the filter off the alarms, and what went well out
# of Slack, whose subscription is Chatbot's and has none.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html

resource "aws_sns_topic" "backups" {
  name              = "${var.name}-backups"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "backups" {
  arn    = aws_sns_topic.backups.arn
  policy = data.aws_iam_policy_document.backups.json
}

data "aws_iam_policy_document" "backups" {
  statement {
    sid       = "BackupPublishes"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.backups.arn]
    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
    # Nowhere is it written that Backup says for which account it publishes; not each service does. What was demanded and
    # is not sent would leave every failed backup untold. That another account tells this topic, Backup itself refuses.
    # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html#source-account-versus-source-owner
    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.backups.arn]
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

# A restore test is a restore of what lies in this vault, and so is told of too.
resource "aws_backup_vault_notifications" "main" {
  backup_vault_name = aws_backup_vault.main.name
  sns_topic_arn     = aws_sns_topic.backups.arn

  backup_vault_events = [
    "BACKUP_JOB_COMPLETED", # also if it failed, was aborted or came too late
    "COPY_JOB_FAILED",
    "RESTORE_JOB_COMPLETED", # also if it failed
    "S3_BACKUP_OBJECT_FAILED",
    "S3_RESTORE_OBJECT_FAILED",
  ]

  depends_on = [aws_sns_topic_policy.backups]
}

resource "aws_sns_topic_subscription" "failed" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.backups.arn
  protocol  = "email"
  endpoint  = each.value

  # The state is an attribute of each message of a job; a message without one is of an object that failed.
  filter_policy = jsonencode({ State = [{ exists = false }, { anything-but = ["COMPLETED"] }] })
}
