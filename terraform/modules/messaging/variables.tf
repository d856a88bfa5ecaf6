variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "queues" {
  description = "Queues by what they are for, each with the time-out in seconds of the function that works it."
  type        = map(number)

  validation {
    condition     = alltrue([for timeout_s in values(var.queues) : timeout_s >= 1 && timeout_s <= 900])
    error_message = "queues must give time-outs of 1 to 900 seconds, as Lambda has them."
  }
}

variable "kms_key_arn" {
  description = "ARN of the Region's key for queues."
  type        = string
}

variable "email_domain" {
  description = "Domain that e-mails are sent from, such as \"plotihub.example\"; null: none are."
  type        = string
  default     = null
}

variable "zone_id" {
  description = "Route 53 zone of email_domain; null without one."
  type        = string
  default     = null
}

variable "sms_sender_name" {
  description = "Alphanumeric sender of SMS by SNS, at most 11 characters; null: AWS's choice."
  type        = string
  default     = null

  validation {
    condition     = var.sms_sender_name == null ? true : can(regex("^[A-Za-z0-9-]{1,11}$", var.sms_sender_name))
    error_message = "sms_sender_name must have 1 to 11 letters, digits and hyphens."
  }
}

variable "sms_spend_limit_usd" {
  description = "What SNS may spend on SMS in a month, in USD; AWS must have raised the account's own limit to it."
  type        = number
  default     = 1
}
