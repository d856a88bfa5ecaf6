variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "github_repository" {
  description = "Repository whose workflows deploy, such as \"owner/plotihub\"; null: none do. Given in one Region only, since roles are of the account."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null ? true : can(regex("^[^/]+/[^/]+$", var.github_repository))
    error_message = "github_repository must be \"owner/name\"."
  }
}

variable "github_environment" {
  description = "GitHub environment that deploys, whose reviewers approve each run; that of the same name with \"-plan\" plans."
  type        = string
}

variable "github_provider_exists" {
  description = "Whether the account knows GitHub already, for another environment or project: an account can only once."
  type        = bool
  default     = false
}
