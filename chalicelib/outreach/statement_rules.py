"""The letter by which the owner of a property is told how a lease stands. Money is whole cents."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from chalicelib.money import say_cents

MOST_SUBJECT = 160


class OwnersLetter(NamedTuple):
    """What an owner is told of: whose lease of which unit, and what is owed at the end of ``to_on``."""

    owner: str
    tenant: str
    unit: str
    property: str
    organisation: str
    currency: str
    to_on: dt.date
    closing_cents: int


def owners_letter(about: OwnersLetter, table: Iterable[str]) -> tuple[str, str]:
    """Return the subject and the text of the letter around the lines of the statement's ``table``."""
    until = about.to_on.strftime("%d/%m/%Y")
    balance = say_cents(abs(about.closing_cents), about.currency)
    closing = "Owed" if about.closing_cents >= 0 else "In the tenant's favour"
    lines = [
        f"Dear {about.owner},",
        "",
        f"this is the account of {about.tenant} for {about.unit}, {about.property},",
        f"until {until}, in {about.currency}.",
        "",
        *table,
        "",
        f"{closing} on {until}: {balance}",
        "",
        about.organisation,
        "",
    ]
    subject = " ".join(f"Statement of {about.unit}, {about.property} until {until}".split())
    return subject[:MOST_SUBJECT], "\n".join(lines)
