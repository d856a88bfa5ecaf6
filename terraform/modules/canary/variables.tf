variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "url" {
  description = "Where the API answers in this Region, by the Region's own name and not by the common one; /health is asked below it."
  type        = string

  validation {
    condition     = startswith(var.url, "https://") && !endswith(var.url, "/")
    error_message = "url must begin with https:// and not end with a slash."
  }
}

variable "kms_key_arn" {
  description = "ARN of the Region's key for reports and logs."
  type        = string
}

variable "alarm_topic_arn" {
  description = "ARN of the topic that is told when the Region is ill, or the canary silent."
  type        = string
}

variable "log_retention_days" {
  description = "Days that the log of its runs is kept."
  type        = number
  default     = 30
}

# AWS deprecates an old one after about two years, and tells by e-mail sixty days before. The newest of November 2026 by
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Library_python_selenium.html
# (`aws synthetics describe-runtime-versions` tells today's); of those with Python none comes without a browser.
variable "runtime_version" {
  description = "Runtime of CloudWatch Synthetics that it runs on, with Python."
  type        = string
  default     = "syn-python-selenium-14.0"

  validation {
    condition     = startswith(var.runtime_version, "syn-python-")
    error_message = "runtime_version must be one for Python, such as \"syn-python-selenium-14.0\"."
  }
}
