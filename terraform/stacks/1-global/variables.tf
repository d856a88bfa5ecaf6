# Who and where.

variable "project" {
  description = "Project; with the environment it begins every name."
  type        = string
  default     = "plotihub"
}

variable "environment" {
  description = "Environment: dev, staging or prod."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod."
  }
}

variable "account_id" {
  description = "AWS account that this may be applied in; any other is refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must have twelve digits."
  }
}

variable "owner" {
  description = "Who answers for the estate; tag Owner."
  type        = string
}

variable "cost_center" {
  description = "What it is charged to; tag CostCenter."
  type        = string
}

variable "primary_region" {
  description = "The Region that the first database cluster is made in. It stays so after a failover."
  type        = string
}

variable "other_region" {
  description = "The other Region; null while there is one."
  type        = string
  default     = null
}

variable "data_key_arn" {
  description = "ARN, in primary_region, of the multi-Region key of an estate before this one, whose data this one takes over (docs/runbooks/restore.md); null: the one that is made here. With other_region its twin must be there."
  type        = string
  default     = null

  validation {
    condition     = var.data_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:${var.primary_region}:[0-9]{12}:key/mrk-[0-9a-f]{32}$", var.data_key_arn))
    error_message = "data_key_arn must be of a multi-Region key (mrk-…) in primary_region."
  }
}

variable "backup_region" {
  description = "With one Region: where its daily backups are copied to; null: nowhere."
  type        = string
  default     = null
}

# Data.

variable "engine_version" {
  description = "Aurora MySQL version, the same in both Regions."
  type        = string
  default     = "8.0.mysql_aurora.3.10.4"
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete what holds data."
  type        = bool
}

variable "intake_consistency" {
  description = "How the tables that both Regions share agree: strong, eventual or single."
  type        = string
}

variable "intake_witness_region" {
  description = "Region that only votes on them; null without strong consistency."
  type        = string
  default     = null
}

variable "backup_lock_for_ever_after_days" {
  description = "Days after which the lock of the copies' vault can never be taken off; null: it can."
  type        = number
  default     = null
}

# Names and the edge.

variable "zone_name" {
  description = "Route 53 zone to make, such as \"plotihub.example\"; null: no names of our own."
  type        = string
  default     = null
}

variable "domain" {
  description = "The API's name, common to both Regions; null: AWS's own."
  type        = string
  default     = null
}

variable "cdn_domain" {
  description = "Name in the zone by which CloudFront answers before the API; null: no CloudFront. Gateways are given the API's own name to call back."
  type        = string
  default     = null

  validation {
    condition     = var.cdn_domain == null || (var.zone_name != null && var.domain != null)
    error_message = "cdn_domain needs zone_name, which its records stand in, and domain, which CloudFront asks."
  }
}

variable "waf" {
  description = "Whether a firewall stands before CloudFront, as before the API in each Region."
  type        = bool
  default     = false
}

variable "rate_limit" {
  description = "Requests in five minutes from one address above which CloudFront refuses it."
  type        = number
  default     = 2000
}

# Audit and cost.

variable "audit_retention_days" {
  description = "Days that the audit trail can be neither changed nor deleted."
  type        = number
  default     = 365
}

variable "audit_lock_mode" {
  description = "COMPLIANCE or GOVERNANCE; see module audit."
  type        = string
  default     = "GOVERNANCE"
}

variable "monthly_usd" {
  description = "What a month may cost, in USD."
  type        = number
}

variable "daily_usd" {
  description = "What a day may cost, in USD."
  type        = number
}

variable "alarm_emails" {
  description = "Addresses that are told of costs."
  type        = list(string)
}

variable "cost_anomalies" {
  description = "Whether a monitor of costs out of the ordinary is made: only where Cost Explorer is on and has none (module budget)."
  type        = bool
  default     = false
}
