"""Reports and statements, and the proof that the books add up."""

from chalicelib.reporting.arrears_report import get_arrears, iter_arrears
from chalicelib.reporting.books_proof import compute_proof, queue_proof
from chalicelib.reporting.collections_report import get_collections
from chalicelib.reporting.income_report import get_income
from chalicelib.reporting.rent_roll_report import get_occupancy, get_rent_roll, iter_rent_roll
from chalicelib.reporting.statement_email import email_statement, send_tenant_statement
from chalicelib.reporting.statements import get_lease_statement, get_tenant_statement
