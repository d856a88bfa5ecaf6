"""Schemas of ``api.imports``: what requests take and responses give."""

from marshmallow import Schema

from chalicelib.imports.model import STATUSES
from chalicelib.rent_roll.model import LAST_DUE_DAY, MAX_CELL_CHARACTERS
from chalicelib.web import fields


class NewImport(Schema):
    """What goes with an uploaded sheet, in the query."""

    filename = fields.Text(120, load_default="")
    property_name = fields.Text(120, load_default="")
    due_day = fields.Integer(1, LAST_DUE_DAY, from_text=True)


class NewCommit(Schema):
    opening_on = fields.Date()


class PlannedPropertyView(Schema):
    """A property of the sheet; one that is here already is ``known``."""

    name = fields.Text(120)
    town = fields.Text(80)
    units = fields.Integer()
    known = fields.Boolean()


class SummaryView(Schema):
    """What the sheet would make; rent and charges are a month's."""

    sheet = fields.Text()
    errors = fields.Integer()
    notices = fields.Integer()
    properties = fields.ListOf(fields.Nested(PlannedPropertyView))
    units = fields.Integer()
    vacant_units = fields.Integer()
    tenants = fields.Integer()
    leases = fields.Integer()
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
    due_day = fields.Integer()
    summary = fields.Nested(SummaryView, allow_none=True)
    opening_on = fields.Date(allow_none=True)
    task_id = fields.Uuid(allow_none=True)
    created_by = fields.Uuid(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()
    committed_at = fields.DateTime(allow_none=True)
    undone_at = fields.DateTime(allow_none=True)


class ImportProblemView(Schema):
    """One thing about the sheet; an error forbids the commit. ``row`` counts from 1, as the spreadsheet does."""

    severity = fields.OneOf("error", "notice")
    code = fields.Text()
    message = fields.Text(2 * MAX_CELL_CHARACTERS)
    row = fields.Integer(allow_none=True)
    column = fields.Text(2 * MAX_CELL_CHARACTERS, allow_none=True)
    value = fields.Text(MAX_CELL_CHARACTERS, allow_none=True)


class ProblemsQuery(fields.Paging):
    severity = fields.OneOf("error", "notice")
