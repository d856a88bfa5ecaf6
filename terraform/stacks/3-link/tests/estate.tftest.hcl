mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "other"
  source = "../../mocks"
}

run "link" {
  command = plan

  assert {
    condition     = length(aws_route.to_other) == 2 && length(aws_route.to_primary) == 2
    error_message = "Every private route table must lead over the peering, both ways."
  }
}
