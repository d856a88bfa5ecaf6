# Passwords that nobody types and the state does not hold. In a file of their own, since Terraform's mocks know no
# ephemeral resources: the tests plan with fixed ones in this file's place.

ephemeral "aws_secretsmanager_random_password" "main" {
  for_each = toset(["master", "proxy"])

  password_length     = 40
  exclude_punctuation = true
}

locals {
  passwords = { for user, made in ephemeral.aws_secretsmanager_random_password.main : user => made.random_password }
}
