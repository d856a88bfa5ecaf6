variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "engine_version" {
  description = "Aurora MySQL version, such as \"8.0.mysql_aurora.3.10.4\"; the same in both Regions. Where there are two, docs/runbooks/upgrade.md says how it is raised."
  type        = string

  validation {
    condition     = can(regex("^8\\.0\\.mysql_aurora\\.3\\.", var.engine_version))
    error_message = "engine_version must be of the family 8.0.mysql_aurora.3."
  }
}

variable "global_cluster_identifier" {
  description = "The global cluster to be a member of; null for a cluster by itself."
  type        = string
  default     = null
}

variable "is_first_member" {
  description = "Whether this cluster brings database, master and secrets. The others join; it stays so after a failover."
  type        = bool
}

variable "source_region" {
  description = "Region of the member that this cluster joins, which has the writer then; null: it brings database and master itself. Looked at only when the cluster is made."
  type        = string
  default     = null
}

variable "zones" {
  description = "Availability zones of the subnets; instances are put into them in turn."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2
    error_message = "zones must name at least two zones."
  }
}

variable "subnet_ids" {
  description = "Private subnets, in at least two zones."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least two subnets."
  }
}

variable "security_group_id" {
  description = "Security group of the database and its proxy."
  type        = string
}

variable "functions_security_group_id" {
  description = "Security group of inside functions; the rotation function runs in it."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the Region's own key: a member cannot use another Region's."
  type        = string
}

variable "secrets_key_arn" {
  description = "ARN of the key that master's and proxy's secrets are sealed by. Its twin must be in the other Region before this one copies them there."
  type        = string
}

variable "min_acu" {
  description = "Capacity that is always there, in ACU (2 GB of memory each). 0 pauses after five minutes without a call, but never as a member of a global cluster or behind a proxy."
  type        = number

  validation {
    condition     = var.min_acu >= 0 && var.min_acu <= 128 && var.min_acu * 2 == floor(var.min_acu * 2)
    error_message = "min_acu must be a multiple of 0.5 from 0 to 128."
  }
}

variable "max_acu" {
  description = "Capacity that it grows to, in ACU."
  type        = number

  validation {
    condition     = var.max_acu >= 1 && var.max_acu <= 256
    error_message = "max_acu must lie between 1 and 256."
  }
}

variable "instance_count" {
  description = "Instances of the cluster; from two on, one takes over when another fails."
  type        = number
  default     = 1

  validation {
    condition     = var.instance_count >= 1 && var.instance_count <= 15
    error_message = "instance_count must lie between 1 and 15."
  }
}

variable "backup_retention_days" {
  description = "Days that automated backups are kept. The ledger must be restorable for at least seven."
  type        = number
  default     = 14

  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "backup_retention_days must be between 7 and 35."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the cluster; also keeps a last snapshot and the secrets for 30 days."
  type        = bool
}

variable "log_retention_days" {
  description = "Days that the database's logs are kept."
  type        = number
  default     = 30
}

variable "proxy" {
  description = "Whether an RDS Proxy stands before the cluster."
  type        = bool
  default     = false
}

variable "proxy_read_only_endpoint" {
  description = "Whether the proxy has a read-only endpoint besides; the only one that answers in a Region without the writer."
  type        = bool
  default     = false
}

variable "replica" {
  description = "Where copies of the secrets are kept: the other Region's name, and there the ARN of secrets_key_arn's twin."
  type        = map(string)
  default     = {}
}

variable "password_version" {
  description = "Raise it to give master and proxy new passwords, while the writer is in the Region that has the secrets."
  type        = number
  default     = 1
}

variable "rotation_days" {
  description = "Days after which the master's password is changed by itself; 0: by hand, with password_version. Needs the interface endpoint of Secrets Manager."
  type        = number
  default     = 0

  validation {
    condition     = var.rotation_days >= 0 && var.rotation_days <= 365
    error_message = "rotation_days must lie between 0 and 365."
  }
}
