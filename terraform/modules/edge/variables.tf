variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the Region's key for the log."
  type        = string
}

variable "waf" {
  description = "Whether a firewall stands before the API (about USD 9 a month)."
  type        = bool
}

variable "stage_arn" {
  description = "ARN of the API's stage."
  type        = string
}

variable "rate_limit" {
  description = "Requests in five minutes from one address, above which it is refused; of callbacks, which come from few, ten times that."
  type        = number
  default     = 2000

  validation {
    condition     = var.rate_limit >= 100
    error_message = "rate_limit must be at least 100."
  }
}

variable "cdn_mark" {
  description = "What CloudFront says in the header x-cdn-mark, so that its addresses are not limited. It opens nothing else."
  type        = string

  validation {
    condition     = length(var.cdn_mark) >= 32 && length(var.cdn_mark) <= 200
    error_message = "cdn_mark must be 32 to 200 characters that nobody guesses."
  }
}

variable "log_retention_days" {
  description = "Days that what was refused is kept."
  type        = number
  default     = 30
}
