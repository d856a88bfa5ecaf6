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

variable "region" {
  description = "The Region that this applies in."
  type        = string
}

variable "primary_region" {
  description = "The Region that the first database cluster was made in. It stays so after a failover."
  type        = string
}

variable "other_region" {
  description = "The other Region; null while there is one."
  type        = string
  default     = null

  validation {
    condition     = var.other_region == null ? true : var.other_region != var.region
    error_message = "other_region must differ from region."
  }
}

# Network.

variable "cidrs" {
  description = "Addresses of each Region's network, /16s that differ, by Region."
  type        = map(string)
}

variable "az_count" {
  description = "Availability zones, 2 or 3."
  type        = number
  default     = 2
}

variable "nat" {
  description = "Whether inside functions reach the internet by NAT gateways."
  type        = bool
  default     = false
}

variable "interface_endpoints" {
  description = "AWS services that inside functions reach by an interface endpoint."
  type        = set(string)
  default     = ["sqs", "kms"]
}

variable "endpoint_az_count" {
  description = "Zones that an interface endpoint stands in."
  type        = number
  default     = 1
}

# Database.

variable "engine_version" {
  description = "Aurora MySQL version, the same in both Regions."
  type        = string
  default     = "8.0.mysql_aurora.3.10.4" # the newest of a long-term support release as of March 2026; docs/runbooks/upgrade.md
}

variable "writer_region" {
  description = "The Region that has the writer, for a cluster that is made now and joins it; null: primary_region. Said only while a lost cluster is made anew (docs/runbooks/region-lost.md)."
  type        = string
  default     = null
}

variable "password_version" {
  description = "Raise it to give the database's master and the proxy's user new passwords, while the writer is in primary_region."
  type        = number
  default     = 1
}

variable "min_acu" {
  description = "Capacity of the database that is always there, in ACU."
  type        = number
}

variable "max_acu" {
  description = "Capacity that it grows to, in ACU."
  type        = number
}

variable "instance_count" {
  description = "Instances of the Region's cluster."
  type        = number
  default     = 1
}

variable "proxy" {
  description = "Whether an RDS Proxy stands before the cluster."
  type        = bool
  default     = false
}

variable "rotation_days" {
  description = "Days after which the master's password is changed by itself; 0: by hand."
  type        = number
  default     = 0
}

variable "backup_retention_days" {
  description = "Days that Aurora's own backups are kept."
  type        = number
  default     = 14
}

variable "backup_region" {
  description = "Region that daily backups are copied to; its vault is made by that Region's stack, or by hand. null: none."
  type        = string
  default     = null
}

variable "backup_daily_keep_days" {
  description = "Days that a daily backup is kept."
  type        = number
  default     = 35
}

variable "backup_lock_for_ever_after_days" {
  description = "Days after which the vault's lock can never be taken off; null: it can."
  type        = number
  default     = null
}

variable "restore_test" {
  description = "Whether the newest backup is restored each month to see that it can be."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete what holds data."
  type        = bool
}

# API and functions.

variable "schedules" {
  description = "Schedule expressions by function that differ from the code's."
  type        = map(string)
  default     = {}
}

variable "maximum_concurrency" {
  description = "How many copies of a queue's function run at once, by function."
  type        = map(number)
  default     = {}
}

variable "reserved_concurrency" {
  description = "Concurrency that a function keeps and may not exceed, by function."
  type        = map(number)
  default     = {}
}

variable "gateway_logging" {
  description = "Whether the account's role by which API Gateway writes logs in this Region is made here: of several environments in one account, one makes it, before the others."
  type        = bool
  default     = true
}

variable "throttle_rate" {
  description = "Requests a second that the API takes."
  type        = number
  default     = 100
}

variable "throttle_burst" {
  description = "Requests that may come at once above that."
  type        = number
  default     = 200
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

variable "log_level" {
  description = "Least level that is logged."
  type        = string
  default     = "INFO"
}

variable "cors_origin" {
  description = "Origin of the web site whose browsers may call the API; null: none. It was fixed by `make package`."
  type        = string
  default     = null
}

variable "callback_token_hashes" {
  description = "SHA-256 sums of the secret tokens in the paths that gateways call back."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for sum in var.callback_token_hashes : can(regex("^[0-9a-f]{64}$", sum))])
    error_message = "callback_token_hashes must hold SHA-256 sums in hex, never the tokens."
  }
}

# Names and the edge.

variable "zone_name" {
  description = "Route 53 zone that stacks/1-global made or found; null: no names of our own."
  type        = string
  default     = null
}

variable "domain" {
  description = "The API's name, common to both Regions; null: AWS's own."
  type        = string
  default     = null
}

variable "drained" {
  description = "Whether this Region is out of the common name."
  type        = bool
  default     = false
}

variable "health_interval_s" {
  description = "Seconds between two looks of a health checker, 10 or 30."
  type        = number
  default     = 30
}

variable "health_threshold" {
  description = "Looks in a row that must fail before the Region is taken for ill."
  type        = number
  default     = 3
}

variable "checker_regions" {
  description = "Regions that look at its health, at least three."
  type        = list(string)
  default     = ["eu-west-1", "us-east-1", "ap-southeast-1"]
}

variable "waf" {
  description = "Whether a firewall stands before the API."
  type        = bool
  default     = false
}

variable "rate_limit" {
  description = "Requests in five minutes from one address above which the firewall refuses it."
  type        = number
  default     = 2000
}

# Messages.

variable "africastalking" {
  description = "Africa's Talking: its address and the account's user name. The key is put into Parameter Store by hand."
  type = object({
    url      = string
    username = string
  })
  default = {
    url      = "https://api.sandbox.africastalking.com"
    username = "sandbox"
  }
}

variable "sms_sender_name" {
  description = "Sender that SMS show; null: the gateway's."
  type        = string
  default     = null
}

variable "sms_price_cents" {
  description = "What a part of an SMS by Africa's Talking is reckoned at, in cents of KES."
  type        = number
  default     = 80
}

variable "sns_price_cents" {
  description = "The same by SNS."
  type        = number
  default     = 3900
}

variable "sms_spend_limit_usd" {
  description = "What SNS may spend on SMS in a month, in USD."
  type        = number
  default     = 1
}

variable "email_domain" {
  description = "Domain that e-mails are sent from, within zone_name; null: none are."
  type        = string
  default     = null
}

# Alarms.

variable "alarm_emails" {
  description = "Addresses that alarms go to."
  type        = list(string)
}

variable "webhook_parameters" {
  description = "Names in Parameter Store of HTTPS addresses that alarms go to, and that confirm SNS's subscription by themselves, as PagerDuty's do."
  type        = list(string)
  default     = []
}

variable "slack" {
  description = "Slack workspace and channel that alarms go to, where one of the Regions has Chatbot (module observability); null: none."
  type = object({
    team_id    = string
    channel_id = string
  })
  default = null
}

variable "canary" {
  description = "Whether a canary asks every five minutes, from outside, whether the Region is well (about USD 11 a month)."
  type        = bool
  default     = false
}
