variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "domain" {
  description = "The API's name, common to both Regions, such as \"api.plotihub.example\"; null: it has none of its own."
  type        = string

  validation {
    condition     = var.domain == null ? true : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name in lower case."
  }
}

variable "zone_id" {
  description = "Route 53 zone that the domain lies in."
  type        = string
}

variable "common_host" {
  description = "Where API Gateway answers to the common name in this Region."
  type        = string
}

variable "common_zone_id" {
  description = "API Gateway's zone of common_host."
  type        = string
}

variable "regional_host" {
  description = "Where API Gateway answers to the Region's own name."
  type        = string
}

variable "regional_zone_id" {
  description = "API Gateway's zone of regional_host."
  type        = string
}

variable "drained" {
  description = "Whether this Region is out of the common name, for maintenance; its own name still answers."
  type        = bool
  default     = false
}

variable "health_check" {
  description = "Whether checkers look at the Region: where there is another to go to. Their looks read from the database, which then never rests."
  type        = bool
}

variable "health_interval_s" {
  description = "Seconds between two looks of a checker, 10 (dearer) or 30."
  type        = number
  default     = 30

  validation {
    condition     = contains([10, 30], var.health_interval_s)
    error_message = "health_interval_s must be 10 or 30: Route 53 knows no other."
  }
}

variable "health_threshold" {
  description = "Looks in a row that must fail, or succeed, before the Region is taken for ill, or well."
  type        = number
  default     = 3

  validation {
    condition     = var.health_threshold >= 1 && var.health_threshold <= 10
    error_message = "health_threshold must lie between 1 and 10."
  }
}

variable "checker_regions" {
  description = "Regions that look, at least three: that is the least that Route 53 takes, and each costs traffic."
  type        = list(string)
  default     = ["eu-west-1", "us-east-1", "ap-southeast-1"]

  validation {
    condition     = length(var.checker_regions) >= 3
    error_message = "checker_regions must name at least three Regions."
  }
}

variable "alarm_emails" {
  description = "Addresses that are told when the Region falls ill; each must confirm once."
  type        = list(string)
  default     = []
}

variable "webhook_parameters" {
  description = "Names in the Region's Parameter Store of HTTPS addresses that are told too, and that confirm SNS's subscription by themselves."
  type        = list(string)
}
