# One Region's whole estate. Applied once in each Region, with the same code and its own state.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  name      = "${var.project}-${var.environment}"
  prefix    = "/${local.name}"
  is_global = var.other_region != null
  is_first  = var.region == var.primary_region
  # Only for a cluster that is made now: a writer that moved later changes nothing here.
  writer_region = var.writer_region == null ? var.primary_region : var.writer_region

  tags = {
    Project     = var.project
    Environment = var.environment
    Owner       = var.owner
    ManagedBy   = "terraform"
    CostCenter  = var.cost_center
  }

  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  # As stacks/1-global reckons it for CloudFront: of the id that the key and its twin have in common.
  cdn_mark = sha256("${local.name} ${element(split("/", data.aws_kms_alias.data.target_key_arn), 1)}")

  functions = jsondecode(file("${path.module}/../../modules/api/functions.auto.json"))
  # A queue for each function that is called by one, with that function's time-out.
  queues = { for function in values(local.functions) : function.queue => function.timeout_s if function.queue != null }

  api_url = var.domain == null ? "https://${module.api.rest_api_id}.execute-api.${var.region}.amazonaws.com/${module.api.stage_name}" : "https://${var.region}.${var.domain}"

  # By name and not by reference: the functions need the pool, and the pool needs the functions.
  code_sender_arn      = "arn:${local.partition}:lambda:${var.region}:${local.account_id}:function:${local.name}-send_code:live"
  password_dropper_arn = "arn:${local.partition}:lambda:${var.region}:${local.account_id}:function:${local.name}-drop_password:live"
}

module "network" {
  source = "../../modules/network"

  name                     = local.name
  cidr                     = var.cidrs[var.region]
  peer_cidrs               = local.is_global ? [var.cidrs[var.other_region]] : []
  az_count                 = var.az_count
  nat                      = var.nat
  interface_endpoints      = var.interface_endpoints
  endpoint_az_count        = var.endpoint_az_count
  flow_logs_retention_days = var.log_retention_days
  kms_key_arn              = aws_kms_key.main.arn
}

module "database" {
  source = "../../modules/database"

  name                        = local.name
  engine_version              = var.engine_version
  global_cluster_identifier   = local.is_global ? local.name : null
  is_first_member             = local.is_first
  source_region               = local.is_global && local.writer_region != var.region ? local.writer_region : null
  zones                       = module.network.zones
  subnet_ids                  = module.network.subnet_ids
  security_group_id           = module.network.database_security_group_id
  functions_security_group_id = module.network.functions_security_group_id
  kms_key_arn                 = aws_kms_key.main.arn
  min_acu                     = var.min_acu
  max_acu                     = var.max_acu
  instance_count              = var.instance_count
  backup_retention_days       = var.backup_retention_days
  deletion_protection         = var.deletion_protection
  log_retention_days          = var.log_retention_days
  proxy                       = var.proxy
  proxy_read_only_endpoint    = var.proxy
  rotation_days               = var.rotation_days
  password_version            = var.password_version

  # The other Region's own key is not there yet when the first Region is made; the twins of stacks/1-global are. Twins
  # have one id. The ARN, since AWS might tell an alias as that, and every plan would change it back.
  secrets_key_arn = data.aws_kms_alias.data.target_key_arn
  replica = local.is_global && local.is_first ? {
    (var.other_region) = replace(data.aws_kms_alias.data.target_key_arn, ":${var.region}:", ":${var.other_region}:")
  } : {}
}

module "messaging" {
  source = "../../modules/messaging"

  name                = local.name
  queues              = local.queues
  kms_key_arn         = aws_kms_key.main.arn
  email_domain        = var.email_domain
  zone_id             = local.zone_id
  sms_sender_name     = var.sms_sender_name
  sms_spend_limit_usd = var.sms_spend_limit_usd
}

module "identity" {
  source = "../../modules/identity"

  name                 = local.name
  kms_key_arn          = aws_kms_key.main.arn
  parameter_prefix     = local.prefix
  secrets              = { africastalking_api_key = "API key of Africa's Talking" }
  code_sender_arn      = local.code_sender_arn
  password_dropper_arn = local.password_dropper_arn
  deletion_protection  = var.deletion_protection
  waf                  = var.waf
}

resource "aws_lambda_permission" "pool" {
  for_each = toset(["send_code", "drop_password"])

  statement_id  = "pool"
  action        = "lambda:InvokeFunction"
  function_name = module.api.functions[each.key].function_name
  qualifier     = "live"
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = module.identity.pool_arn
}

module "api" {
  source = "../../modules/api"

  name                  = local.name
  kms_key_arn           = aws_kms_key.main.arn
  data_key_arn          = data.aws_kms_alias.data.target_key_arn
  codes_key_arn         = module.identity.codes_key_arn
  pool_arn              = module.identity.pool_arn
  subnet_ids            = module.network.subnet_ids
  security_group_id     = module.network.functions_security_group_id
  database_connect_arns = concat(module.database.connect_arns, local.peer_connect_arns)
  migrator_connect_arns = local.migrator_arns
  queue_arns            = module.messaging.queue_arns
  queue_urls            = module.messaging.queue_urls
  claims_table_arn      = "arn:${local.partition}:dynamodb:${var.region}:${local.account_id}:table/${local.name}-claims"
  email_identity_arn    = module.messaging.email_identity_arn
  parameter_prefix      = local.prefix
  schedules             = var.schedules
  maximum_concurrency   = var.maximum_concurrency
  reserved_concurrency  = var.reserved_concurrency
  log_retention_days    = var.log_retention_days
  gateway_logging       = var.gateway_logging
  throttle_rate         = var.throttle_rate
  throttle_burst        = var.throttle_burst
  domain_names          = module.dns.domain_names

  environment = {
    LOG_LEVEL             = var.log_level
    METRICS_ENVIRONMENT   = local.name
    TOKEN_ISSUERS         = jsonencode(local.issuers)
    KEYS_PARAMETER_PREFIX = "${local.prefix}/keys"
    SMS_PRICE_CENTS       = tostring(var.sms_price_cents)
    SNS_PRICE_CENTS       = tostring(var.sns_price_cents)
  }

  database_environment = merge({
    DATABASE_URL            = "mysql://${local.database_user}@${local.writer_host}:3306/plotihub"
    DATABASE_READER_URL     = "mysql://${local.database_user}@${local.reader_host}:3306/plotihub"
    DATABASE_WRITER_HOSTS   = join(",", local.writer_hosts)
    DATABASE_MIGRATOR_HOSTS = join(",", local.cluster_hosts)
    DATABASE_IAM            = "true"
    DATABASE_CA_FILE        = "/var/task/rds-ca-bundle.pem" # of `make authorities`
    KMS_KEY_ID              = data.aws_kms_alias.data.target_key_arn
    CALLBACK_TOKEN_HASHES   = join(",", var.callback_token_hashes)
  }, var.cors_origin == null ? {} : { CORS_ORIGIN = var.cors_origin })

  vendor_environment = {
    AFRICASTALKING_URL               = var.africastalking.url
    AFRICASTALKING_USERNAME          = var.africastalking.username
    AFRICASTALKING_API_KEY_PARAMETER = "${local.prefix}/africastalking_api_key"
    CODES_KEY_ARN                    = module.identity.codes_key_arn
    SMS_SENDER_NAME                  = var.sms_sender_name == null ? "" : var.sms_sender_name
    EMAIL_FROM                       = var.email_domain == null ? "" : "Plotihub <rent@${var.email_domain}>"
    CLAIMS_TABLE                     = "${local.name}-claims"
  }
}

module "dns" {
  source = "../../modules/dns"

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  name               = local.name
  domain             = var.domain
  zone_id            = local.zone_id
  common_host        = try(module.api.domains["common"].host, null)
  common_zone_id     = try(module.api.domains["common"].zone_id, null)
  regional_host      = try(module.api.domains["regional"].host, null)
  regional_zone_id   = try(module.api.domains["regional"].zone_id, null)
  drained            = var.drained
  health_check       = local.is_global
  health_interval_s  = var.health_interval_s
  health_threshold   = var.health_threshold
  checker_regions    = var.checker_regions
  alarm_emails       = var.alarm_emails
  webhook_parameters = var.webhook_parameters
}

module "edge" {
  source = "../../modules/edge"

  name               = local.name
  kms_key_arn        = aws_kms_key.main.arn
  waf                = var.waf
  stage_arn          = module.api.stage_arn
  rate_limit         = var.rate_limit
  cdn_mark           = local.cdn_mark
  log_retention_days = var.log_retention_days
}

module "documents" {
  source = "../../modules/documents"

  name        = local.name
  kms_key_arn = aws_kms_key.main.arn
}

module "backup" {
  source = "../../modules/backup"

  name              = local.name
  kms_key_arn       = aws_kms_key.main.arn
  resource_arns     = [module.database.cluster_arn, module.documents.bucket_arn]
  copy_to_vault_arn = var.backup_region == null ? null : "arn:${local.partition}:backup:${var.backup_region}:${local.account_id}:backup-vault:${local.name}-${local.is_global ? var.backup_region : "copies"}"
  daily_keep_days   = var.backup_daily_keep_days
  restore_test      = var.restore_test
  emails            = var.alarm_emails

  lock_for_ever_after_days = var.backup_lock_for_ever_after_days
  database_subnet_group    = "${local.name}-${var.region}"
}

module "observability" {
  source = "../../modules/observability"

  name                    = local.name
  kms_key_arn             = aws_kms_key.main.arn
  functions               = module.api.functions
  queue_names             = module.messaging.queue_names
  dead_letter_queue_names = module.messaging.dead_letter_queue_names
  cluster_identifier      = module.database.cluster_identifier
  is_global               = local.is_global
  rest_api_name           = module.api.rest_api_name
  stage_name              = module.api.stage_name
  log_group_names         = module.api.log_group_names
  alarm_emails            = var.alarm_emails
  webhook_parameters      = var.webhook_parameters
  slack                   = var.slack
  regions                 = compact([var.region, var.other_region])
  peer_alarm_topic_arn    = lookup(local.peer, "alarm_topic_arn", null)

  money_metrics = {
    books-do-not-balance = { metric = "BooksDoNotBalance", threshold = 0, says = "The nightly proof found books that do not balance." }
    messages-unknown     = { metric = "MessagesUnknown", threshold = 20, says = "Of many messages nobody knows whether they were sent. docs/runbooks/messages.md" }
    codes-held-back      = { metric = "CodesHeldBack", threshold = 10, says = "Sign-in codes are asked for more often than is sent. docs/runbooks/sign-in.md" }
    messages-failed      = { metric = "MessagesFailed", threshold = 50, says = "Many messages cannot be sent. docs/runbooks/messages.md" }
  }
}

module "canary" {
  count  = var.canary ? 1 : 0
  source = "../../modules/canary"

  name               = local.name
  url                = local.api_url
  kms_key_arn        = aws_kms_key.main.arn
  alarm_topic_arn    = module.observability.alarm_topic_arn
  log_retention_days = var.log_retention_days
}
