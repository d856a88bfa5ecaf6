# The environment prod: whose it is, what it is called, what may be lost. Sizes are beside, in sizes/.

account_id  = "000000000000" # put yours in: any other account is refused
environment = "prod"
owner       = "you@example.com"
cost_center = "production"

primary_region = "eu-west-1"
second_region  = "eu-central-1" # used by the sizes with two Regions
cidrs = {
  eu-west-1    = "10.40.0.0/16"
  eu-central-1 = "10.41.0.0/16"
}

alarm_emails = ["you@example.com"]

deletion_protection = true
audit_lock_mode     = "GOVERNANCE"
log_retention_days  = 90

# How many sign-in codes are sent at once, whoever asks for them. An account keeps 100 of its concurrency for whatever
# reserves none, and a new one may have 10 in all: then ask AWS for more first, or leave this out.
reserved_concurrency = { send_code = 5 }

africastalking = {
  url      = "https://api.africastalking.com"
  username = "plotihub" # yours
}

zone_name    = "plotihub.example"
domain       = "api.plotihub.example"
email_domain = "plotihub.example"
