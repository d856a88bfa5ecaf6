variable "name" {
  description = "Begins every resource's name, such as \"plotihub-dev\"."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the Region's key; CloudWatch must be allowed to use it for the topic."
  type        = string
}

variable "functions" {
  description = "Every function by its name in the code: its name in AWS, its time-out in seconds and its class of roles."
  type = map(object({
    function_name = string
    timeout_s     = number
    role          = string
  }))
}

variable "queue_names" {
  description = "Queues by what they are for."
  type        = map(string)
}

variable "dead_letter_queue_names" {
  description = "Queues of what could not be worked, by what the first queue is for."
  type        = map(string)
}

variable "queue_age_s" {
  description = "Seconds that a message may wait before an alarm."
  type        = number
  default     = 900
}

variable "cluster_identifier" {
  description = "The Region's database cluster."
  type        = string
}

variable "is_global" {
  description = "Whether the cluster is a member of a global cluster, whose lag is watched."
  type        = bool
}

variable "most_connections" {
  description = "Connections to the database that are too many: about 80 % of what its largest size takes."
  type        = number
  default     = 700
}

variable "rest_api_name" {
  description = "Name of the REST API."
  type        = string
}

variable "stage_name" {
  description = "Name of the API's stage."
  type        = string
}

variable "log_group_names" {
  description = "Log groups that the saved queries look at."
  type        = list(string)
}

variable "alarm_emails" {
  description = "Addresses that alarms go to; each must confirm once."
  type        = list(string)
}

variable "webhook_parameters" {
  description = "Names in Parameter Store, as SecureString, of HTTPS addresses that alarms go to. Each must confirm SNS's subscription by itself, as PagerDuty's integration \"Amazon CloudWatch\" does; with another, the apply fails."
  type        = list(string)
  default     = []
}

variable "slack" {
  description = "Slack workspace and channel that alarms go to, by AWS Chatbot; null: none. The workspace is tied to the account once, by hand. Chatbot must be there in one of the Regions: eu-west-1, us-east-2, us-west-2 or ap-southeast-1."
  type = object({
    team_id    = string
    channel_id = string
  })
  default = null

  validation {
    condition     = var.slack == null ? true : length(setintersection(local.chatbot_regions, var.regions)) > 0
    error_message = "Chatbot is in none of the estate's Regions: leave slack null, and let a webhook tell of alarms."
  }
}

variable "regions" {
  description = "The estate's Regions, this one among them."
  type        = set(string)
}

variable "peer_alarm_topic_arn" {
  description = "ARN of the other Region's topic; null: there is none, or it is not known yet."
  type        = string
  default     = null
}

variable "money_metrics" {
  description = "The application's own metrics that must not pass a threshold in five minutes."
  type = map(object({
    metric    = string
    threshold = number
    says      = string
  }))
}
