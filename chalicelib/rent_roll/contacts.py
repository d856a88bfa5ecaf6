"""Parse a tenant's cells: names, phones, identity documents, next of kin, and the marks of a vacant unit."""

import re
from collections.abc import Callable
from typing import NamedTuple

from chalicelib import phones, values
from chalicelib.errors import Invalid
from chalicelib.rent_roll.cells import (
    Cell,
    UnreadableCell,
    cell_label,
    cell_text,
    is_blank,
    reject_mangled,
    stored_text,
)

MAX_NAME_PART = 60
MAX_KIN = 120
MAX_PHONES = 5
PHONE_EXPECTED = "expected a Kenyan mobile number such as 0712 345 678; several are parted by /"

_VACANT = {
    *("vacant", "vaccant", "vacnt", "vacan", "empty", "unoccupied", "not occupied", "no tenant", "available"),
    *("free", "none", "nil", "to let", "tolet", "for rent", "wazi", "tupu"),
}
_VACANT_TAIL = re.compile(r" (?:unit|house|hse|room|now|currently)$")
# Whole words at the beginning, followed by a name: "Ochieng Peter" contains an "eng".
_TITLES = re.compile(r"(?:(?:mr|mrs|ms|miss|dr|eng|prof|rev|pst|hon)(?:\.+ *| +))+(?=\S)", re.ASCII | re.IGNORECASE)
_SEVERAL_PEOPLE = re.compile(r"&|/|\+|;|,|\band\b|\bna\b", re.IGNORECASE)
_INITIAL_APOSTROPHE = re.compile(r"\b([OD])'([a-z])")  # O'Brien, but Ng'ang'a and Wang'ombe
_PHONE_LABEL = re.compile(r"^(?:tel|phone|mobile|cell|mob)[.:]* *(?:no)?[.:]* *", re.IGNORECASE)
_PHONE_PARTING = re.compile(r"/|,|;|&|\n|\bor\b|\band\b", re.IGNORECASE)
_PHONE_INSIDE = re.compile(rf"[{phones.INVISIBLE}]*\+?[0-9][0-9 \u00a0{phones.INVISIBLE}-]{{5,}}")
_IDENTITY_LABEL = re.compile(r"^(?:(?:national )?id|passport)?[ .:#]*(?:no)?[ .:#]*(?=[0-9])", re.IGNORECASE)


class Name(NamedTuple):
    """A person's name; a single part is the given name, and missing parts are empty."""

    given: str
    middle: str
    family: str


def is_vacant(cell: Cell) -> bool:
    """Return whether the tenant's cell marks the unit as vacant; a blank cell does not."""
    words = re.sub(r"[^a-z]+", " ", cell_text(cell).casefold()).strip()
    return _VACANT_TAIL.sub("", words) in _VACANT


def read_name(cell: Cell) -> Name | None:
    """Return the name in its parts, without titles, or None if the cell is blank.

    A name in capitals becomes title case.

    Raises:
        UnreadableCell: several people, digits, more than four parts, or what the API would reject as a name.
    """
    if is_blank(cell):
        return None
    text = cell_label(cell)
    if titles := _TITLES.match(text):
        text = text[titles.end() :]
    if _SEVERAL_PEOPLE.search(text):
        raise UnreadableCell("several_people", "expected the name of the one who pays first; put others under Remarks")
    if re.search(r"[0-9@]", text):
        raise UnreadableCell("not_a_name", "expected a person's name, without digits")
    parts = [_title_case(part) for part in text.split()]
    if len(parts) > 4 or not any(map(str.isalpha, text)):
        raise UnreadableCell("not_a_name", "expected a name of one to four parts")
    name = Name(parts[0], " ".join(parts[1:-1]), parts[-1] if len(parts) > 1 else "")
    if max(map(len, name)) > MAX_NAME_PART:
        raise UnreadableCell("not_a_name", f"expected at most {MAX_NAME_PART} characters in each part of the name")
    return name


def read_phones(cell: Cell) -> tuple[str, ...]:
    """Return the numbers in E.164, each once, the first to be called first; empty when the cell is blank.

    Raises:
        UnreadableCell: one of them is no Kenyan mobile number.
    """
    if is_blank(cell):
        return ()
    reject_mangled(cell_text(cell))
    # ``parse_phone`` knows what may be between digits; an apostrophe before them is from our own CSV export.
    text = _PHONE_LABEL.sub("", cell.strip().removeprefix("'") if isinstance(cell, str) else cell_text(cell))
    try:
        return (phones.parse_phone(text),)
    except Invalid:
        parts = [part for part in _PHONE_PARTING.split(text) if part.strip()] or [text]
    try:
        found = tuple(dict.fromkeys(phones.parse_phone(part) for part in parts))
    except Invalid as error:
        raise UnreadableCell("not_a_phone", PHONE_EXPECTED) from error
    if len(found) > MAX_PHONES:
        raise UnreadableCell("too_many_phones", f"expected at most {MAX_PHONES} numbers")
    return found


def read_identity(cell: Cell) -> tuple[str, str] | None:
    """Return the kind of identity document and its number, or None when the cell is blank.

    Seven to nine digits are a national ID, letters before digits a passport; other forms are
    rejected rather than guessed. "ID 23456789" and "12345678.0" are parsed as their digits.

    Raises:
        UnreadableCell: it is neither.
    """
    if is_blank(cell):
        return None
    text = _IDENTITY_LABEL.sub("", cell_label(cell))
    number = re.sub(r"[\s.\-]", "", re.sub(r"\.0{1,2}$", "", text))
    kind = "national_id" if re.fullmatch("[0-9]*", number) else "passport"
    if kind == "national_id" or re.fullmatch("[A-Za-z]{1,3}[0-9]{5,9}[A-Za-z]?", number):
        try:
            return kind, values.parse_identity_number(kind, number)
        except values.InvalidValue:
            pass  # the error below names both forms
    raise UnreadableCell(
        "not_an_identity", "expected a national ID of 7 to 9 digits or a passport number such as AK0123456"
    )


def read_email(cell: Cell) -> str | None:
    """Return the address, or None when the cell is blank.

    Raises:
        UnreadableCell: it is not one address.
    """
    if is_blank(cell):
        return None
    return _parse_with(values.parse_email, cell.strip() if isinstance(cell, str) else cell_text(cell), "not_an_email")


def read_kra_pin(cell: Cell) -> str | None:
    """Return the KRA PIN in capitals, or None when the cell is blank.

    Raises:
        UnreadableCell: it is not A or P, nine digits and a letter.
    """
    if is_blank(cell):
        return None
    text = cell_label(cell).replace(" ", "")
    return _parse_with(values.parse_kra_pin, text.upper() if text.isascii() else text, "not_a_kra_pin")


def _parse_with(parser: Callable[[str], str], text: str, code: str) -> str:
    try:
        return parser(text)
    except values.InvalidValue as error:
        raise UnreadableCell(code, str(error)) from error


def read_kin(cell: Cell) -> tuple[str, str | None]:
    """Return the next of kin's name and phone: "Akinyi (0712 345 678)", either part may be missing.

    Raises:
        UnreadableCell: the number in it is no Kenyan mobile number, or the API would reject the rest.
    """
    if is_blank(cell):
        return "", None
    digits = _PHONE_INSIDE.search(cell) if isinstance(cell, str) else None
    if not isinstance(cell, str) or not digits:
        return cell_label(cell, MAX_KIN, "kin"), None
    name = (cell[: digits.start()] + " " + cell[digits.end() :]).strip(" ()-,:/.")
    return stored_text(name, MAX_KIN, "kin"), read_phones(digits[0])[0]


def _title_case(part: str) -> str:
    if not (part.isupper() or part.islower()) or len(part.rstrip(".")) < 2:
        return part.capitalize() if part.islower() else part
    cased = "-".join(piece.capitalize() for piece in part.split("-"))
    return _INITIAL_APOSTROPHE.sub(lambda found: f"{found[1]}'{found[2].upper()}", cased)
