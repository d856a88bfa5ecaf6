variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "retention_days" {
  description = "Days that the record can be neither changed nor deleted."
  type        = number
  default     = 365

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 3650
    error_message = "retention_days must lie between 1 and 3650."
  }
}

variable "lock_mode" {
  description = "\"COMPLIANCE\": nobody, not even the account's root, can shorten it. \"GOVERNANCE\": a named right can."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.lock_mode)
    error_message = "lock_mode must be GOVERNANCE or COMPLIANCE."
  }
}
