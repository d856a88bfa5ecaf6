# What joins two Regions is of neither; its state lies in the primary one. It is not applied while one is dead.
terraform {
  backend "s3" {
    use_lockfile = true # and no "encrypt": see modules/delivery
  }
}
