"""Money that was typed wrongly, over the API: references, moves to the right lease."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests import invariants
from tests.api.books import Books
from tests.api.client import Answer, Client
from tests.queries import counted

NOVEMBER = "2026-11-01"


class MovedBooks(Books):
    """Books whose tenants have phones, and short ways to what is done to a payment."""

    def lease(self, starts_on: str, rent: str, **terms: Any) -> str:
        self.leases = getattr(self, "leases", 0) + 1
        unit = self.make("units", property_id=self.property_id, name=f"A{self.leases}", type="apartment", rent=rent)
        tenant = self.make("tenants", given_name="Amina", phones=[f"07120000{self.leases:02d}"])
        lease = self.make("leases", unit_id=unit["id"], tenants=[tenant["id"]], starts_on=starts_on, rent=rent, **terms)
        return str(lease["id"])

    def try_to_pay(self, lease_id: str | None, amount: str, on: str, method: str = "bank", **values: Any) -> Answer:
        body = {"method": method, "amount": amount, "received_on": on, **values}
        return self.owner.post("/v1/payments", body if lease_id is None else {**body, "lease_id": lease_id})

    def pay(self, lease_id: str | None, amount: str, received_on: str, method: str = "bank", **values: Any) -> Any:
        paid = self.try_to_pay(lease_id, amount, received_on, method, **values)
        assert paid.status == 201, paid.text
        return paid.json

    def act(self, payment_id: str, act: str, **body: Any) -> Answer:
        return self.owner.post(f"/v1/payments/{payment_id}/{act}", body)

    def move(self, payment_id: str, lease_id: str) -> Any:
        moved = self.act(payment_id, "move", lease_id=lease_id, reason="typed on the wrong unit")
        assert moved.status == 201, moved.text
        assert moved.headers["Location"] == f"/v1/payments/{moved.json['id']}"
        return moved.json

    def payment(self, payment_id: str) -> Any:
        return self.owner.get(f"/v1/payments/{payment_id}").json

    def statement(self, lease_id: str) -> list[tuple[str, str, str]]:
        """Return (day, kind, balance) of the lease's statement."""
        entries = self.owner.get(f"/v1/leases/{lease_id}/statement").json["entries"]
        return [(each["on"], each["kind"], each["balance"]) for each in entries]

    def balance_on(self, lease_id: str, day: str) -> str:
        return str(self.owner.get(f"/v1/leases/{lease_id}/statement?to={day}").json["closing"])

    def mirrors(self, payment_id: str) -> list[str]:
        """Return the days of the journals that reverse the payment's."""
        found = self.owner.get(f"/v1/ledger/journals?source_id={payment_id}&kind=reversal").json["items"]
        return [each["effective_on"] for each in found]

    def told(self, lease_id: str) -> list[tuple[str, str]]:
        """Return (kind, status) of the lease's messages, the oldest first."""
        listed = self.owner.get(f"/v1/messages?lease_id={lease_id}").json["items"]
        return [(each["kind"], each["status"]) for each in reversed(listed)]

    def prove(self) -> None:
        """See that the books hold, by the application's proof and by the tests' own."""
        proof = self.owner.get("/v1/ledger/proof").json
        assert proof["holds"], [each for each in proof["findings"] if not each["holds"]]
        with self.resources.reading() as db:
            assert invariants.broken(db, UUID(self.owner.organisation_id)) == []


@pytest.fixture
def books(owner: Client, resources: Resources, clock: ManualClock) -> Iterator[MovedBooks]:
    made = MovedBooks(owner, resources, clock)
    yield made
    made.prove()


def test_a_reversed_payment_frees_its_reference_and_keeps_it(books: MovedBooks) -> None:
    wrong, right = books.lease(NOVEMBER, "20000"), books.lease(NOVEMBER, "20000")
    books.on("2026-11-20")
    first = books.pay(wrong, "20000", "2026-11-03", provider_reference="FT1")
    refused = books.try_to_pay(right, "20000", "2026-11-03", provider_reference="FT1")
    assert (refused.status, refused.json["payment_id"]) == (409, first["id"])
    assert books.act(first["id"], "reverse", reason="wrong unit").status == 200
    again = books.pay(right, "20000", "2026-11-03", provider_reference="FT1")
    assert books.payment(first["id"])["provider_reference"] == "FT1"
    assert books.try_to_pay(wrong, "1", "2026-11-03", provider_reference="FT1").json["payment_id"] == again["id"]


def test_an_mpesa_code_is_taken_once_whichever_channel_it_is_recorded_on(books: MovedBooks) -> None:
    lease_id = books.lease(NOVEMBER, "20000")
    paybill, till = (
        books.make("channels", kind=kind, name=kind, number=number)["id"]
        for kind, number in (("paybill", "522533"), ("till", "522534"))
    )
    books.on("2026-11-20")
    code = {"provider_reference": "TKC0000001"}
    first = books.pay(lease_id, "20000", "2026-11-03", "mpesa", channel_id=paybill, **code)
    refused = books.try_to_pay(lease_id, "20000", "2026-11-03", "mpesa", channel_id=till, **code)
    assert (refused.status, refused.json["payment_id"]) == (409, first["id"])
    assert books.act(first["id"], "reject", reason="the till's").status == 200
    assert books.payment(first["id"])["provider_reference"] == "TKC0000001"
    assert books.pay(lease_id, "20000", "2026-11-03", "mpesa", channel_id=till, **code)["state"] == "pending"


def test_a_banks_reference_is_taken_once_on_its_account(books: MovedBooks) -> None:
    lease_id = books.lease(NOVEMBER, "20000")
    one, other = (books.make("channels", kind="bank", name=name, number=name)["id"] for name in ("1001", "1002"))
    books.on("2026-11-20")
    books.pay(lease_id, "100", "2026-11-03", channel_id=one, provider_reference="A1")
    assert books.pay(lease_id, "100", "2026-11-03", channel_id=other, provider_reference="A1")["warnings"] == []


def test_a_cheque_number_that_repeats_is_taken_with_a_warning(books: MovedBooks) -> None:
    lease_id = books.lease(NOVEMBER, "20000")
    books.on("2026-11-20")
    first = books.pay(lease_id, "20000", "2026-11-03", "cheque", provider_reference="000123")
    assert first["warnings"] == []
    assert books.act(first["id"], "reverse", reason="bounced").status == 200
    again = books.pay(lease_id, "20000", "2026-11-19", "cheque", provider_reference="000123")
    assert again["warnings"] == [
        f"Cheque 000123 was recorded before: payment {first['id']} of 20,000.00 on 3 Nov 2026, reversed since."
    ]
    third = books.pay(lease_id, "1250.50", "2026-11-20", "cheque", provider_reference="000123")
    assert third["warnings"][0] == (
        f"Cheque 000123 was recorded before: payment {again['id']} of 20,000.00 on 19 Nov 2026."
    )


def test_equal_cash_of_one_lease_and_day_is_taken_with_a_warning(books: MovedBooks) -> None:
    lease_id, other = books.lease(NOVEMBER, "20000"), books.lease(NOVEMBER, "20000")
    books.on("2026-11-20")
    first = books.pay(lease_id, "500", "2026-11-03", "cash")
    for whose, amount, day in (
        (lease_id, "501", "2026-11-03"),
        (lease_id, "500", "2026-11-04"),
        (other, "500", "2026-11-03"),
    ):
        assert books.pay(whose, amount, day, "cash")["warnings"] == []
    second = books.pay(lease_id, "500", "2026-11-03", "cash")
    [warning] = second["warnings"]
    assert warning.startswith("An equal cash payment of this lease and day was recorded before: payment ")
    assert warning.endswith(f"{first['id']} of 500.00 on 3 Nov 2026.")
    assert second["credit"] == "500.00"
    for each in (first, second):
        books.act(each["id"], "reverse", reason="none")
    assert books.pay(lease_id, "500", "2026-11-03", "cash")["warnings"] == []


def test_a_payment_is_moved_in_an_open_month_as_if_it_had_never_been_on_the_wrong_lease(books: MovedBooks) -> None:
    wrong, right = books.lease(NOVEMBER, "20000"), books.lease(NOVEMBER, "20000")
    books.on(NOVEMBER)
    books.bill("2026-11")
    books.on("2026-11-20")
    old = books.pay(wrong, "20000", "2026-11-03", provider_reference="FT1", purpose="rent", payer_name="OTIENO")
    assert books.balance_on(wrong, "2026-11-03") == "0.00"
    new = books.move(old["id"], right)
    assert (new["moved_from_id"], new["lease_id"], new["state"]) == (old["id"], right, "matched")
    kept = ("channel_id", "method", "provider_reference", "received_on", "amount", "purpose", "payer_name", "allocated")
    assert {name: new[name] for name in kept} == {name: old[name] for name in kept}
    was = books.payment(old["id"])
    assert (was["state"], was["reversed_on"], was["reason"]) == ("reversed", "2026-11-03", "typed on the wrong unit")
    assert (was["provider_reference"], was["lease_id"]) == ("FT1", wrong)
    assert books.mirrors(old["id"]) == ["2026-11-03"]
    for day in ("2026-11-02", "2026-11-03", "2026-11-10", "2026-11-20"):
        assert books.balance_on(wrong, day) == "20000.00", day
    assert [books.balance_on(right, day) for day in ("2026-11-02", "2026-11-03")] == ["20000.00", "0.00"]
    receipts = {each["payment_id"]: each["status"] for each in books.owner.get("/v1/receipts").json["items"]}
    assert receipts == {old["id"]: "void", new["id"]: "issued"}
    refused = books.act(old["id"], "move", lease_id=right, reason="again")
    assert (refused.status, refused.json["state"]) == (409, "reversed")


def test_a_move_out_of_a_closed_month_takes_effect_on_the_first_open_day(books: MovedBooks) -> None:
    wrong, right = books.lease("2026-10-01", "20000"), books.lease("2026-10-01", "20000")
    books.bill("2026-10")
    old = books.pay(wrong, "20000", "2026-10-01", provider_reference="FT1")
    books.on("2026-11-20")
    books.close("2026-10")
    new = books.move(old["id"], right)
    assert books.mirrors(old["id"]) == ["2026-11-01"]
    assert books.payment(old["id"])["reversed_on"] == "2026-11-01"
    assert [books.balance_on(wrong, day) for day in ("2026-10-31", "2026-11-01")] == ["0.00", "20000.00"]
    rows = books.owner.get(f"/v1/payments/{old['id']}/allocations").json["items"]
    assert [(each["amount"], each["allocated_on"]) for each in rows] == [
        ("20000.00", "2026-10-01"),
        ("-20000.00", "2026-11-01"),
    ]
    assert (new["received_on"], new["allocated"]) == ("2026-10-01", "20000.00")


def test_a_moved_payment_is_withdrawn_from_each_line_as_of_the_day_it_was_allocated(books: MovedBooks) -> None:
    wrong, right = books.lease("2026-10-01", "10000"), books.lease("2026-10-01", "10000")
    books.bill("2026-10")
    old = books.pay(wrong, "25000", "2026-10-01", provider_reference="FT1")
    books.on(NOVEMBER)
    books.bill("2026-11")
    books.on("2026-11-10")
    assert books.act(old["id"], "allocate").json["credit"] == "5000.00"  # released and allocated anew on the 10th
    books.close("2026-10")
    later = books.pay(wrong, "10000", "2026-11-04", provider_reference="FT2")
    books.on("2026-11-20")
    new = books.move(old["id"], right)
    assert (new["allocated"], new["credit"]) == ("20000.00", "5000.00")
    assert books.payment(later["id"])["allocated"] == "10000.00"
    assert [books.balance_on(wrong, day) for day in ("2026-11-02", "2026-11-20")] == ["20000.00", "10000.00"]


def test_credit_of_the_wrong_lease_pays_what_a_move_opens(books: MovedBooks) -> None:
    wrong, right = books.lease(NOVEMBER, "20000"), books.lease(NOVEMBER, "20000")
    books.on(NOVEMBER)
    books.bill("2026-11")
    books.on("2026-11-20")
    old = books.pay(wrong, "20000", "2026-11-03", provider_reference="FT1")
    own = books.pay(wrong, "20000", "2026-11-04", provider_reference="FT2")
    assert own["credit"] == "20000.00"
    books.move(old["id"], right)
    rows = books.owner.get(f"/v1/payments/{own['id']}/allocations").json["items"]
    assert [(each["amount"], each["allocated_on"]) for each in rows] == [("20000.00", "2026-11-04")]


def test_what_is_not_a_whole_confirmed_payment_of_a_lease_is_not_moved(books: MovedBooks) -> None:
    wrong, right = books.lease(NOVEMBER, "20000"), books.lease(NOVEMBER, "20000")
    books.on("2026-11-20")
    pending = books.pay(wrong, "100", "2026-11-03", "mpesa", provider_reference="TKC0000001")
    unmatched = books.pay(None, "100", "2026-11-03", provider_reference="FT1")
    refunded = books.pay(wrong, "100", "2026-11-03", provider_reference="FT2")
    assert books.act(refunded["id"], "refund", amount="1", reason="asked").status == 201
    for payment in (pending, unmatched, refunded):
        assert books.act(payment["id"], "move", lease_id=right, reason="wrong unit").status == 409
    assert books.act(pending["id"], "reject", reason="none").status == 200
    assert books.act(pending["id"], "move", lease_id=right, reason="wrong unit").status == 409
    whole = books.pay(wrong, "100", "2026-11-03", provider_reference="FT3")
    for lease_id in (wrong, whole["id"]):
        refused = books.act(whole["id"], "move", lease_id=lease_id, reason="wrong unit")
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, "lease_id")
    assert books.act(right, "move", lease_id=right, reason="wrong unit").status == 404


def test_a_move_voids_one_tenants_receipt_and_sends_the_other_theirs(books: MovedBooks) -> None:
    wrong, right = books.lease(NOVEMBER, "20000"), books.lease(NOVEMBER, "20000")
    books.on("2026-11-04")
    old = books.pay(wrong, "20000", "2026-11-03", provider_reference="FT1")
    assert books.told(wrong) == [("receipt", "queued")]
    books.on("2026-11-20")  # what was entered in time is told of, however late it is moved
    new = books.move(old["id"], right)
    assert books.told(wrong) == [("receipt", "cancelled")]
    assert books.told(right) == [("receipt", "queued")]
    assert books.payment(new["id"])["created_at"].startswith("2026-11-20")


def test_a_payment_takes_no_more_statements_than_it_did(books: MovedBooks) -> None:
    lease_id = books.lease(NOVEMBER, "20000")
    books.on(NOVEMBER)
    books.bill("2026-11")
    for method in ("cash", "cheque", "bank"):
        named = {} if method == "cash" else {"provider_reference": method}
        books.pay(lease_id, "100", NOVEMBER, method, **named)
        with counted(books.resources.writer) as statements:
            books.pay(lease_id, "101", NOVEMBER, method, **{name: f"{each}2" for name, each in named.items()})
        assert len(statements) <= 31, statements


def test_a_line_that_was_paid_in_a_closed_month_is_credited_while_other_money_waits(books: MovedBooks) -> None:
    lease_id = books.lease("2026-10-01", "10000")
    books.bill("2026-10")
    first = books.pay(lease_id, "10000", "2026-10-01", provider_reference="FT1")
    books.on("2026-11-20")
    books.close("2026-10")
    books.pay(lease_id, "5000", "2026-11-03", provider_reference="FT2")
    [invoice] = books.invoices(lease_id)
    line = books.owner.get(f"/v1/invoices/{invoice['id']}").json["lines"][0]["id"]
    for _ in range(2):
        lines = [{"line_id": line, "amount": "1000"}]
        books.make(f"invoices/{invoice['id']}/credit-notes", reason="no water", lines=lines)
    assert books.payment(first["id"])["credit"] == "2000.00"
    assert books.balance_on(lease_id, "2026-10-31") == "0.00"
    assert books.balance_on(lease_id, "2026-11-20") == "-7000.00"
