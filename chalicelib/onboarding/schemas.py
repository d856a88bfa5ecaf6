"""How imports are asked for and told."""

from marshmallow import Schema

from chalicelib.onboarding.import_model import LAST_DUE_DAY, LONGEST_CELL, STATUSES
from chalicelib.web import fields


class NewImport(Schema):
    """What goes with an uploaded sheet, in the query."""

    filename = fields.Text(120, load_default="")
    property_name = fields.Text(120, load_default="")
    due_day = fields.Whole(1, LAST_DUE_DAY, from_text=True)


class NewCommit(Schema):
    opening_on = fields.Day()


class PlannedPropertyView(Schema):
    """A property of the sheet; one that is here already is ``known``."""

    name = fields.Text(120)
    town = fields.Text(80)
    units = fields.Whole()
    known = fields.Flag()


class SummaryView(Schema):
    """What the sheet would make; rent and charges are a month's."""

    sheet = fields.Text()
    errors = fields.Whole()
    notices = fields.Whole()
    properties = fields.ListOf(fields.Nested(PlannedPropertyView))
    units = fields.Whole()
    vacant_units = fields.Whole()
    tenants = fields.Whole()
    leases = fields.Whole()
    rent = fields.Money(attribute="rent_cents")
    rent_asked = fields.Money(attribute="asked_cents")
    charges = fields.Money(attribute="charge_cents")
    deposits = fields.Money(attribute="deposit_cents")
    opening_balances = fields.Money(attribute="opening_balance_cents")
    opening_credits = fields.Money(attribute="opening_credit_cents")


class ImportView(Schema):
    """An import; ``summary`` is null while its sheet is read by the task that ``task_id`` names."""

    id = fields.Uuid()
    filename = fields.Text()
    status = fields.OneOf(*STATUSES)
    property_name = fields.Text()
    due_day = fields.Whole()
    summary = fields.Nested(SummaryView, allow_none=True)
    opening_on = fields.Day(allow_none=True)
    task_id = fields.Uuid(allow_none=True)
    created_by = fields.Uuid(allow_none=True)
    version = fields.Whole()
    created_at = fields.Moment()
    committed_at = fields.Moment(allow_none=True)
    undone_at = fields.Moment(allow_none=True)


class ImportProblemView(Schema):
    """One thing about the sheet; an error forbids the commit. ``row`` counts from 1, as the spreadsheet does."""

    severity = fields.OneOf("error", "notice")
    code = fields.Text()
    message = fields.Text(2 * LONGEST_CELL)
    row = fields.Whole(allow_none=True)
    column = fields.Text(2 * LONGEST_CELL, allow_none=True)
    value = fields.Text(LONGEST_CELL, allow_none=True)


class ProblemsQuery(fields.Paging):
    severity = fields.OneOf("error", "notice")


NEW_IMPORT = NewImport()
NEW_COMMIT = NewCommit()
IMPORT = ImportView()
IMPORT_PROBLEM = ImportProblemView()
PAGING = fields.Paging()
PROBLEMS_QUERY = ProblemsQuery()
