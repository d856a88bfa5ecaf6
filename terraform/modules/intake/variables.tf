variable "name" {
  description = "Begins every table's name, such as \"plotihub-dev\"."
  type        = string
}

variable "regions" {
  description = "Regions that hold the tables, the one that this is applied in first."
  type        = list(string)

  validation {
    condition     = length(var.regions) >= 1 && length(var.regions) <= 3 && length(distinct(var.regions)) == length(var.regions)
    error_message = "regions must name one to three different Regions."
  }
}

variable "consistency" {
  description = "\"strong\" (multi-Region strong consistency), \"eventual\" (for pairs of Regions that cannot) or \"single\" (one Region). Fixed when the table is made."
  type        = string

  validation {
    condition     = contains(["strong", "eventual", "single"], var.consistency)
    error_message = "consistency must be strong, eventual or single."
  }
}

variable "witness_region" {
  description = "Region that only votes, beside two that hold the tables; null with three, or without strong consistency."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of each Region's copy of a strongly consistent table: the provider's own reach the stack only."
  type        = map(string)
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the tables."
  type        = bool
}
