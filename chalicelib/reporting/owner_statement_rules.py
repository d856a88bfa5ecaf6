"""The e-mail that states a lease's account to the property's owner. Money is whole cents."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from chalicelib.messaging.model import MAX_SUBJECT
from chalicelib.money import format_amount


class OwnerStatement(NamedTuple):
    """Facts of an owner's statement: tenant, unit, and the balance at the end of ``to_on``."""

    owner: str
    tenant: str
    unit: str
    property: str
    organisation: str
    currency: str
    to_on: dt.date
    closing_cents: int


def render_owner_statement(statement: OwnerStatement, table: Iterable[str]) -> tuple[str, str]:
    """Return subject and body of the e-mail around the lines of the statement's ``table``."""
    until_text = statement.to_on.strftime("%d/%m/%Y")
    balance = format_amount(abs(statement.closing_cents), statement.currency)
    closing = "Owed" if statement.closing_cents >= 0 else "In the tenant's favour"
    lines = [
        f"Dear {statement.owner},",
        "",
        f"this is the account of {statement.tenant} for {statement.unit}, {statement.property},",
        f"until {until_text}, in {statement.currency}.",
        "",
        *table,
        "",
        f"{closing} on {until_text}: {balance}",
        "",
        statement.organisation,
        "",
    ]
    subject = " ".join(f"Statement of {statement.unit}, {statement.property} until {until_text}".split())
    return subject[:MAX_SUBJECT], "\n".join(lines)
