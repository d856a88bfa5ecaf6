"""What a laptop needs in place of AWS. Nothing in ``chalicelib`` imports it."""
