variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the Region's key that documents are encrypted under."
  type        = string
}
