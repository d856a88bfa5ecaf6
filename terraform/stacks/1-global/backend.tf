# In the primary Region. It is not needed to keep a Region alive: nothing here is applied during an outage.
terraform {
  backend "s3" {
    use_lockfile = true # and no "encrypt": see modules/delivery
  }
}
