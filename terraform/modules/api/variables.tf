variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "name must be 3 to 31 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "kms_key_arn" {
  description = "ARN of the Region's key for logs, environments and queues."
  type        = string
}

variable "data_key_arn" {
  description = "ARN of the key under which data keys of personal papers are wrapped."
  type        = string
}

variable "codes_key_arn" {
  description = "ARN of the key under which the pool seals sign-in codes on their way to their sender."
  type        = string
}

variable "pool_arn" {
  description = "ARN of the Region's user pool, whose users' passwords are taken away."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets that inside functions run in."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group of inside functions."
  type        = string
}

variable "database_connect_arns" {
  description = "What inside functions may log in to: rds-db:…:dbuser:…/user, of the cluster or its proxy, in each Region."
  type        = list(string)
}

variable "migrator_connect_arns" {
  description = "What the operator's functions may log in to besides, to change the schema."
  type        = list(string)
  default     = []
}

variable "database_environment" {
  description = "Variables that tell inside functions where the database is."
  type        = map(string)
}

variable "vendor_environment" {
  description = "Variables that tell outside functions of the vendors they call; names of secrets, never secrets."
  type        = map(string)
}

variable "environment" {
  description = "Variables of every function."
  type        = map(string)
}

variable "parameter_prefix" {
  description = "Path in Parameter Store below which outside functions read their secrets, such as \"/plotihub-dev\"."
  type        = string

  validation {
    condition     = startswith(var.parameter_prefix, "/") && !endswith(var.parameter_prefix, "/")
    error_message = "parameter_prefix must begin with a slash and not end with one."
  }
}

variable "queue_arns" {
  description = "ARNs of the queues, by what they are for: each that a function is called by, and those written to."
  type        = map(string)
}

variable "queue_urls" {
  description = "URLs of the queues, by what they are for; told to functions as WAKE_QUEUE_URL and so on."
  type        = map(string)
}

variable "claims_table_arn" {
  description = "ARN of the strongly consistent table in which senders claim what they send."
  type        = string
}

variable "email_identity_arn" {
  description = "ARN of the SES identity that e-mails are sent from."
  type        = string
}

variable "schedules" {
  description = "Schedule expressions by function that differ from the code's, such as { work_tasks = \"rate(1 hour)\" }."
  type        = map(string)
  default     = {}
}

variable "maximum_concurrency" {
  description = "How many copies of a queue's function run at once, by function; the rest 5. At least 2."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for most in values(var.maximum_concurrency) : most >= 2 && most <= 1000])
    error_message = "maximum_concurrency must lie between 2 and 1000: SQS allows no other."
  }
}

variable "reserved_concurrency" {
  description = "How much of the account's concurrency a function keeps for itself and may not exceed, by function."
  type        = map(number)
  default     = {}
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

variable "gateway_logging" {
  description = "Whether the role by which API Gateway writes logs is made here. An account has one in each Region: of several environments in it, one makes it, before the others."
  type        = bool
  default     = true
}

variable "throttle_rate" {
  description = "Requests a second that the API takes, over all callers."
  type        = number
  default     = 100
}

variable "throttle_burst" {
  description = "Requests that may come at once above the rate."
  type        = number
  default     = 200
}

variable "domain_names" {
  description = "Names that the API answers to in this Region, each with its certificate: the common one and the Region's own."
  type = map(object({
    domain          = string
    certificate_arn = string
  }))
  default = {}
}
