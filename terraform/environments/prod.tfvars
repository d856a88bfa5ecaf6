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

# No names of our own: the API answers by AWS's. To have one: zone_name = "example.com", domain = "api.example.com".
alarm_emails = ["you@example.com"]
monthly_usd  = 600
daily_usd    = 40

deletion_protection = true
audit_lock_mode     = "GOVERNANCE"
log_retention_days  = 90

africastalking = {
  url      = "https://api.africastalking.com"
  username = "plotihub" # yours
}

zone_name    = "plotihub.example"
domain       = "api.plotihub.example"
email_domain = "plotihub.example"
