"""Terms that change late, over the API: a billed month is charged what its terms say, and no month is forgotten."""

import pytest

from tests.api.books import Books


def unbilled(books: Books) -> list[tuple[str, str]]:
    listed = books.owner.get("/v1/reports/unbilled-months").json["items"]
    return [(each["period"], each["amount"]) for each in listed]


def totals(books: Books, lease_id: str, period: str) -> list[tuple[str, str]]:
    """Return (kind, total less what was credited) of the month's invoices that are not void, the first first."""
    found = [each for each in books.invoices(lease_id) if each["period"] == period and each["status"] != "void"]
    return [
        (each["kind"], f"{float(each['total']) - float(each['credited']):.2f}")
        for each in sorted(found, key=lambda each: int(each["number"]))
    ]


# C. Once a month across a chain of leases


@pytest.mark.parametrize("act", ["transfer", "renew"])
@pytest.mark.parametrize("billed", [False, True])
def test_what_is_charged_once_a_month_is_charged_once_when_a_lease_is_followed(
    books: Books, act: str, billed: bool
) -> None:
    charge = {"charge_type": "garbage", "amount": "500"}
    ends = {"ends_on": "2026-10-15"} if act == "renew" else {}
    first = books.lease("2026-10-01", "12345", recurring_charges=[charge], **ends)
    if billed:
        books.bill("2026-10")
    books.on("2026-10-14")
    if act == "renew":
        second = books.make(f"leases/{first}/renew")["id"]
    else:
        unit = books.unit("12345")
        second = books.make(f"leases/{first}/transfer", unit_id=unit, starts_on="2026-10-16", rent="12345")["id"]
    books.bill("2026-10", "2026-10-14")
    lines = [
        (line["charge_type"], float(line["amount"]) - float(line["credited"]))
        for lease_id in (first, second)
        for each in books.invoices(lease_id)
        for line in books.owner.get(f"/v1/invoices/{each['id']}").json["lines"]
    ]
    assert sorted(lines) == [("garbage", 500.0), ("rent", 5973.0), ("rent", 6372.0)]  # 12,345 in all


# D. No month is forgotten


def test_a_lease_that_ends_is_billed_from_the_month_that_the_books_begin(books: Books) -> None:
    books.on("2026-11-30")
    lease_id = books.lease("2026-09-16", "30000", billed_from="2026-09")
    books.bill("2026-11", "2026-11-30")
    assert unbilled(books) == [("2026-09", "15000.00"), ("2026-10", "30000.00")]
    assert books.terminate(lease_id, "2026-11-30")["owed"] == "75000.00"
    assert unbilled(books) == []


@pytest.mark.parametrize(("excused", "owed"), [(False, "40000.00"), (True, "20000.00")])
def test_a_month_voided_by_mistake_is_billed_unless_it_is_excused(books: Books, excused: bool, owed: str) -> None:
    lease_id = books.lease("2026-10-01", "20000")
    books.bill("2026-10")
    [october] = books.invoices(lease_id)
    books.make(f"invoices/{october['id']}/void")
    books.on("2026-11-01")
    if excused:
        books.make(f"leases/{lease_id}/excused-months", period="2026-10", reason="The roof leaked")
        books.bill("2026-10", "2026-11-01")
    assert unbilled(books) == ([] if excused else [("2026-10", "20000.00")]) + [("2026-11", "20000.00")]
    books.bill("2026-11")
    books.on("2026-11-30")
    assert books.terminate(lease_id, "2026-11-30")["owed"] == owed


def test_an_excused_month_may_be_billed_after_all_and_a_billed_one_is_not_excused(books: Books) -> None:
    lease_id = books.lease("2026-10-01", "20000")
    path = f"leases/{lease_id}/excused-months"
    books.make(path, period="2026-10", reason="The roof leaked")
    assert [each["period"] for each in books.owner.get(f"/v1/{path}").json["items"]] == ["2026-10"]
    assert books.owner.delete(f"/v1/{path}/2026-10").status == 204
    assert books.owner.delete(f"/v1/{path}/2026-10").status == 404
    books.bill("2026-10")
    assert books.owner.post(f"/v1/{path}", {"period": "2026-10", "reason": "Again"}).status == 409


def test_a_renewal_entered_late_is_billed_from_its_first_month(books: Books) -> None:
    books.on("2026-09-01")
    first = books.lease("2026-09-01", "10000", ends_on="2026-09-30")
    books.bill("2026-09")
    books.pay(first, "10000", "2026-09-01")
    books.on("2026-11-20")
    second = books.make(f"leases/{first}/renew")["id"]
    books.bill("2026-11", "2026-11-20")
    books.on("2026-11-30")
    assert books.terminate(second, "2026-11-30")["owed"] == "20000.00"


def test_who_enters_an_earlier_start_is_asked_from_which_month_it_is_billed(books: Books) -> None:
    books.on("2026-11-30")
    unit, tenant = books.unit("20000"), books.make("tenants", given_name="Amina")["id"]
    body = {"unit_id": unit, "tenants": [tenant], "starts_on": "2026-10-16", "rent": "20000"}
    refused = books.owner.post("/v1/leases", body)
    assert (refused.status, [each["field"] for each in refused.json["errors"]]) == (422, ["billed_from"])
    assert books.make("leases", **body, billed_from="2026-11")["billed_from"] == "2026-11"


# E. One lease, a past month


def test_a_past_month_bills_whom_it_was_not_held_for_in_an_opening_balance(books: Books) -> None:
    books.on("2026-11-01")
    opened = books.lease("2026-01-01", "20000", billed_from="2026-01")
    books.make(f"leases/{opened}/opening-balance", amount="7000", on="2026-11-01")
    entered_late = books.lease("2026-10-16", "31000", billed_from="2026-10")
    books.bill("2026-10", "2026-11-01")
    assert totals(books, opened, "2026-10") == []
    assert totals(books, entered_late, "2026-10") == [("run", "16000.00")]


def test_a_run_takes_leases_by_name(books: Books) -> None:
    named, other = books.lease("2026-10-01", "20000"), books.lease("2026-10-01", "20000")
    books.bill("2026-10", leases=[named])
    assert (len(books.invoices(named)), len(books.invoices(other))) == (1, 0)
    later = books.lease("2026-10-01", "20000", billed_from="2026-11")
    refused = books.owner.post("/v1/bill-runs", {"period": "2026-10", "leases": [other, later]})
    assert refused.json["errors"] == [{"field": "leases.1", "why": "the lease is billed from 2026-11 on"}]


# F. A change with effect in a month that is billed already


@pytest.fixture
def november(books: Books) -> str:
    """A lease from October at 31,000 of which November is billed, and the clock on the 20th."""
    lease_id = books.lease("2026-10-01", "31000")
    books.on("2026-11-01")
    books.bill("2026-11")
    books.on("2026-11-20")
    return lease_id


@pytest.mark.parametrize("closed", [False, True])
def test_a_rise_in_a_billed_month_is_confirmed_and_billed_due_when_issued(
    books: Books, november: str, closed: bool
) -> None:
    if closed:
        books.bill("2026-10", "2026-10-01")
        books.on("2026-12-02")
        books.close("2026-10")
        books.close("2026-11")
    raised = {"starts_on": "2026-11-16", "rent": "37000"}
    refused = books.owner.post(f"/v1/leases/{november}/rents", raised)
    assert (refused.status, refused.json["difference"], refused.json["periods"]) == (409, "3000.00", ["2026-11"])
    assert len(books.owner.get(f"/v1/leases/{november}/rents").json["items"]) == 1
    books.make(f"leases/{november}/rents", **raised, confirmed=True)
    assert totals(books, november, "2026-11") == [("run", "31000.00"), ("difference", "3000.00")]
    difference = next(each for each in books.invoices(november) if each["kind"] == "difference")
    today = "2026-12-02" if closed else "2026-11-20"
    assert (difference["issued_on"], difference["due_on"]) == (today, today)


def test_a_fall_in_a_billed_month_is_credited_and_says_why(books: Books, november: str) -> None:
    books.make(f"leases/{november}/rents", starts_on="2026-11-01", rent="26000")
    assert totals(books, november, "2026-11") == [("run", "26000.00")]
    [corrected] = books.owner.get("/v1/reports/corrections?period=2026-11").json["items"]
    assert (corrected["kind"], corrected["amount"]) == ("rent_difference", "-5000.00")
    assert corrected["reason"] == "November 2026: rent changed from 1 Nov, entered on 20 Nov"
    entries = books.owner.get(f"/v1/leases/{november}/statement").json["entries"]
    assert [each["reference"] for each in entries if each["kind"] == "credit_note"] == [corrected["reason"]]
    books.make(f"leases/{november}/rents", starts_on="2026-11-01", rent="31000", confirmed=True)  # it was a mistake
    assert totals(books, november, "2026-11") == [("run", "26000.00"), ("difference", "5000.00")]
    books.make(f"leases/{november}/rents", starts_on="2026-11-01", rent="30000")
    assert totals(books, november, "2026-11") == [("run", "26000.00"), ("difference", "4000.00")]


def test_a_recurring_charge_of_a_billed_month_is_billed_and_its_end_credited(books: Books, november: str) -> None:
    charge = {"charge_type": "service", "amount": "1500", "starts_on": "2026-11-01"}
    assert books.owner.post(f"/v1/leases/{november}/recurring-charges", charge).status == 409
    added = books.make(f"leases/{november}/recurring-charges", **charge, confirmed=True)
    assert totals(books, november, "2026-11") == [("run", "31000.00"), ("difference", "1500.00")]
    path = f"/v1/recurring-charges/{added['id']}"
    for changes, expected in (
        ({"amount": "1000", "effective_on": "2026-11-01"}, "1000.00"),
        ({"ends_on": "2026-10-31"}, "0.00"),
        ({"ends_on": None, "confirmed": True}, "1000.00"),
        ({"amount": "1200"}, "1000.00"),  # for the months to come
    ):
        changed = books.owner.patch(path, changes, **{"If-Match": "*"})
        assert changed.status == 200, changed.text
        difference = [each[1] for each in totals(books, november, "2026-11")[1:]]
        assert f"{sum(map(float, difference)):.2f}" == expected, changes
    refused = books.owner.patch(path, {"amount": "900", "effective_on": "2026-11-01"}, **{"If-Match": "*"})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "effective_on")


def test_a_credit_that_a_person_gave_is_not_billed_again(books: Books, november: str) -> None:
    [invoice] = books.invoices(november)
    books.credit(invoice["id"], "4000", kind="goodwill")
    books.make(f"leases/{november}/rents", starts_on="2026-11-16", rent="37000", confirmed=True)
    assert totals(books, november, "2026-11") == [("run", "27000.00"), ("difference", "3000.00")]


def test_a_late_fee_of_the_month_does_not_follow_a_rise_and_follows_a_fall(books: Books) -> None:
    books.fee(late_fee_kind="percent", late_fee_bps=1000)
    books.on("2026-11-01")
    lease_id = books.lease("2026-11-01", "31000")
    books.bill("2026-11")
    books.on("2026-11-10")
    books.late_fees("2026-11-10")
    books.make(f"leases/{lease_id}/rents", starts_on="2026-11-16", rent="37000", confirmed=True)
    assert books.late_fee(lease_id) == "3100.00"
    books.make(f"leases/{lease_id}/rents", starts_on="2026-11-01", rent="21000", confirmed=True)
    assert books.late_fee(lease_id) == "2900.00"  # 21,000 to the 15th, 37,000 from the 16th


def test_days_added_to_a_lease_in_a_billed_month_are_billed(books: Books) -> None:
    lease_id = books.lease("2026-10-01", "31000", ends_on="2026-10-10")
    books.bill("2026-10")
    longer = books.owner.patch(f"/v1/leases/{lease_id}", {"ends_on": "2026-12-31"}, **{"If-Match": "*"})
    assert longer.status == 200, longer.text
    assert totals(books, lease_id, "2026-10") == [("run", "10000.00"), ("difference", "21000.00")]


def test_voiding_a_month_takes_its_differences_with_it(books: Books, november: str) -> None:
    books.make(f"leases/{november}/rents", starts_on="2026-11-16", rent="37000", confirmed=True)
    run = next(each for each in books.invoices(november) if each["kind"] == "run")
    books.make(f"invoices/{run['id']}/void")
    assert totals(books, november, "2026-11") == [("difference", "0.00")]
    books.bill("2026-11", "2026-11-20")
    assert [each for each in totals(books, november, "2026-11") if each[1] != "0.00"] == [("run", "34000.00")]
