variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "monthly_usd" {
  description = "What a month may cost, in USD; told at 50, 80 and 100 % and when it is going to be passed."
  type        = number

  validation {
    condition     = var.monthly_usd > 0
    error_message = "monthly_usd must be more than nothing."
  }
}

variable "daily_usd" {
  description = "What a day may cost, in USD; also the size of an anomaly that is told."
  type        = number

  validation {
    condition     = var.daily_usd > 0
    error_message = "daily_usd must be more than nothing."
  }
}

variable "emails" {
  description = "Who is told; at least one address."
  type        = list(string)

  validation {
    condition     = length(var.emails) >= 1 && alltrue([for email in var.emails : strcontains(email, "@")])
    error_message = "emails must hold at least one e-mail address."
  }
}

variable "anomalies" {
  description = "Whether a monitor of costs out of the ordinary is made here. An account has room for one of services, and AWS makes it by itself once Cost Explorer is switched on; so only where Cost Explorer is on, and `aws ce get-anomaly-monitors` tells of none."
  type        = bool
  default     = false
}
