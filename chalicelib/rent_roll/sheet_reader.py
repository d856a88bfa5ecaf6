"""Read the sheet in an uploaded file, whose format is detected by its first bytes."""

from chalicelib.rent_roll import csv_file, xlsx_file
from chalicelib.rent_roll.sheet import RENT_ROLL, Sheet, SheetLimits, UnreadableSheet

# First bytes of formats that we do not read.
_OTHER_FILE_TYPES: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        "old_or_locked_workbook",
        "this is an old .xls workbook, or one with a password; open it, take the password off and save it as .xlsx",
    ),
    (b"%PDF", "not_a_sheet", "this is a PDF; upload the spreadsheet itself, as .xlsx or .csv"),
    (b"\x89PNG", "not_a_sheet", "this is a picture; upload the spreadsheet itself, as .xlsx or .csv"),
    (b"\xff\xd8\xff", "not_a_sheet", "this is a picture; upload the spreadsheet itself, as .xlsx or .csv"),
    (b"{\\rtf", "not_a_sheet", "this is a text document; upload the spreadsheet itself, as .xlsx or .csv"),
)


_WORKBOOK = b"PK\x03\x04"


def read_sheet(content: bytes, limits: SheetLimits = RENT_ROLL) -> Sheet:
    """Return the sheet in ``content``, a CSV or an XLSX, detected by its bytes: file names are often wrong.

    Raises:
        UnreadableSheet: it is another kind of file, broken, or beyond the limits.
    """
    for beginning, code, message in _OTHER_FILE_TYPES:
        if content.startswith(beginning):
            raise UnreadableSheet(code, message)
    if content.startswith(_WORKBOOK):
        return xlsx_file.read_xlsx(content, limits)
    if content.lstrip()[:200].lower().startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise UnreadableSheet("not_a_sheet", "this is a web page under another name; save it as .xlsx or .csv")
    return csv_file.read_csv(content, limits)
