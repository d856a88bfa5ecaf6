# The environment staging: whose it is, what it is called, what may be lost. Sizes are beside, in sizes/.

account_id  = "000000000000" # put yours in: any other account is refused
environment = "staging"
owner       = "you@example.com"
cost_center = "staging"

primary_region = "eu-west-1"
second_region  = "eu-central-1" # used by the sizes with two Regions
cidrs = {
  eu-west-1    = "10.30.0.0/16"
  eu-central-1 = "10.31.0.0/16"
}

# No names of our own: the API answers by AWS's. To have one: zone_name = "example.com", domain = "api.example.com".
alarm_emails = ["you@example.com"]

deletion_protection = false
audit_lock_mode     = "GOVERNANCE"
log_retention_days  = 30

africastalking = {
  url      = "https://api.sandbox.africastalking.com"
  username = "sandbox"
}
