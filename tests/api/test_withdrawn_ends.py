"""Ends that are taken back, over the API: a notice withdrawn, a transfer called off."""

import pytest

from tests.api.books import Books


@pytest.fixture
def ending(books: Books) -> str:
    """A lease at 30,000 from October, November billed and paid, that ends on 10 November; the clock is on the 2nd."""
    lease_id = books.lease("2026-10-01", "30000", ends_on="2027-09-30")
    books.bill("2026-10")
    books.pay(lease_id, "30000", "2026-10-01")
    books.on("2026-11-01")
    books.bill("2026-11")
    books.pay(lease_id, "30000", "2026-11-01")
    books.make(f"leases/{lease_id}/deposits", kind="rent", amount="30000", entered_on="2026-11-01")
    books.on("2026-11-02")
    assert books.terminate(lease_id, "2026-11-10")["credit"] == "20000.00"
    return lease_id


def refused(books: Books, lease_id: str, act: str = "withdraw-termination") -> str:
    answer = books.owner.post(f"/v1/leases/{lease_id}/{act}")
    assert answer.status == 409, answer.text
    return str(answer.json["detail"])


@pytest.mark.parametrize("closed", [False, True])
def test_a_notice_withdrawn_gives_the_lease_its_days_back(books: Books, ending: str, closed: bool) -> None:
    if closed:
        books.close("2026-10")
    lease = books.make(f"leases/{ending}/withdraw-termination")
    assert (lease["ends_on"], lease["terminated_on"], lease["status"]) == ("2027-09-30", None, "active")
    account = books.account(ending)
    assert (account["owed"], account["credit"], account["held"]) == ("0.00", "0.00", "30000.00")
    kinds = [(each["kind"], each["total"]) for each in books.invoices(ending) if each["period"] == "2026-11"]
    assert sorted(kinds) == [("difference", "20000.00"), ("run", "30000.00")]
    books.on("2026-12-01")
    books.bill("2026-12")
    assert books.account(ending)["owed"] == "30000.00"
    assert books.terminate(ending, "2026-12-31")["owed"] == "30000.00"  # it may end again


def test_what_was_paid_out_stands_in_the_way_until_it_is_reversed(books: Books, ending: str) -> None:
    [channel] = books.owner.get("/v1/channels").json["items"]
    refund = {"kind": "rent", "amount": "30000", "entered_on": "2026-11-02", "channel_id": channel["id"]}
    entry = books.make(f"leases/{ending}/deposit-refunds", **refund)
    assert "paid out" in refused(books, ending)
    books.make(f"deposits/{entry['id']}/reverse", reason="It was not handed over")
    books.make(f"leases/{ending}/withdraw-termination")


def test_an_end_that_is_over_or_a_unit_that_is_let_again_stays(books: Books, ending: str) -> None:
    unit = books.owner.get(f"/v1/leases/{ending}").json["unit_id"]
    tenant = books.make("tenants", given_name="Otieno")["id"]
    books.make("leases", unit_id=unit, tenants=[tenant], starts_on="2026-12-01", rent="30000")
    assert "let to others" in refused(books, ending)
    books.on("2026-11-11")
    assert "over" in refused(books, ending)
    running = books.lease("2026-11-01", "1000")
    assert "not terminated" in refused(books, running)


@pytest.mark.parametrize("closed", [False, True])
def test_a_transfer_called_off_brings_deposit_credit_and_bills_back(books: Books, closed: bool) -> None:
    first = books.lease("2026-10-01", "30000")
    books.bill("2026-10")
    books.pay(first, "75000", "2026-10-01")
    books.make(f"leases/{first}/deposits", kind="rent", amount="30000", entered_on="2026-10-01")
    books.on("2026-11-02")
    books.bill("2026-11", "2026-11-02")
    unit = books.unit("40000")
    second = books.make(f"leases/{first}/transfer", unit_id=unit, starts_on="2026-11-16", rent="40000")["id"]
    books.bill("2026-11", "2026-11-02")
    assert (books.account(first)["held"], books.account(second)["held"]) == ("0.00", "30000.00")
    if closed:
        books.close("2026-10")
    lease = books.make(f"leases/{first}/call-off-transfer")
    assert (lease["ends_on"], lease["terminated_on"]) == (None, None)
    accounts = [books.account(each) for each in (first, second)]
    assert [each["held"] for each in accounts] == ["30000.00", "0.00"]
    assert [each["owed"] for each in accounts] == ["0.00", "0.00"]
    assert [each["credit"] for each in accounts] == ["15000.00", "0.00"]
    assert "not transferred" in refused(books, first, "call-off-transfer")
    books.on("2026-12-01")
    books.bill("2026-12")
    assert [books.account(each)["owed"] for each in (first, second)] == ["15000.00", "0.00"]


def test_a_transfer_that_has_begun_is_not_called_off(books: Books) -> None:
    first = books.lease("2026-10-01", "30000")
    unit = books.unit("40000")
    books.make(f"leases/{first}/transfer", unit_id=unit, starts_on="2026-10-16", rent="40000")
    assert "transfer" in refused(books, first)
    books.on("2026-10-16")
    assert "begun" in refused(books, first, "call-off-transfer")
