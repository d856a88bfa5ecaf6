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
  description = "The Region that this applies in: once in each that has a stack."
  type        = string
}

variable "github_repository" {
  description = "Repository whose workflows deploy; null: none do. Given in one Region only."
  type        = string
  default     = null
}

variable "github_provider_exists" {
  description = "Whether the account knows GitHub already, for another environment or project: an account can only once."
  type        = bool
  default     = false
}
