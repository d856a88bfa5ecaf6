variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the Region's key for backups."
  type        = string
}

variable "resource_arns" {
  description = "What is backed up: the cluster's and the tables' ARNs, and the documents bucket's."
  type        = list(string)
}

variable "emails" {
  description = "Addresses that are told of backups, copies and restores that failed; each must confirm once."
  type        = list(string)
}

variable "copy_to_vault_arn" {
  description = "Vault in another Region that each daily backup is copied to; null: none is."
  type        = string
  default     = null
}

variable "daily_keep_days" {
  description = "Days that a daily backup is kept."
  type        = number
  default     = 35

  validation {
    condition     = var.daily_keep_days >= 7
    error_message = "daily_keep_days must be at least 7: the ledger must be restorable for a week."
  }
}

variable "lock_for_ever_after_days" {
  description = "Days after which the vault's lock can never be taken off; null: a named right can take it off."
  type        = number
  default     = null

  validation {
    condition     = var.lock_for_ever_after_days == null ? true : var.lock_for_ever_after_days >= 3
    error_message = "lock_for_ever_after_days must be at least 3: AWS gives that long to think again."
  }
}

variable "restore_test" {
  description = "Whether the newest backup is restored each month, to see that it can be (a few hours of the smallest cluster)."
  type        = bool
  default     = false
}

variable "database_subnet_group" {
  description = "Subnet group that a restore test puts its cluster in; null without restore tests."
  type        = string
  default     = null
}
