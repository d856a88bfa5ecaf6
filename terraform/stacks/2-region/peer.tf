# What this Region knows of the other, as stacks/3-link last wrote it down here: nothing, before that was applied.

data "aws_ssm_parameters_by_path" "peer" {
  path = "${local.prefix}/peer"
}

locals {
  peer = {
    for place, name in data.aws_ssm_parameters_by_path.peer.names :
    basename(name) => nonsensitive(data.aws_ssm_parameters_by_path.peer.values[place])
  }

  issuers = concat(
    [{ issuer = module.identity.issuer, audience = module.identity.client_id }],
    contains(keys(local.peer), "issuer") ? [{ issuer = local.peer["issuer"], audience = local.peer["audience"] }] : [],
  )

  database_user = var.proxy ? "plotihub_proxy" : "plotihub_app"
  writer_host   = var.proxy ? module.database.proxy_host : module.database.writer_host
  reader_host   = var.proxy ? module.database.proxy_reader_host : module.database.reader_host
  # Where the writer may be; a function takes the one that takes writes.
  writer_hosts = concat([local.writer_host], contains(keys(local.peer), "writer_host") ? [local.peer["writer_host"]] : [])
  # The migrator goes to the clusters, since a proxy does not know that user.
  cluster_hosts     = concat([module.database.writer_host], contains(keys(local.peer), "cluster_host") ? [local.peer["cluster_host"]] : [])
  migrator_arns     = concat([module.database.migrator_connect_arn], contains(keys(local.peer), "migrator_connect_arn") ? [local.peer["migrator_connect_arn"]] : [])
  peer_connect_arns = contains(keys(local.peer), "connect_arns") ? split(",", local.peer["connect_arns"]) : []
}

# What the other Region is to know of this one.
resource "aws_ssm_parameter" "own" {
  #checkov:skip=CKV2_AWS_34:host names and ARNs; no secret is among them

  for_each = {
    issuer               = module.identity.issuer
    audience             = module.identity.client_id
    writer_host          = local.writer_host
    cluster_host         = module.database.writer_host
    connect_arns         = join(",", module.database.connect_arns)
    migrator_connect_arn = module.database.migrator_connect_arn
    alarm_topic_arn      = module.observability.alarm_topic_arn
  }

  name        = "${local.prefix}/own/${each.key}"
  description = "For the other Region; stacks/3-link carries it over"
  type        = "String"
  value       = each.value
}
