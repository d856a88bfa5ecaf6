"""What a sheet says of people is nowhere in clear before it is committed, nor afterwards in the import's own rows."""

import csv
import io
import logging
import re

import pytest

from chalicelib.runtime.resources import Resources
from tests.api.client import Client
from tests.api.imports import SAMPLE, commit, dumped, row, sheet, upload, worked

pytestmark = pytest.mark.usefixtures("resources")

OF_IMPORTS = ("import", "import_item", "task", "audit_event", "idempotency_key", "data_key")


def personal() -> set[str]:
    """Return the sample's names, identity numbers and the last digits of its phones.

    Left out are what a property is called after somebody, and the phones that tests sign in with.
    """
    told: set[str] = set()
    for cells in csv.reader(io.StringIO(SAMPLE.decode("utf-8-sig"))):
        if len(cells) > 8 and cells[8].isdecimal():
            names = {*cells[6].casefold().split(), " ".join(cells[6].casefold().split())}
            told |= {*names, cells[8], cells[7].replace(" ", "").replace("-", "")[-9:]}
    assert len(told) > 150
    return told - {"baraka", "pendo"}


def found(words: set[str], text: str, client: Client) -> set[str]:
    """Return the words that stand in the text, names whole (Imani is not in Kilimani); the member's own phone may."""
    there = {word for word in words if (word in text if word.isdecimal() else re.search(rf"\b{word}\b", text))}
    return {word for word in there if word not in (client.phone or "")}


def test_an_uploaded_sheet_stands_nowhere_in_clear(owner: Client, resources: Resources) -> None:
    upload(owner, SAMPLE)
    spoilt = sheet(row("A1", name="Barasa 20007919"), row("A2", balance="Barasa owes 500"))
    assert upload(owner, spoilt).json["summary"]["errors"] == 2
    assert found(personal(), dumped(resources, owner.organisation_id), owner) == set()


def test_a_committed_and_an_undone_import_keep_nothing_of_it(owner: Client, resources: Resources) -> None:
    imported = upload(owner, SAMPLE).json
    assert worked(owner, resources, commit(owner, imported))["status"] == "done"
    assert found(personal(), dumped(resources, owner.organisation_id, *OF_IMPORTS), owner) == set()
    numbers = {word for word in personal() if word.isdecimal() and len(word) == 8}
    assert found(numbers, dumped(resources, owner.organisation_id), owner) == set()
    assert worked(owner, resources, owner.post(f"/v1/imports/{imported['id']}/undo"))["status"] == "done"
    assert found(personal(), dumped(resources, owner.organisation_id), owner) == set()
    assert dumped(resources, owner.organisation_id, "data_key") == ""


def test_log_lines_name_nobody(owner: Client, resources: Resources, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("plotihub").addHandler(caplog.handler)
    try:
        imported = upload(owner, SAMPLE).json
        owner.get(f"/v1/imports/{imported['id']}/problems")
        queued = commit(owner, imported)
        house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
        owner.post("/v1/units", {"property_id": house, "name": "A1", "type": "other", "rent": "1.00"})
        assert worked(owner, resources, queued)["status"] == "failed"
    finally:
        logging.getLogger("plotihub").removeHandler(caplog.handler)
    lines = "\n".join(str(vars(record)) for record in caplog.records).casefold()
    assert "commit_import" in lines
    assert found(personal(), lines, owner) == set()
