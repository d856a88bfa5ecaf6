output "budget_names" {
  description = "Names of the budgets."
  value       = [aws_budgets_budget.monthly.name, aws_budgets_budget.daily.name]
}
