"""One payment, several leases of one tenant, over the API."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests.api.client import Client
from tests.api.test_moved_money import NOVEMBER, MovedBooks

Join = Callable[[Client, str], Client]


class SharedBooks(MovedBooks):
    """Books with a tenant who rents several units."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.tenant_id = self.make("tenants", given_name="Amina", phones=["0712000099"])["id"]

    def rent(self, rent: str, starts_on: str = NOVEMBER, property_id: str = "") -> str:
        """Let the tenant one more unit, and return the lease."""
        house = property_id or self.property_id
        name = f"B{len(self.owner.get('/v1/units?limit=100').json['items'])}"
        unit = self.make("units", property_id=house, name=name, type="apartment", rent=rent)
        terms = {"unit_id": unit["id"], "tenants": [self.tenant_id], "starts_on": starts_on, "rent": rent}
        return str(self.make("leases", **terms)["id"])

    def pay_as_tenant(self, amount: str, on: str, **values: Any) -> Any:
        return self.pay(None, amount, on, "cash", tenant_id=self.tenant_id, **values)

    def open(self, *leases: str) -> list[str]:
        """Return what each lease owes."""
        return [str(self.owner.get(f"/v1/leases/{each}/final-account").json["owed"]) for each in leases]


@pytest.fixture
def books(owner: Client, resources: Resources, clock: ManualClock) -> Iterator[SharedBooks]:
    made = SharedBooks(owner, resources, clock)
    yield made
    made.prove()


def test_one_payment_of_a_tenant_pays_both_units(books: SharedBooks) -> None:
    books.fee(late_fee_kind="fixed", late_fee_amount="500")
    small, large = books.rent("10000"), books.rent("15000")
    books.on("2026-11-04")
    books.bill("2026-11")
    paid = books.pay_as_tenant("25000", "2026-11-04")
    assert (paid["state"], paid["allocated"], paid["lease_id"]) == ("matched", "25000.00", small)
    assert books.open(small, large) == ["0.00", "0.00"]
    books.on("2026-11-20")
    books.late_fees("2026-11-20")
    assert [books.overdue(each) + len(books.charges(each)) for each in (small, large)] == [0, 0]
    assert [books.balance_on(each, "2026-11-04") for each in (small, large)] == ["0.00", "0.00"]


def test_a_tenants_payment_goes_to_what_is_oldest_on_any_of_the_leases(books: SharedBooks) -> None:
    first, second = books.rent("10000", "2026-10-01"), books.rent("15000", "2026-10-01")
    books.bill("2026-10")
    books.on("2026-11-04")
    books.bill("2026-11")
    books.pay_as_tenant("26000", "2026-11-04")
    invoices = {
        (each["lease_id"], each["period"]): each["open"] for each in books.owner.get("/v1/invoices").json["items"]
    }
    assert [invoices[lease_id, "2026-10"] for lease_id in (first, second)] == ["0.00", "0.00"]
    assert books.open(first, second) == ["9000.00", "15000.00"]


def test_a_named_lease_is_paid_first_then_the_others_and_the_rest_is_credit(books: SharedBooks) -> None:
    older, named = books.rent("10000", "2026-10-01"), books.rent("15000")
    books.bill("2026-10")
    books.on("2026-11-04")
    books.bill("2026-11")
    paid = books.pay(named, "20000", "2026-11-04")
    assert books.open(older, named) == ["15000.00", "0.00"]
    assert (paid["allocated"], paid["credit"]) == ("20000.00", "0.00")
    more = books.pay(named, "20000", "2026-11-04")
    assert (more["allocated"], more["credit"]) == ("15000.00", "5000.00")
    books.on("2026-12-01")
    books.bill("2026-12")  # the credit pays what is billed on the named lease first
    assert books.open(older, named) == ["10000.00", "10000.00"]


def test_credit_of_one_unit_pays_the_bill_of_another(books: SharedBooks) -> None:
    one = books.rent("10000")
    books.on("2026-11-04")
    books.pay(one, "30000", "2026-11-04")
    other = books.rent("15000")
    books.bill("2026-11")
    assert books.open(one, other) == ["0.00", "0.00"]


def test_a_named_invoice_is_paid_first_though_it_is_not_due(books: SharedBooks) -> None:
    lease_id, other = books.rent("10000"), books.lease(NOVEMBER, "8000")
    books.on("2026-11-04")
    books.bill("2026-11")
    damage = {"charge_type": "damage", "description": "Window", "amount": "3000"}
    invoice = books.make("invoices", lease_id=lease_id, lines=[damage], due_on="2026-11-30")
    paid = books.pay(None, "5000", "2026-11-04", "mpesa", provider_reference="TKC1", invoice_id=invoice["id"])
    assert (paid["state"], paid["lease_id"], paid["invoice_id"]) == ("pending", lease_id, invoice["id"])
    assert books.act(paid["id"], "confirm").json["allocated"] == "5000.00"
    assert books.owner.get(f"/v1/invoices/{invoice['id']}").json["open"] == "0.00"
    assert books.open(lease_id) == ["8000.00"]
    for values in (
        {"lease_id": other, "invoice_id": invoice["id"]},
        {"tenant_id": books.tenant_id, "invoice_id": invoice["id"]},
        {"invoice_id": lease_id},
    ):
        body = {"method": "cash", "amount": "1", "received_on": NOVEMBER, **values}
        assert books.owner.post("/v1/payments", body).status == 422


def test_money_crosses_owners_and_channels_only_by_hand(books: SharedBooks) -> None:
    owner_id = books.make("owners", name="Achieng")["id"]
    elsewhere = books.make("properties", name="Upepo Flats", owner_id=owner_id)["id"]
    mine, theirs = books.rent("10000"), books.rent("15000", property_id=elsewhere)
    books.on("2026-11-04")
    books.bill("2026-11")
    refused = books.try_to_pay(None, "25000", "2026-11-04", "cash", tenant_id=books.tenant_id)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "tenant_id")
    paid = books.pay(mine, "25000", "2026-11-04")
    assert (paid["allocated"], paid["credit"], books.open(theirs)) == ("10000.00", "15000.00", ["15000.00"])
    [invoice] = books.invoices(theirs)
    line = books.owner.get(f"/v1/invoices/{invoice['id']}").json["lines"][0]["id"]
    chosen = books.act(paid["id"], "allocate", lines=[{"invoice_line_id": line, "amount": "15000"}])
    assert (chosen.status, books.open(mine, theirs)) == (200, ["10000.00", "0.00"])


def test_another_tenants_lease_is_never_paid(books: SharedBooks) -> None:
    mine, other = books.rent("10000"), books.lease(NOVEMBER, "15000")
    books.on("2026-11-04")
    books.bill("2026-11")
    assert books.pay(mine, "25000", "2026-11-04")["credit"] == "15000.00"
    [invoice] = books.invoices(other)
    line = books.owner.get(f"/v1/invoices/{invoice['id']}").json["lines"][0]["id"]
    paid = books.pay(mine, "100", "2026-11-04")
    assert books.act(paid["id"], "allocate", lines=[{"invoice_line_id": line, "amount": "1"}]).status == 422


def test_a_payment_under_the_old_lease_pays_the_new_one(books: SharedBooks) -> None:
    elsewhere = books.make("properties", name="Upepo Flats", owner_id=books.make("owners", name="Achieng")["id"])["id"]
    old = books.rent("10000")
    unit = books.make("units", property_id=elsewhere, name="C1", type="apartment", rent="12000")["id"]
    books.on("2026-11-10")
    books.bill("2026-11")
    books.pay(old, "10000", "2026-11-10")
    new = books.make(f"leases/{old}/transfer", unit_id=unit, starts_on="2026-12-01", rent="12000")["id"]
    books.on("2026-12-02")
    books.bill("2026-12")
    assert books.pay(old, "12000", "2026-12-02")["credit"] == "0.00"
    assert books.open(old, new) == ["0.00", "0.00"]


def test_a_caretakers_payment_stays_within_their_properties_until_it_is_confirmed(
    books: SharedBooks, new_phone: Callable[[], str]
) -> None:
    upper = books.make("properties", name="Upepo Flats")["id"]
    mine, beyond = books.rent("10000"), books.rent("15000", property_id=upper)
    books.on("2026-11-04")
    books.bill("2026-11")
    caretaker = Client(new_phone(), books.owner.organisation_id)
    invited = {"phone": caretaker.phone, "name": "Juma", "role": "caretaker", "properties": [books.property_id]}
    invitation = books.make("members", **invited)
    assert caretaker.post(f"/v1/invitations/{invitation['id']}/accept", {"name": "Juma"}).status == 200
    body = {"method": "cash", "amount": "25000", "received_on": "2026-11-04", "tenant_id": books.tenant_id}
    paid = caretaker.post("/v1/payments", body)
    assert (paid.status, paid.json["state"], paid.json["lease_id"]) == (201, "pending", mine)
    [theirs] = books.invoices(beyond)
    body = {"method": "cash", "amount": "1", "received_on": "2026-11-04", "invoice_id": theirs["id"]}
    refused = caretaker.post("/v1/payments", body)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "invoice_id")
    assert books.act(paid.json["id"], "confirm").json["allocated"] == "25000.00"
