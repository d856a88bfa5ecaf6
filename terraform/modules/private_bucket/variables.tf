variable "bucket" {
  description = "Name of the bucket, from its owner's resource, so that it is there."
  type        = string
}

variable "arn" {
  description = "ARN of the bucket."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the key that everything in it is encrypted under, unless a writer names another."
  type        = string
}

variable "policy_documents" {
  description = "Policies, as JSON, of who may do what with it besides the account's own roles; that all must speak TLS is added."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for document in var.policy_documents : can(jsondecode(document).Statement)])
    error_message = "policy_documents must be policies as JSON, each with its statements."
  }
}
