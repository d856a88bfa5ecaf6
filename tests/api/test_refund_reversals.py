"""Refunds that never were, and refunds of money that never came, over the API."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests.api.client import Answer, Client
from tests.api.test_moved_money import NOVEMBER, MovedBooks


@pytest.fixture
def books(owner: Client, resources: Resources, clock: ManualClock) -> Iterator[MovedBooks]:
    made = MovedBooks(owner, resources, clock)
    yield made
    made.prove()


def bounced(books: MovedBooks) -> tuple[str, str, str]:
    """Let a cheque of 30,000 bounce that paid rent of 10,000, 20,000 being refunded; return lease, payment, refund."""
    lease_id = books.lease(NOVEMBER, "10000")
    books.on(NOVEMBER)
    books.bill("2026-11")
    books.on("2026-11-20")
    cheque = books.pay(lease_id, "30000", "2026-11-03", "cheque", provider_reference="000123")
    refund = books.act(cheque["id"], "refund", amount="20000", reason="paid ahead by mistake", refunded_on="2026-11-10")
    assert refund.status == 201, refund.text
    reversed_ = books.act(cheque["id"], "reverse", reason="bounced")
    assert (reversed_.status, reversed_.json["state"], reversed_.json["refunded"]) == (200, "reversed", "20000.00")
    return lease_id, cheque["id"], refund.json["id"]


def test_a_cheque_bounces_of_which_a_part_was_refunded(books: MovedBooks) -> None:
    books.fee(late_fee_kind="fixed", late_fee_amount="500")
    lease_id, cheque_id, _ = bounced(books)
    recovery, rent = books.invoices(lease_id)
    assert (rent["kind"], rent["open"]) == ("run", "10000.00")
    assert (recovery["kind"], recovery["open"], recovery["due_on"]) == ("single", "20000.00", "2026-11-20")
    assert recovery["id"] == books.payment(cheque_id)["recovery_invoice_id"]
    [line] = books.owner.get(f"/v1/invoices/{recovery['id']}").json["lines"]
    assert (line["charge_type"], line["description"]) == ("refund_recovery", "Refund to be returned")
    balances = ["2026-11-02", "2026-11-03", "2026-11-10", "2026-11-19", "2026-11-20"]
    assert [books.balance_on(lease_id, day) for day in balances] == [
        "10000.00", "-20000.00", "0.00", "0.00", "30000.00",
    ]  # fmt: skip
    assert books.owner.get(f"/v1/leases/{lease_id}/final-account").json["owed"] == "30000.00"
    income = books.owner.get("/v1/reports/income?from=2026-11&to=2026-11").json
    assert [(each["charge_type"], each["amount"]) for each in income["by_charge_type"]] == [("rent", "10000.00")]


def test_a_refund_to_be_returned_is_never_fined_and_is_paid_like_any_line(books: MovedBooks) -> None:
    lease_id, _, _ = bounced(books)
    books.fee(late_fee_kind="fixed", late_fee_amount="500")
    books.pay(lease_id, "10000", "2026-11-20", "cash", purpose="rent")
    books.on("2026-12-20")
    books.late_fees("2026-12-20")
    assert books.charges(lease_id) == []
    [open_invoice] = [each for each in books.invoices(lease_id) if each["status"] != "paid"]
    for path, body in (
        ("void", {}),
        ("credit-notes", {"reason": "forgiven", "lines": [{"line_id": line_of(books, open_invoice), "amount": "1"}]}),
    ):
        assert books.owner.post(f"/v1/invoices/{open_invoice['id']}/{path}", body).status == 409
    again = books.pay(lease_id, "30000", "2026-12-20", "cheque", provider_reference="000123")
    assert (again["allocated"], again["credit"], len(again["warnings"])) == ("20000.00", "10000.00", 1)
    wrong = {"lease_id": lease_id, "charge_type": "refund_recovery", "amount": "1"}
    assert books.owner.post("/v1/charges", wrong).status == 422


def line_of(books: MovedBooks, invoice: Any) -> str:
    return str(books.owner.get(f"/v1/invoices/{invoice['id']}").json["lines"][0]["id"])


def reverse_refund(books: MovedBooks, payment_id: str, refund_id: str) -> Answer:
    return books.act(payment_id, f"refunds/{refund_id}/reversal", reason="typed by mistake")


def test_a_refund_that_never_was_is_reversed_on_its_day_and_its_credit_is_applied(books: MovedBooks) -> None:
    lease_id = books.lease(NOVEMBER, "10000")
    books.on("2026-11-20")
    payment = books.pay(lease_id, "30000", "2026-11-03", provider_reference="FT1")
    refund = books.act(payment["id"], "refund", amount="25000", reason="mistyped", refunded_on="2026-11-10").json
    books.bill("2026-11")
    assert books.payment(payment["id"])["allocated"] == "5000.00"
    undone = reverse_refund(books, payment["id"], refund["id"])
    assert undone.status == 201, undone.text
    assert (undone.json["amount"], undone.json["reverses_id"]) == ("-25000.00", refund["id"])
    assert (undone.json["refunded_on"], books.mirrors(refund["id"])) == ("2026-11-10", ["2026-11-10"])
    after = books.payment(payment["id"])
    assert (after["allocated"], after["credit"], after["refunded"]) == ("10000.00", "20000.00", "0.00")
    assert books.balance_on(lease_id, "2026-11-10") == "-20000.00"
    listed = books.owner.get(f"/v1/payments/{payment['id']}/refunds").json["items"]
    assert {each["amount"] for each in listed} == {"25000.00", "-25000.00"}
    assert reverse_refund(books, payment["id"], refund["id"]).status == 409
    assert reverse_refund(books, payment["id"], undone.json["id"]).status == 409
    assert reverse_refund(books, payment["id"], lease_id).status == 404
    assert books.move(payment["id"], books.lease(NOVEMBER, "10000"))["allocated"] == "0.00"


def test_a_refund_of_a_closed_month_is_reversed_on_the_first_open_day(books: MovedBooks) -> None:
    lease_id = books.lease("2026-10-01", "10000")
    payment = books.pay(lease_id, "10000", "2026-10-01", provider_reference="FT1")
    refund = books.act(payment["id"], "refund", amount="10000", reason="mistyped").json
    books.bill("2026-10")
    books.on("2026-11-20")
    books.close("2026-10")
    assert reverse_refund(books, payment["id"], refund["id"]).json["refunded_on"] == "2026-11-01"
    assert [books.balance_on(lease_id, day) for day in ("2026-10-31", "2026-11-01")] == ["10000.00", "0.00"]
    [row] = books.owner.get(f"/v1/payments/{payment['id']}/allocations").json["items"]
    assert (row["amount"], row["allocated_on"]) == ("10000.00", "2026-11-01")


@pytest.mark.parametrize("paid", ["0", "12000"])
def test_a_refund_that_never_was_of_a_cheque_that_bounced_is_not_to_be_returned(books: MovedBooks, paid: str) -> None:
    lease_id, cheque_id, refund_id = bounced(books)
    if paid != "0":
        books.pay(lease_id, paid, "2026-11-20", "cash", purpose="refund_recovery")
    assert reverse_refund(books, cheque_id, refund_id).status == 201
    recovery, rent = books.invoices(lease_id)
    assert (recovery["status"], books.payment(cheque_id)["refunded"]) == ("credited", "0.00")
    assert rent["open"] == ("10000.00" if paid == "0" else "0.00")
    assert books.balance_on(lease_id, "2026-11-20") == ("10000.00" if paid == "0" else "-2000.00")


def test_a_refund_is_reversed_before_or_after_the_cheque_bounces_with_the_same_result(books: MovedBooks) -> None:
    found = []
    for refund_first in (True, False):
        lease_id = books.lease(NOVEMBER, "10000")
        books.on("2026-11-20")
        cheque = books.pay(lease_id, "30000", "2026-11-03", "cheque", provider_reference="000123")
        refund = books.act(cheque["id"], "refund", amount="20000", reason="mistyped", refunded_on="2026-11-10").json
        if refund_first:
            assert reverse_refund(books, cheque["id"], refund["id"]).status == 201
        assert books.act(cheque["id"], "reverse", reason="bounced").status == 200
        if not refund_first:
            assert reverse_refund(books, cheque["id"], refund["id"]).status == 201
        days = ("2026-11-03", "2026-11-10", "2026-11-20")
        found.append([books.balance_on(lease_id, day) for day in days])
    assert found[0] == found[1] == ["-30000.00", "-30000.00", "0.00"]
