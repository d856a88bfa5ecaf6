"""The sample sheet through the API: previewed, committed, undone and committed again, on both databases."""

import pytest

from chalicelib.runtime.resources import Resources
from tests.api.client import Client
from tests.api.imports import (
    OF_A_PREVIEW,
    SAMPLE,
    commit,
    everything,
    grown,
    proof,
    row_counts,
    upload,
    worked,
)

pytestmark = pytest.mark.usefixtures("resources")


def test_the_sample_is_previewed_and_nothing_else_is_written(owner: Client, resources: Resources) -> None:
    before = row_counts(resources, owner.organisation_id)
    told = upload(owner, SAMPLE, "?filename=rent-roll.csv").json
    assert (told["status"], told["filename"]) == ("previewed", "rent-roll.csv")
    summary = told["summary"]
    assert (summary["errors"], summary["units"], summary["vacant_units"]) == (0, 48, 5)
    assert (summary["tenants"], summary["leases"]) == (43, 43)
    assert float(summary["rent"]) + float(summary["rent_asked"]) == 1_271_500
    assert summary["deposits"] == "1881000.00"
    assert float(summary["opening_balances"]) - float(summary["opening_credits"]) == 557_500
    assert [each["name"] for each in summary["properties"]] == [
        *("Mwangaza Court", "PENDO APARTMENTS", "Baraka Shops & Flats")
    ]
    assert [each["units"] for each in summary["properties"]] == [16, 20, 12]
    assert set(grown(before, row_counts(resources, owner.organisation_id))) <= OF_A_PREVIEW
    problems = everything(owner, f"/v1/imports/{told['id']}/problems")
    assert len(problems) == summary["notices"]
    bare = next(each for each in problems if each["code"] == "charge_unnamed")
    assert (bare["row"], bare["column"], bare["value"]) == (12, "N (Other charges)", "300")


def test_the_sample_is_committed_undone_and_committed_again(owner: Client, resources: Resources) -> None:
    before = row_counts(resources, owner.organisation_id)
    imported = upload(owner, SAMPLE).json
    task = worked(owner, resources, commit(owner, imported, "2026-01-01"))
    assert task["status"] == "done", task
    assert task["result"]["made"] == {
        "property": 3,
        "unit": 48,
        "tenant": 43,
        "lease": 43,
        "recurring_charge": 15,
        "invoice": 19,
        "payment": 6,
        "deposit_entry": 43,
    }
    check_everything_is_there(owner, imported)
    committed = owner.get(f"/v1/imports/{imported['id']}").json
    assert (committed["status"], committed["opening_on"]) == ("committed", "2026-01-01")
    assert commit(owner, imported).status == 409
    undone = worked(owner, resources, owner.post(f"/v1/imports/{imported['id']}/undo"))
    assert undone["status"] == "done", undone
    check_nothing_but_documents_is_left(owner, resources, before)
    assert owner.get(f"/v1/imports/{imported['id']}").json["status"] == "undone"
    assert owner.post(f"/v1/imports/{imported['id']}/undo").status == 409
    again = upload(owner, SAMPLE).json
    assert again["summary"] == imported["summary"]
    assert worked(owner, resources, commit(owner, again))["status"] == "done"
    assert len(everything(owner, "/v1/leases")) == 43
    assert proof(owner) == []


def check_everything_is_there(owner: Client, imported: dict[str, dict[str, str]]) -> None:
    summary = imported["summary"]
    units, leases = everything(owner, "/v1/units"), everything(owner, "/v1/leases")
    assert (len(units), len(leases), len(everything(owner, "/v1/tenants"))) == (48, 43, 43)
    assert sum(float(each["rent"]) for each in leases) == float(summary["rent"])
    invoices = everything(owner, "/v1/invoices")
    assert sum(float(each["total"]) for each in invoices) == float(summary["opening_balances"])
    assert {each["kind"] for each in invoices} == {"opening"}
    credits = everything(owner, "/v1/payments")
    assert {each["method"] for each in credits} == {"opening"}
    assert sum(float(each["amount"]) for each in credits) == float(summary["opening_credits"])
    juma = everything(owner, "/v1/tenants?name=juma koech".replace(" ", "%20"))[0]
    document = owner.get(f"/v1/tenants/{juma['id']}/identity-document").json
    assert document == {"kind": "national_id", "number": "20071271"}
    arrears = everything(owner, "/v1/reports/arrears")
    assert sum(float(each["total"]) for each in arrears) == float(summary["opening_balances"])
    assert proof(owner) == []


def check_nothing_but_documents_is_left(owner: Client, resources: Resources, before: dict[str, int]) -> None:
    left = grown(before, row_counts(resources, owner.organisation_id))
    made = {"import", "import_item", "task", "audit_event", "counter", "ledger_book", "ledger_account"}
    documents = {"invoice", "invoice_line", "payment", "deposit_entry", "journal", "posting"}
    assert set(left) <= made | documents
    assert {each["status"] for each in everything(owner, "/v1/invoices")} == {"void"}
    assert {each["state"] for each in everything(owner, "/v1/payments")} == {"reversed"}
    accounts = everything(owner, "/v1/ledger/accounts")
    assert {each["balance"] for each in accounts} == {"0.00"}
    assert proof(owner) == []
