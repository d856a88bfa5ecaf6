"""Shillings as Kenyan landlords write them, read into whole cents."""

import datetime as dt
import re
from decimal import Decimal

from chalicelib.money import to_cents
from chalicelib.rent_roll.cells import Cell, UnreadableCell, cell_text, is_blank, reject_mangled
from chalicelib.values import InvalidValue

EXPECTED = 'expected an amount in shillings such as 29500, 29,500.00 or "KES 29,500"'
NONE_WORDS = frozenset({"nil", "none", "zero", "free"})

# Not behind a letter: "trash 300" is no "tra" for Sh 300.
CURRENCY = r"(?<![a-z])(?:kes|kshs?|k\.?\s?shs?|shs?)\.?"
_CURRENCY_AFTER = r"(?:kes|kshs?|(?<=\s)k\.shs?|(?P<apart>(?<=\s)k\.?\sshs?)|shs?|bob)\.?"
NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)"
TAIL = r"(?:/=|/-|=)"
# What else is written behind a sum: the currency, the end of a sum on a cheque, the month that it is for.
AFTER = (
    rf"(?:\s*(?:{_CURRENCY_AFTER}|{TAIL}|only)){{0,4}}"
    r"(?:\s*(?:p\.?\s?/?m\.?|(?:per|a|each|/)\s*(?:month|mth|mo)|monthly))?"
)
# A K of its own: of no word ("Ksh", "Kes"), and not apart from both the number and a "sh" that follows.
_THOUSAND = r"(?:k|\s+k(?!\.?\s*sh))(?![a-z])"
_AMOUNT = re.compile(
    rf"(?P<minus>-)?\s*(?:{CURRENCY})?\s*(?P<inner_minus>-)?\s*"
    rf"(?P<whole>{NUMBER})?(?:\.(?P<cents>[0-9]+))?(?P<thousand>{_THOUSAND})?{AFTER}\s*(?P<side>cr|dr)?\.?",
    re.ASCII | re.IGNORECASE,
)
_DIGITS_OF_HUNDREDS = 3  # longer is no number of thousands that anybody owes


def read_amount(cell: Cell) -> int | None:
    """Return the amount in cents, or None if the cell is blank or a dash.

    Brackets, a minus or "CR" make it negative. "12k" is twelve thousand, "12 Ksh" is twelve. "1.5m" is rejected,
    since a landlord's "m" may be a slip for "k", and so is "15,000k", since its K may stand for "Ksh": the
    parsed amount could be wrong by a factor of a thousand. No floats are used.

    Raises:
        UnreadableCell: it is not an amount, has a fraction of a cent, or is beyond any rent.
    """
    if is_blank(cell):
        return None
    if isinstance(cell, dt.date):
        raise UnreadableCell("not_an_amount", f"{EXPECTED}, not a date")
    if isinstance(cell, int | Decimal):
        return _to_cents(Decimal(cell))
    return _parse_amount(cell_text(cell))


def read_positive_amount(cell: Cell) -> int | None:
    """Return the cents as ``read_amount`` does, for what cannot be negative (a rent, a deposit).

    Raises:
        UnreadableCell: also when it is negative.
    """
    cents = read_amount(cell)
    if cents is not None and cents < 0:
        raise UnreadableCell("negative_amount", "expected an amount that is not negative")
    return cents


def _parse_amount(text: str) -> int:
    reject_mangled(text)
    if text.casefold() in NONE_WORDS:
        return 0
    bracketed = text.startswith("(") and text.endswith(")")
    found = _AMOUNT.fullmatch(text[1:-1].strip() if bracketed else text)
    if not found or not found["whole"]:
        raise UnreadableCell("not_an_amount", EXPECTED)
    signs = [bracketed, found["minus"], found["inner_minus"], (found["side"] or "").casefold() == "cr"]
    if sum(map(bool, signs)) > 1:
        raise UnreadableCell("not_an_amount", f"{EXPECTED}, with one sign of a credit at most")
    if len(found["cents"] or "") > (5 if found["thousand"] else 2):
        # "44.500" too: in a program set to German it means 44,500
        raise UnreadableCell("fraction_of_a_cent", f"{EXPECTED}, with at most two decimals")
    whole = re.sub(r"[, ]", "", found["whole"])
    if found["thousand"] and len(whole) > _DIGITS_OF_HUNDREDS:
        raise UnreadableCell(
            "thousands_twice", f"{EXPECTED}: a K behind thousands may be of Ksh, or mean thousands again"
        )
    if found["apart"] and len(whole) <= _DIGITS_OF_HUNDREDS:
        raise UnreadableCell("not_an_amount", f'{EXPECTED}: "k sh" may be thousands of shillings, or Ksh')
    value = Decimal(f"{whole}.{found['cents'] or '0'}")
    cents = _to_cents(value * 1000 if found["thousand"] else value)
    return -cents if any(signs) else cents


def _to_cents(shillings: Decimal) -> int:
    try:
        return to_cents(shillings)
    except InvalidValue as refused:
        code = {"too_large": "amount_too_large", "fraction": "fraction_of_a_cent"}.get(refused.code, "not_an_amount")
        raise UnreadableCell(code, f"{EXPECTED}: {refused}") from refused
