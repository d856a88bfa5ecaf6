# starter: one Region that scales to zero, with backups in another. A resuming database answers 503 with Retry-After.
# Survives: the loss of a machine. A zone that fails takes it down until the zone is back, and loses nothing; a lost Region
# costs hours, and what came since the last copy.

regions            = 1
intake_consistency = "single"

az_count            = 2
nat                 = false
interface_endpoints = ["sqs", "kms"]
endpoint_az_count   = 1

min_acu        = 0
max_acu        = 4
instance_count = 1
proxy          = false

# At most hourly, or the database would never rest; whoever leaves work wakes who does it.
schedules = {
  dispatch_messages = "rate(1 hour)"
  work_tasks        = "rate(1 hour)"
}

waf               = false
health_interval_s = 30
restore_test      = false
canary            = false

monthly_usd = 60 # terraform/README.md reckons 40
daily_usd   = 5
