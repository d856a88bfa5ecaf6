"""Charges beside the rent, as landlords scribble them: "garbage 300, security 500", "water 120/unit"."""

import re
from typing import NamedTuple

from chalicelib.rent_roll.amounts import AFTER, CURRENCY, read_positive_amount
from chalicelib.rent_roll.cells import Cell, UnreadableCell, cell_text, is_blank, stored_text
from chalicelib.rent_roll.model import RecurringCharge

EXPECTED = 'expected charges such as "garbage 300, security 500" or "water 120/unit"'

# Charge types of billing; a word that is not listed becomes "other", described by that word.
MAX_DESCRIPTION = 140
MAX_CHARGES = 20
_KINDS = {
    "garbage": "garbage",
    "trash": "garbage",
    "rubbish": "garbage",
    "taka": "garbage",
    "security": "security",
    "watchman": "security",
    "guard": "security",
    "service": "service",
    "service charge": "service",
    "svc": "service",
    "s/c": "service",
    "water": "water",
    "electricity": "electricity",
    "power": "electricity",
    "stima": "electricity",
    "parking": "other",
    "internet": "other",
    "wifi": "other",
    "cleaning": "other",
}
_NOTHING = frozenset({"none", "nil", "included", "inclusive", "incl", "no", "0"})
_PARTING = re.compile(r"\s*(?:[;+&\n]|,(?![0-9]{3}(?![0-9]))|\band\b)\s*", re.IGNORECASE)
_PIECE = re.compile(
    r"(?P<label>[a-z][a-z/ ]*?)??[\s:=@]*(?:-\s+)?"
    rf"(?P<amount>(?:{CURRENCY}\s*)?[0-9][0-9,]*(?:\.[0-9]+)?(?:{AFTER}))\s*"
    r"(?P<per>(?:/|per|a|each)\s*(?:units?|m3|m³|cubic met(?:er|re)|month|mth|mo)|p\.?/?m\.?|monthly)?",
    re.ASCII | re.IGNORECASE,
)
_METERED = re.compile(r"unit|m3|m³|cubic")


class Charges(NamedTuple):
    """The content of a cell: monthly charges, and the price of a cubic metre of water in cents, if given."""

    recurring: tuple[RecurringCharge, ...] = ()
    water_rate_cents: int | None = None
    unnamed: bool = False  # a bare number was read as a charge of type "other"


def read_charges(cell: Cell) -> Charges:
    """Return the charges of an "other charges" column; a bare number is a monthly charge of type "other".

    Raises:
        UnreadableCell: a part of it is neither a charge nor a word for none. Money is never ignored silently.
    """
    if is_blank(cell) or cell_text(cell).casefold().rstrip(".") in _NOTHING:
        return Charges()
    read = Charges()
    for piece in filter(None, _PARTING.split(cell_text(cell))):
        read = _add_piece(read, piece)
    return read


def parse_remark_charges(cell: Cell) -> Charges:
    """Return the charges that are explicit in a remark, such as "garbage 300"; other remarks give none.

    A part must consist of a known kind of charge and an amount, and nothing else: "owes garbage 300" is no charge.
    """
    read = Charges()
    for piece in filter(None, _PARTING.split(cell_text(cell))):
        found = _PIECE.fullmatch(piece)
        if found and _label(found) in _KINDS:
            try:
                read = _add_piece(read, piece)
            except UnreadableCell:
                continue  # it stays a remark, which is kept as it is written
    return read


def _add_piece(read: Charges, piece: str) -> Charges:
    found = _PIECE.fullmatch(piece)
    if not found:
        raise UnreadableCell("not_a_charge", EXPECTED)
    cents = read_positive_amount(found["amount"])
    label = _label(found)
    if not cents:
        return read
    if _METERED.search((found["per"] or "").casefold()):
        return _add_water_rate(read, label, cents)
    description = stored_text((label or "other charges").capitalize(), MAX_DESCRIPTION, "charge")
    if len(read.recurring) == MAX_CHARGES:
        raise UnreadableCell("too_many_charges", f"expected at most {MAX_CHARGES} charges")
    charge = RecurringCharge(_KINDS.get(label, "other"), description, cents)
    return read._replace(recurring=(*read.recurring, charge), unnamed=read.unnamed or not label)


def _add_water_rate(read: Charges, label: str, cents: int) -> Charges:
    if label != "water":
        raise UnreadableCell("metered_charge", "expected only water to be charged by the unit, such as water 120/unit")
    if read.water_rate_cents not in (None, cents):
        raise UnreadableCell("metered_charge", "expected one price for a unit of water")
    return read._replace(water_rate_cents=cents)


def _label(found: re.Match[str]) -> str:
    return " ".join((found["label"] or "").casefold().split())
