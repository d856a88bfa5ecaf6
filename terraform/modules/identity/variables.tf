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
