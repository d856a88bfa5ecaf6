# The passwords are fixed here (tests/terraform): Terraform's mocks know no ephemeral resources.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                        = "plotihub-dev"
  engine_version              = "8.0.mysql_aurora.3.10.4"
  global_cluster_identifier   = "plotihub-dev"
  is_first_member             = true
  zones                       = ["zone-a", "zone-b"]
  subnet_ids                  = ["subnet-1", "subnet-2"]
  security_group_id           = "sg-database"
  functions_security_group_id = "sg-functions"
  kms_key_arn                 = "arn:aws:kms:eu-west-1:000000000000:key/region"
  secrets_key_arn             = "arn:aws:kms:eu-west-1:000000000000:key/data"
  min_acu                     = 0.5
  max_acu                     = 16
  deletion_protection         = true
  replica                     = { eu-central-1 = "arn:aws:kms:eu-central-1:000000000000:key/data" }
}

run "the_first_member_brings_master_and_database" {
  command = plan

  assert {
    condition     = aws_rds_cluster.main.database_name == "plotihub" && aws_rds_cluster.main.master_username == "plotihub_master" && aws_rds_cluster.main.source_region == null
    error_message = "The first member must bring the database and its master."
  }

  assert {
    condition     = aws_rds_cluster.main.cluster_identifier == "plotihub-dev-eu-west-1"
    error_message = "A cluster is named by its Region, never by its role."
  }

  assert {
    condition     = aws_rds_cluster.main.storage_encrypted && aws_rds_cluster.main.kms_key_id == var.kms_key_arn && aws_rds_cluster.main.iam_database_authentication_enabled
    error_message = "The cluster must be encrypted under the Region's key, and take IAM tokens."
  }

  assert {
    condition     = aws_rds_cluster.main.deletion_protection && !aws_rds_cluster.main.skip_final_snapshot && aws_secretsmanager_secret.master[0].recovery_window_in_days == 30
    error_message = "What is protected must be hard to lose."
  }

  assert {
    condition     = contains([for each in aws_rds_cluster_parameter_group.main.parameter : "${each.name}=${each.value}"], "require_secure_transport=ON")
    error_message = "The database must refuse what comes without TLS."
  }

  assert {
    condition     = contains([for each in aws_rds_cluster_parameter_group.main.parameter : "${each.name}=${each.value}"], "server_audit_events=CONNECT")
    error_message = "The audit log tells who logs in and never what is asked."
  }

  assert {
    condition     = alltrue([for secret in [aws_secretsmanager_secret.master[0], aws_secretsmanager_secret.proxy[0]] : one(secret.replica).region == "eu-central-1" && secret.kms_key_id == var.secrets_key_arn])
    error_message = "The other Region must have copies of the secrets, sealed by a key that is there."
  }

  assert {
    condition     = length(aws_db_proxy.main) + length(aws_secretsmanager_secret_rotation.master) == 0 && output.proxy_host == null
    error_message = "There is no proxy and no rotation unless asked."
  }
}

run "a_cluster_that_joins_brings_nothing" {
  command = plan

  variables {
    is_first_member = false
    source_region   = "eu-central-1"
    replica         = {}
    proxy           = true
  }

  assert {
    condition     = aws_rds_cluster.main.source_region == "eu-central-1" && aws_rds_cluster.main.master_password_wo_version == null
    error_message = "An encrypted cluster must say which Region it is copied from, and takes all else from there."
  }

  assert {
    condition     = length(aws_secretsmanager_secret.master) + length(aws_secretsmanager_secret.proxy) == 0 && output.master_secret_arn == null
    error_message = "A member that joins makes no secrets."
  }

  assert {
    condition     = one(aws_db_proxy.main[0].auth).secret_arn == "arn:aws:secretsmanager:eu-west-1:000000000000:secret:replica"
    error_message = "Its proxy must read the copy in its own Region."
  }
}

run "the_first_member_comes_back_as_one_that_joins" {
  command = plan

  variables {
    source_region = "eu-central-1"
  }

  assert {
    condition     = aws_rds_cluster.main.source_region == "eu-central-1" && aws_rds_cluster.main.master_password_wo_version == null
    error_message = "AWS refuses a cluster that joins and brings a database or a master."
  }

  assert {
    condition     = length(aws_secretsmanager_secret.master) == 1
    error_message = "The secrets stay where they are."
  }
}

run "instances_stand_in_different_zones" {
  command = plan

  variables {
    instance_count = 3
  }

  assert {
    condition     = aws_rds_cluster_instance.main[*].availability_zone == ["zone-a", "zone-b", "zone-a"]
    error_message = "A zone that fails must not take two instances of two."
  }

  assert {
    condition     = alltrue([for instance in aws_rds_cluster_instance.main : !instance.auto_minor_version_upgrade])
    error_message = "The version is the one that is asked for."
  }
}

run "a_rotation_waits_for_the_database" {
  command = plan

  variables {
    rotation_days = 30
  }

  assert {
    condition     = !aws_secretsmanager_secret_rotation.master[0].rotate_immediately
    error_message = "A password that was just made needs no rotation."
  }
}

run "a_proxy_takes_tokens_over_tls_and_lets_nobody_wait_for_long" {
  command = plan

  variables {
    proxy                    = true
    proxy_read_only_endpoint = true
  }

  assert {
    condition     = aws_db_proxy.main[0].require_tls && one(aws_db_proxy.main[0].auth).iam_auth == "REQUIRED"
    error_message = "The proxy must ask for TLS and an IAM token."
  }

  assert {
    condition     = one(aws_db_proxy_default_target_group.main[0].connection_pool_config).connection_borrow_timeout <= 10
    error_message = "Waiting for a connection must end before API Gateway's 29 s."
  }

  assert {
    condition     = aws_db_proxy_endpoint.read_only[0].target_role == "READ_ONLY"
    error_message = "In a Region without the writer only a read-only endpoint answers."
  }
}

run "a_cluster_that_rests_says_when" {
  command = plan

  variables {
    global_cluster_identifier = null
    min_acu                   = 0
    replica                   = {}
    deletion_protection       = false
  }

  assert {
    condition     = one(aws_rds_cluster.main.serverlessv2_scaling_configuration).seconds_until_auto_pause == 300
    error_message = "A cluster by itself may rest after five minutes."
  }

  assert {
    condition     = aws_rds_cluster.main.skip_final_snapshot && aws_secretsmanager_secret.master[0].recovery_window_in_days == 0
    error_message = "A development stage must go without leaving anything."
  }
}

run "what_cannot_be_is_refused" {
  command = plan

  variables {
    engine_version        = "5.7.mysql_aurora.2.11.2"
    zones                 = ["zone-a"]
    subnet_ids            = ["subnet-1"]
    min_acu               = 0.3
    max_acu               = 0.5
    instance_count        = 16
    backup_retention_days = 1
    rotation_days         = 400
  }

  expect_failures = [var.engine_version, var.zones, var.subnet_ids, var.min_acu, var.max_acu, var.instance_count, var.backup_retention_days, var.rotation_days]
}
