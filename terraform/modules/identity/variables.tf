variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the Region's key for secrets."
  type        = string
}

variable "parameter_prefix" {
  description = "Path in Parameter Store that settings and secrets lie below, such as \"/plotihub-dev\"."
  type        = string
}

variable "secrets" {
  description = "Secrets that somebody puts in by hand: name below the prefix, and what it is."
  type        = map(string)
}

variable "code_sender_arn" {
  description = "ARN of the alias of the function that sends sign-in codes. By name: the function in turn needs the pool."
  type        = string
}

variable "password_dropper_arn" {
  description = "ARN of the alias of the function that takes away a new user's password. By name, for the same reason."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the pool."
  type        = bool
}

variable "waf" {
  description = "Whether a firewall with a limit by address stands before the pool (about USD 6 a month)."
  type        = bool
}

variable "sign_in_rate_limit" {
  description = "Calls of the pool in ten minutes from one address, above which it is refused: a sign-in takes three, an hour's refresh one, and an office or a mobile network may be behind one address."
  type        = number
  default     = 200

  validation {
    condition     = var.sign_in_rate_limit >= 100
    error_message = "sign_in_rate_limit must be at least 100."
  }
}
