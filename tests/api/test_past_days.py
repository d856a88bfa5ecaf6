"""Reports of past days and months follow the journals, whenever a fact was entered."""

from typing import Any

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests.api.books import Books as LateBooks
from tests.api.client import Client


class Books(LateBooks):
    """Those books, with money that comes in, months that are closed, and reports."""

    def pay(self, lease_id: str | None, amount: str, received_on: str, method: str = "cash", **values: Any) -> str:
        to = {"lease_id": lease_id} if lease_id else {}
        paid = self.make("payments", method=method, amount=amount, received_on=received_on, **to, **values)
        return str(paid["id"])

    def reverse(self, payment_id: str) -> None:
        self.make(f"payments/{payment_id}/reverse", reason="Bounced")

    def get(self, path: str) -> Any:
        told = self.owner.get(f"/v1/{path}")
        assert told.status == 200, told.text
        return told.json

    def arrears(self, on: str) -> Any:
        return self.get(f"reports/arrears?on={on}")

    def owed(self, lease_id: str, on: str) -> str:
        """Return the balance of the lease's statement as of the day."""
        return str(self.get(f"leases/{lease_id}/statement?to={on}")["closing"])

    def bank(self) -> str:
        return str(self.make("channels", kind="bank", name="Bank", number="0110")["id"])

    def collected(self, period: str) -> Any:
        return self.get(f"reports/collections?period={period}")


@pytest.fixture
def books(owner: Client, resources: Resources, clock: ManualClock) -> Books:
    return Books(owner, resources, clock)


@pytest.fixture
def lease_id(books: Books) -> str:
    """A lease of 10,000 a month, billed for October on the 1st."""
    lease_id = books.lease("2026-10-01", "10000")
    books.bill("2026-10")
    return lease_id


def test_money_of_a_closed_month_stands_on_the_statement_where_its_journal_stands(books: Books, lease_id: str) -> None:
    books.on("2026-11-20")
    books.close("2026-10")
    payment_id = books.pay(lease_id, "10000", "2026-10-03")
    paid = books.get(f"payments/{payment_id}")
    assert (paid["received_on"], paid["posted_on"]) == ("2026-10-03", "2026-11-01")
    [allocation] = books.get(f"payments/{payment_id}/allocations")["items"]
    assert allocation["allocated_on"] == "2026-11-01"
    assert books.owed(lease_id, "2026-10-31") == "10000.00"
    assert books.owed(lease_id, "2026-11-01") == "0.00"


def test_an_invoice_of_a_closed_month_is_owed_from_the_first_open_day(books: Books) -> None:
    lease_id = books.lease("2026-11-01", "10000")
    books.on("2026-11-20")
    books.close("2026-10")
    line = {"charge_type": "water", "description": "Water", "amount": "700.00"}
    made = books.make("invoices", lease_id=lease_id, lines=[line], issued_on="2026-10-30", due_on="2026-10-30")
    assert made["issued_on"] == "2026-10-30"
    assert books.owed(lease_id, "2026-10-31") == "0.00"
    assert books.owed(lease_id, "2026-11-01") == "700.00"
    assert books.arrears("2026-10-31")["totals"]["total"] == "0.00"
    assert books.arrears("2026-11-01")["totals"]["days_0_30"] == "700.00"


def test_money_matched_late_is_credit_of_the_lease_from_the_open_month(books: Books, lease_id: str) -> None:
    payment_id = books.pay(None, "10000", "2026-10-01")
    books.on("2026-11-20")
    books.close("2026-10")
    books.make(f"payments/{payment_id}/match", lease_id=lease_id)
    assert books.owed(lease_id, "2026-10-31") == "10000.00"
    assert books.owed(lease_id, "2026-11-01") == "0.00"
    assert books.get("ledger/proof")["holds"] is True


def test_credit_of_a_past_day_is_taken_off_what_was_open_on_it(books: Books, lease_id: str) -> None:
    books.on("2026-10-20")
    books.pay(lease_id, "10000", "2026-10-20")
    books.on("2026-10-25")
    books.pay(lease_id, "10000", "2026-10-03")
    for on in ("2026-10-03", "2026-10-10", "2026-10-19"):
        seen = books.arrears(on)
        assert (seen["items"], seen["totals"]["total"], seen["totals"]["credit"]) == ([], "0.00", "0.00")
        assert books.owed(lease_id, on) == "0.00"
    assert books.arrears("2026-10-02")["totals"]["total"] == "10000.00"
    for on in ("2026-10-20", "2026-10-25"):  # a past day, and today
        seen = books.arrears(on)
        assert (seen["items"], seen["totals"]["total"], seen["totals"]["credit"]) == ([], "0.00", "10000.00")
        assert books.owed(lease_id, on) == "-10000.00"


def test_credit_is_taken_off_the_oldest_first(books: Books, lease_id: str) -> None:
    books.on("2026-11-01")
    books.bill("2026-11")
    books.on("2026-11-08")
    payment_id = books.pay(lease_id, "14000", "2026-11-08")
    books.make(f"payments/{payment_id}/allocate", lines=[])  # left as credit, on purpose
    books.on("2026-11-10")
    for on in ("2026-11-08", "2026-11-10"):
        [row] = books.arrears(on)["items"]
        assert (row["days_31_60"], row["days_0_30"], row["overdue"]) == ("0.00", "6000.00", "6000.00")
        assert (row["total"], row["credit"]) == ("6000.00", "0.00")
    assert books.arrears("2026-11-07")["totals"]["total"] == "20000.00"
    csv = books.owner.get("/v1/reports/arrears?format=csv").text
    assert ",6000.00,6000.00,0.00," in csv  # overdue, total, credit


def test_a_cheque_that_bounces_after_the_close_counts_in_the_month_of_its_reversal(books: Books, lease_id: str) -> None:
    books.on("2026-10-20")
    cheque = books.pay(lease_id, "10000", "2026-10-20", "cheque", channel_id=books.bank(), provider_reference="000123")
    october = books.collected("2026-10")
    assert (october["received"], october["reversed"]["payments"]) == ({"payments": 1, "amount": "10000.00"}, 0)
    books.on("2026-11-02")
    books.close("2026-10")
    books.on("2026-11-30")
    books.reverse(cheque)
    assert books.collected("2026-10") == october
    november = books.collected("2026-11")
    assert november["received"] == {"payments": -1, "amount": "-10000.00"}
    assert november["reversed"] == {"payments": 1, "amount": "10000.00"}
    assert [each["amount"] for each in november["by_channel"]] == ["-10000.00"]
    assert [(each["on"], each["amount"]) for each in november["by_day"]] == [("2026-11-30", "-10000.00")]
    assert [(each["charge_type"], each["amount"]) for each in november["allocated"]] == [("rent", "-10000.00")]
    csv = books.owner.get("/v1/reports/collections?period=2026-11&format=csv")
    assert "total,received,,-1,-10000.00" in csv.text


def test_a_payment_of_october_entered_after_the_close_is_collected_where_its_journal_stands(
    books: Books, lease_id: str
) -> None:
    books.on("2026-11-20")
    books.close("2026-10")
    books.pay(lease_id, "10000", "2026-10-03")
    assert books.collected("2026-10")["received"]["amount"] == "0.00"
    november = books.collected("2026-11")
    assert november["received"] == {"payments": 1, "amount": "10000.00"}
    assert [each["on"] for each in november["by_day"]] == ["2026-11-01"]


def test_in_an_open_month_money_is_collected_on_the_day_it_was_received(books: Books, lease_id: str) -> None:
    books.on("2026-11-20")
    books.pay(lease_id, "10000", "2026-10-03")
    assert books.collected("2026-10")["received"] == {"payments": 1, "amount": "10000.00"}
    assert [each["on"] for each in books.collected("2026-10")["by_day"]] == ["2026-10-03"]
    assert books.collected("2026-11")["received"]["amount"] == "0.00"


def test_a_deposit_of_a_closed_month_counts_from_the_open_one(books: Books, lease_id: str) -> None:
    deposit = {"kind": "rent", "amount": "20000", "channel_id": books.bank()}
    books.on("2026-11-20")
    books.close("2026-10")
    made = books.make(f"leases/{lease_id}/deposits", **deposit, entered_on="2026-10-03")
    assert (made["entered_on"], made["posted_on"]) == ("2026-10-03", "2026-11-01")
    assert books.collected("2026-10")["deposits_received"] == "0.00"
    assert books.collected("2026-11")["deposits_received"] == "20000.00"
    books.on("2026-12-02")
    books.close("2026-11")
    books.make(f"deposits/{made['id']}/reverse", reason="Never came")
    assert books.collected("2026-11")["deposits_received"] == "20000.00"
    assert books.collected("2026-12")["deposits_received"] == "-20000.00"


@pytest.mark.parametrize("then", ["nothing", "written off", "refund reversed"])
def test_a_refund_to_be_returned_is_owed_from_the_reversal_and_no_credit_before(
    books: Books, lease_id: str, then: str
) -> None:
    books.on("2026-10-10")
    bank = books.bank()
    cheque = books.pay(lease_id, "30000", "2026-10-10", "cheque", channel_id=bank, provider_reference="000123")
    books.on("2026-10-15")
    refund = books.make(f"payments/{cheque}/refund", amount="20000", reason="Paid too much")
    books.on("2026-11-25")
    books.reverse(cheque)
    books.on("2026-11-28")
    if then == "written off":
        [recovery] = [each for each in books.invoices(lease_id) if each["total"] == "20000.00"]
        books.make(f"invoices/{recovery['id']}/write-off", reason="Gone")
    elif then == "refund reversed":
        books.make(f"payments/{cheque}/refunds/{refund['id']}/reversal", reason="Never sent")
    books.on("2026-11-30")
    expected = {"2026-10-05": 10_000, "2026-10-12": -20_000, "2026-10-20": 0, "2026-11-26": 30_000}
    expected["2026-11-29"] = expected["2026-11-30"] = 30_000 if then == "nothing" else 10_000
    if then == "refund reversed":  # on the day of the refund, which is open
        expected |= {"2026-10-20": -20_000, "2026-11-26": 10_000}
    for on, owed in expected.items():
        totals = books.arrears(on)["totals"]
        assert books.owed(lease_id, on) == f"{owed}.00", on
        assert (totals["total"], totals["credit"]) == (f"{max(owed, 0)}.00", f"{max(-owed, 0)}.00"), on
    november = books.collected("2026-11")
    assert november["refund_recovery"] == ("0.00" if then == "refund reversed" else "20000.00")
    assert books.get("ledger/proof")["holds"] is True


def test_income_is_told_by_the_journals_month_or_by_the_month_that_it_is_for(books: Books, lease_id: str) -> None:
    [invoice] = books.invoices(lease_id)
    [line] = books.get(f"invoices/{invoice['id']}")["lines"]
    books.on("2026-11-02")
    credit = [{"line_id": line["id"], "amount": "500.00"}]
    books.make(f"invoices/{invoice['id']}/credit-notes", lines=credit, reason="Agreed")  # October is still open
    books.close("2026-10")
    books.on("2026-11-10")
    credit[0]["amount"] = "1000.00"
    books.make(f"invoices/{invoice['id']}/credit-notes", lines=credit, reason="Agreed")
    water = [{"charge_type": "water", "description": "Water", "amount": "700.00"}]
    books.make("invoices", lease_id=lease_id, lines=water, period="2026-10")
    whole = "reports/income?from=2026-10&to=2026-11"
    by_journal = books.get(whole)
    assert by_journal["by"] == "journal"
    assert [(each["period"], each["charge_type"], each["amount"]) for each in by_journal["items"]] == [
        ("2026-10", "rent", "10000.00"),
        ("2026-11", "rent", "-1500.00"),
        ("2026-11", "water", "700.00"),
    ]
    by_period = books.get(f"{whole}&by=period")
    names = ("period", "charge_type", "amount", "added_later")
    assert [tuple(each[name] for name in names) for each in by_period["items"]] == [
        ("2026-10", "rent", "9500.00", "-1000.00"),
        ("2026-10", "water", "0.00", "700.00"),
    ]
    assert (by_period["total"], by_period["added_later"], by_journal["total"]) == ("9500.00", "-300.00", "9200.00")
    assert books.owner.get(f"/v1/{whole}&by=rent").status == 422
    csv = books.owner.get(f"/v1/{whole}&by=period&format=csv").text
    assert "Mwangaza Court,rent,2026-10,9500.00,-1000.00," in csv
