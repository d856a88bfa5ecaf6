"""Sheets that nobody has thought of: real and hostile ones, changed at random from a fixed seed."""

import csv
import io
import random
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from tests.hostile_sheets import GOOD, HEADINGS, inline, rows, workbook

SAMPLE = (Path(__file__).parent / "data" / "rent-roll.csv").read_bytes()
# What people, programs and attackers put in cells.
CELLS = (
    *("", " ", "-", "0", "-0", "1E400", "1e-400", "NaN", "Infinity", "-Infinity", "1E+12", "9" * 20, "9" * 400),
    *("15,000 Ksh", "15k", "1.5m", "(500)", "KES 12,000/=", "12.345", "1,2,3", "½", "٣٤", "\uff11", "=1+1", "#REF!"),
    *("0712345678", "+254712345678", "254 7", "07" * 50, "0712345678/0722", "tel:0712", "00254712345678"),
    *("31/2/2025", "1/6/25", "2025-13-01", "0000-00-00", "99999-01-01", "29/2/2100", "Jan", "45000", "1/1/0001"),
    *("Juma", "Ng\u2019ang\u2019a", "\u202eevil", "\u0000", "a\u0301" * 40, "😀" * 50, "Mr. Mrs. Dr.", "VACANT"),
    *("TOTAL", "Sub total", "Property", "Unit", "Rent", "a@b", "@", "x" * 2_001, "x" * 1_999, "A" * 81),
    *('"', "'", "\n", "\r", "\t", "12/31/9999", "vacant since", "#N/A", "water", "ID 123", "P1234567", "A012345678Z"),
    *("garbage 300", "water 120 per unit", "garbage 1E400", "300 300 300"),
)  # fmt: skip


def mutations(seeded: random.Random, count: int) -> Iterator[bytes]:
    """Yield ``count`` files of all kinds by turns."""
    made = (_csv_of_cells, _sample_with_cells, _bytes, _workbook_of_cells, _workbook_bytes)
    for number in range(count):
        yield made[number % len(made)](seeded)


def _line(seeded: random.Random) -> list[str]:
    line = list(GOOD)
    for _ in range(seeded.randrange(1, 5)):
        line[seeded.randrange(len(line))] = seeded.choice(CELLS)
    return line


def _csv_of_cells(seeded: random.Random) -> bytes:
    headings = list(HEADINGS)
    if seeded.random() < 0.3:
        seeded.shuffle(headings)
    lines = [_line(seeded)[: seeded.randrange(1, 12)] for _ in range(seeded.randrange(8))]
    written = io.StringIO()
    csv.writer(written, delimiter=seeded.choice(",;\t|")).writerows([headings, *lines])
    encoding = seeded.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    return written.getvalue().encode(encoding, "replace")


def _sample_with_cells(seeded: random.Random) -> bytes:
    lines = list(csv.reader(io.StringIO(SAMPLE.decode("utf-8-sig"))))
    for _ in range(seeded.randrange(1, 8)):
        line = seeded.choice(lines)
        if line:
            line[seeded.randrange(len(line))] = seeded.choice(CELLS)
    if seeded.random() < 0.3:
        seeded.shuffle(lines)
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue().encode()


def _bytes(seeded: random.Random) -> bytes:
    """Return the sample with bytes lost, changed and doubled."""
    content = bytearray(SAMPLE)
    for _ in range(seeded.randrange(1, 12)):
        place = seeded.randrange(len(content))
        if seeded.random() < 0.5:
            content[place] = seeded.randrange(256)
        else:
            del content[place : place + seeded.randrange(1, 400)]
    return bytes(content)


def _workbook_of_cells(seeded: random.Random) -> bytes:
    def cell(text: str) -> str:
        plain = escape("".join(each for each in text if each >= " " or each in "\n\t"))
        kind = seeded.choice(["inlineStr", "n", "str", "b", "e", "d", "s", "x", "style"])
        if kind == "inlineStr":
            return inline(plain)
        if kind == "style":
            return f'<c s="{seeded.randrange(4)}"><v>{plain}</v></c>'
        formula = seeded.choice(["", "", "", "<f>1+1</f>"])
        return f'<c t="{kind}">{formula}<v>{plain}</v></c>'

    lines = ["".join(cell(text) for text in _line(seeded)) for _ in range(seeded.randrange(1, 4))]
    styles = '<numFmts><numFmt numFmtId="200" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/>'
    styles += f'<xf numFmtId="14"/><xf numFmtId="200"/><xf numFmtId="{seeded.choice(("46", "x"))}"/></cellXfs>'
    return workbook(rows(*lines), strings="<si><t>Juma</t></si>", styles=styles)


def _workbook_bytes(seeded: random.Random) -> bytes:
    """Return a workbook whose parts, or whose zip, have bytes changed."""
    content = _workbook_of_cells(seeded)
    if seeded.random() < 0.5:
        broken = bytearray(content)
        for _ in range(seeded.randrange(1, 6)):
            broken[seeded.randrange(len(broken))] = seeded.randrange(256)
        return bytes(broken)
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
            names = old.namelist()
            spoilt = seeded.choice(names)
            for name in names:
                part = bytearray(old.read(name))
                if name == spoilt:
                    place = seeded.randrange(len(part))
                    part[place : place + seeded.randrange(30)] = seeded.randbytes(seeded.randrange(6))
                new.writestr(name, bytes(part))
    except (zipfile.BadZipFile, zlib.error):
        return content
    return made.getvalue()
