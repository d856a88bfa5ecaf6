"""Files of up to 4 MB that are made to cost whoever reads them dear, and the verdict that each is to get."""

import io
import random
import zipfile
from collections.abc import Callable, Iterable
from typing import NamedTuple

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADINGS = ("Property", "Unit", "Rent", "Tenant", "Phone", "ID", "Deposit", "Moved in", "Balance", "Other charges")
GOOD = ("Plaza", "A1", "12000", "Juma Koech", "0712345678", "20071271", "12000", "1/6/2025", "0", "garbage 300")
DOCUMENT_TYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{}]>'.format(
    "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
)


class Hostile(NamedTuple):
    """``verdict`` is the code of the problem that refuses it; empty: it is read, and what is in it does no harm."""

    name: str
    make: Callable[[], bytes]
    verdict: str


def inline(*texts: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def rows(*cells: str) -> str:
    return "".join(f"<row>{each}</row>" for each in cells)


def workbook(
    sheet: str = "",
    *,
    top: str = "",
    before: str = "",
    strings: str = "",
    styles: str = "",
    sheets: int = 1,
    parts: Iterable[tuple[str, str | bytes]] = (),
) -> bytes:
    """Return a workbook whose sheet has headings, a good row and then ``sheet``; all is XML as given."""
    named = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="s{n}"/>' for n in range(1, sheets + 1))
    led = "".join(
        f'<Relationship Id="s{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        for n in range(1, sheets + 1)
    )
    for kind in ("sharedStrings", "styles"):
        led += f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
    data = f"<sheetData>{rows(inline(*HEADINGS), inline(*GOOD))}{sheet}</sheetData>"
    whole = f'<Relationship Id="w" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    built = io.BytesIO()
    with zipfile.ZipFile(built, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in (
            ("_rels/.rels", f'<Relationships xmlns="{_PACKAGE}">{whole}</Relationships>'),
            ("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>'),
            ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{led}</Relationships>'),
            ("xl/worksheets/sheet1.xml", f'{before}<worksheet xmlns="{MAIN}">{top}{data}</worksheet>'),
            ("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>'),
            ("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'),
            *parts,
        ):  # fmt: skip
            archive.writestr(name, body)
    return built.getvalue()


def csv(*lines: str) -> bytes:
    return "\n".join([",".join(HEADINGS), ",".join(GOOD), *lines]).encode()


def bins(count: int) -> list[tuple[str, bytes]]:
    return [(f"xl/{place}.bin", b"\0" * 30_000_000) for place in range(count)]


def nested(levels: int) -> bytes:
    return workbook(parts=[("xl/embeddings/inner.xlsx", nested(levels - 1))] if levels else ())


def number(text: str) -> bytes:
    """Return a workbook with the number as a rent."""
    return workbook(rows(inline("Plaza", "A2") + f"<c><v>{text}</v></c>" + inline(*GOOD[3:])))


def understated() -> bytes:
    """Return a workbook whose directory says that 40 MB are 100 bytes."""
    content = workbook(parts=[("xl/media/big.bin", b"\0" * 40_000_000)])
    return content.replace((40_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def overlapping(count: int = 2_500) -> bytes:
    """Return a workbook whose directory names one large part many times over."""
    content = workbook(parts=[("xl/worksheets/sheet9.xml", b" " * 4_000_000)])
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entries = content[start:end]
    place = entries.rindex(b"PK\x01\x02")
    repeated = entries + entries[place:] * count
    tail = bytearray(content[end:])
    total = (entries.count(b"PK\x01\x02") + count).to_bytes(2, "little")
    tail[8:12], tail[12:16] = total * 2, len(repeated).to_bytes(4, "little")
    return content[:start] + repeated + bytes(tail)


def many_entries() -> bytes:
    built = io.BytesIO()
    with zipfile.ZipFile(built, "w") as archive:
        for place in range(40_000):
            archive.writestr(f"{place}", b"")
    return built.getvalue()


def honest_rows(leases: int) -> Iterable[tuple[str, ...]]:
    """Yield the rows of a rent roll of ``leases`` leases below its headings, without a fault in them."""
    yield GOOD
    for n in range(2, leases + 1):
        yield ("Plaza", f"A{n}", *GOOD[2:4], f"07{n:08}", f"{n + 10_000_000}", *GOOD[6:])


def largest_csv(leases: int = 19_989) -> bytes:
    """Return as large a rent roll as is read: it costs what honest people may ask for."""
    return "\n".join(map(",".join, [HEADINGS, *honest_rows(leases)])).encode()


def wrong_everywhere() -> bytes:
    line = ",".join(["x;y" * 8] * len(HEADINGS))
    return csv(*[line] * 14_000)


def long_cells() -> bytes:
    """Return cells as long as they may be, each of what its column's reader looks at longest."""
    kinds = ("1,111" * 300, "07 12-" * 300, "a-'b " * 390, "1/1/" * 450, "(" * 1_900, "KES " * 450)
    seeded = random.Random(17)
    return csv(*[",".join(f'"{seeded.choice(kinds)[:1_990]}"' for _ in HEADINGS) for _ in range(190)])


CORPUS = (
    Hostile("a cell in row 1,048,576", lambda: workbook(f'<row r="1048576">{inline("x")}</row>'), "too_many_rows"),
    Hostile("a dimension of everything", lambda: workbook(top='<dimension ref="A1:XFD1048576"/>'), ""),
    Hostile("a blank row 1,048,576", lambda: workbook('<row r="1048576"><c r="A1048576" s="1"/></row>'), ""),
    Hostile("16,384 columns", lambda: workbook(rows(inline(*["x"] * 16_384))), "too_many_columns"),
    Hostile("16,384 blank cells in 60 rows", lambda: workbook(rows(*["<c/>" * 16_384] * 60)), ""),
    Hostile("a million rows", lambda: workbook(rows(inline("Plaza", "A")) * 160_000), "too_many_rows"),
    Hostile("400,000 cells", lambda: workbook(rows("<c><v>1</v></c>" * 90) * 4_500), "too_many_cells"),
    Hostile("1,500 sheets", lambda: workbook(sheets=1_500), "too_many_sheets"),
    Hostile("190 sheets of 2 MB", lambda: workbook(rows("<c/>" * 50) * 3_000, sheets=190), ""),
    Hostile("900,000 shared strings", lambda: workbook(strings="<si><t>a</t></si>" * 900_000), "too_many_cells"),
    Hostile("a cell of 30 MB", lambda: workbook(rows(inline("a" * 30_000_000))), "cell_too_long"),
    Hostile(
        "one long text in 200,000 cells",
        lambda: workbook(
            rows('<c t="s"><v>0</v></c>' * 90) * 2_200, strings=f"<si><t>{'a' * 1_900}</t></si>"
        ),
        "too_much_text",
    ),
    Hostile("entities", lambda: workbook(rows(inline("&j;" * 100)), before=DOCUMENT_TYPE), "has_document_type"),
    Hostile(
        "entities in a part that nobody reads",
        lambda: workbook(parts=[("docProps/core.xml", f"<!-- -->{DOCUMENT_TYPE}<x>&j;</x>")]),
        "has_document_type",
    ),
    Hostile("a zip bomb", lambda: workbook(parts=[("xl/media/a.png", b"\0" * 400_000_000)]), "too_large"),
    Hostile("a zip bomb of many parts", lambda: workbook(parts=bins(3)), "too_large"),
    Hostile("a part larger than it says", understated, ""),
    Hostile("one part named 2,500 times", overlapping, "too_many_parts"),
    Hostile("40,000 parts", many_entries, "too_many_parts"),
    Hostile("a zip in a zip in a zip", lambda: nested(3), ""),
    Hostile("100,000 levels", lambda: workbook("<a>" * 100_000), "too_deep"),
    Hostile("9 million elements", lambda: workbook("<a/>" * 9_000_000), "too_large"),
    Hostile("a tag of 30 MB", lambda: workbook(f'<row x="{"a" * 30_000_000}"/>'), "too_large"),
    Hostile("a comment of 30 MB", lambda: workbook(f"<!--{'a' * 30_000_000}-->"), "too_large"),
    Hostile("400,000 styles", lambda: workbook(styles=f"<cellXfs>{'<xf/>' * 400_000}</cellXfs>"), ""),
    *(
        Hostile(f"a number {text[:20]}", lambda text=text: number(text), "number_out_of_range")  # type: ignore[misc]
        for text in ("1E400", "-1E400", "NaN", "Infinity", "1e-400", "99999999999999999999", "9" * 100_000, "1_0", "٣")
    ),
    Hostile("a CSV of one line", lambda: csv(",".join(["x"] * 1_900_000)), "too_many_columns"),
    Hostile("a CSV of commas", lambda: csv("," * 3_900_000), ""),
    Hostile("a CSV of blank lines", lambda: csv("\n" * 3_900_000), ""),
    Hostile("a CSV of a million rows", lambda: csv(*["a"] * 1_900_000), "too_many_rows"),
    Hostile("a CSV whose quote is never closed", lambda: csv('"' + "a,b\n" * 900_000), "broken_csv"),
    Hostile("a CSV whose quote is closed far below", lambda: csv('"' + "a,b\n" * 20_000 + '"'), "cell_too_long"),
    Hostile("a CSV with NUL", lambda: csv("\0" * 3_900_000), "wrong_encoding"),
    Hostile("a CSV with 1E400", lambda: csv("Plaza,A2,1E400"), "not_an_amount"),
    Hostile("a CSV with wrong cells everywhere", wrong_everywhere, "too_many_errors"),
    Hostile("a CSV of cells as long as may be", long_cells, "not_an_amount"),
    Hostile("a CSV of 19,989 honest leases", largest_csv, ""),
)  # fmt: skip
