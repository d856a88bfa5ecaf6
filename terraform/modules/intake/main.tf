# What must be true in both Regions at once, outside the database: money taken in, and which message was given to a
# gateway. In a strongly consistent global table a write is in two Regions before it is acknowledged, so a dead Region
# loses none; and a condition is checked against the newest version, so of two claims one wins.
#
# No key is named, so they rest under one that AWS owns: under a customer's key DynamoDB would ask KMS with the rights of
# whoever calls the table (docs/decisions/0016-shared-tables-rest-under-a-key-of-aws.md).

locals {
  tables = {
    intake = { name = "${var.name}-intake", key = "key" }
    claims = { name = "${var.name}-claims", key = "claim" }
  }
  # The provider of this version cannot make strong tables; CloudFormation can.
  # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-globaltable.html
  stacked = var.consistency == "strong" ? local.tables : {}
  plain   = var.consistency == "strong" ? {} : local.tables
}

resource "aws_cloudformation_stack" "strong" {
  #checkov:skip=CKV_AWS_124:Terraform waits for it and tells how it ended

  for_each = local.stacked

  name = each.value.name

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Strongly consistent global table ${each.value.name}"
    Resources = {
      Table = {
        Type                = "AWS::DynamoDB::GlobalTable"
        DeletionPolicy      = "RetainExceptOnCreate" # a table whose making failed would stand in the next one's way
        UpdateReplacePolicy = "Retain"
        Properties = merge({
          TableName              = each.value.name
          BillingMode            = "PAY_PER_REQUEST"
          KeySchema              = [{ AttributeName = each.value.key, KeyType = "HASH" }]
          AttributeDefinitions   = [{ AttributeName = each.value.key, AttributeType = "S" }]
          MultiRegionConsistency = "STRONG"
          Replicas = [for region in var.regions : {
            Region                           = region
            DeletionProtectionEnabled        = var.deletion_protection
            PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled = true }
            Tags                             = [for key in sort(keys(var.tags)) : { Key = key, Value = var.tags[key] }]
          }]
        }, var.witness_region == null ? {} : { GlobalTableWitnesses = [{ Region = var.witness_region }] })
      }
    }
    Outputs = { Arn = { Value = { "Fn::GetAtt" = ["Table", "Arn"] } } }
  })

  lifecycle {
    precondition {
      condition     = length(var.regions) == 3 || (length(var.regions) == 2 && var.witness_region != null)
      error_message = "A strongly consistent table wants three Regions, or two and a witness."
    }
  }
}

# One Region, or a pair of Regions that cannot be strong: then a claim made in both at once is won twice, and money
# acknowledged in a Region that dies a second later is found again only in the vendor's records.
resource "aws_dynamodb_table" "plain" {
  #checkov:skip=CKV_AWS_119:what is secret in it is sealed by us; under a customer's key nobody without rights on it could use the table

  for_each = local.plain

  name                        = each.value.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.key
  deletion_protection_enabled = var.deletion_protection
  stream_enabled              = length(var.regions) > 1
  stream_view_type            = length(var.regions) > 1 ? "NEW_AND_OLD_IMAGES" : null

  attribute {
    name = each.value.key
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  dynamic "replica" {
    for_each = slice(var.regions, 1, length(var.regions))

    content {
      region_name            = replica.value
      point_in_time_recovery = true
      propagate_tags         = true
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
