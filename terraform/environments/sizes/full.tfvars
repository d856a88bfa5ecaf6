# full: two Regions with more in each: three zones, two instances, a proxy, a firewall, quicker checks, tested restores, a canary.

regions               = 2
intake_consistency    = "strong"
intake_witness_region = "eu-west-2"

az_count            = 3
nat                 = false # true where something inside must reach the internet
interface_endpoints = ["sqs", "kms", "secretsmanager"]
endpoint_az_count   = 2

min_acu        = 1 # AWS advises 8 for a busy primary: 8 in every instance adds USD 2,450 a month
max_acu        = 64
instance_count = 2
proxy          = true
rotation_days  = 30

waf               = true
health_interval_s = 10
restore_test      = true
canary            = true

monthly_usd = 1000 # terraform/README.md reckons 740
daily_usd   = 50
