variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "cidr" {
  description = "Addresses of the network, a /16. The two Regions' must differ, since they are peered."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && endswith(var.cidr, "/16")
    error_message = "cidr must be an IPv4 /16 such as \"10.20.0.0/16\"."
  }
}

variable "peer_cidrs" {
  description = "Addresses of the other Region's network; none while there is one Region."
  type        = list(string)
  default     = []
}

variable "az_count" {
  description = "Availability zones that the network spans, 2 or 3. Aurora wants at least 2."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3], var.az_count)
    error_message = "az_count must be 2 or 3."
  }
}

variable "nat" {
  description = "Whether inside functions reach the internet, by a NAT gateway in each zone (about USD 33 a month each, and traffic)."
  type        = bool
  default     = false
}

variable "interface_endpoints" {
  description = "AWS services that inside functions reach by an interface endpoint (about USD 7.30 a month for each and zone)."
  type        = set(string)
  default     = ["sqs", "kms"]

  validation {
    condition     = length(setsubtract(var.interface_endpoints, ["sqs", "kms", "secretsmanager", "ssm", "logs", "xray", "sts", "monitoring"])) == 0
    error_message = "interface_endpoints must be of: sqs, kms, secretsmanager, ssm, logs, xray, sts, monitoring."
  }
}

variable "endpoint_az_count" {
  description = "Zones that an interface endpoint stands in. One costs half of two; calls from the other zone cross over."
  type        = number
  default     = 1

  validation {
    condition     = var.endpoint_az_count >= 1 && var.endpoint_az_count <= 3
    error_message = "endpoint_az_count must be 1 to 3, and at most az_count."
  }
}

variable "flow_logs_retention_days" {
  description = "Days that the record of connections is kept."
  type        = number
  default     = 30
}

variable "kms_key_arn" {
  description = "ARN of the Region's key for logs."
  type        = string
}
