# Each Region's state lies in its own Region, so that a dead one does not stop the other: `deploy` says where.
terraform {
  backend "s3" {
    use_lockfile = true # and no "encrypt": see modules/delivery
  }
}
