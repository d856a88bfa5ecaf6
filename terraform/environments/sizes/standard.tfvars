# standard: two Regions, both taking requests. Survives the loss of a Region; no NAT, no proxy, no firewall.

regions               = 2
intake_consistency    = "strong"
intake_witness_region = "eu-west-2"

az_count            = 2
nat                 = false
interface_endpoints = ["sqs", "kms"]
endpoint_az_count   = 1 # where the one instance stands; a second zone, USD 29 a month, would save nothing without it

min_acu        = 0.5 # a member of a global database never pauses
max_acu        = 16
instance_count = 1
proxy          = false

waf               = false
health_interval_s = 30
restore_test      = false
canary            = false

monthly_usd = 250 # terraform/README.md reckons 165
daily_usd   = 15
