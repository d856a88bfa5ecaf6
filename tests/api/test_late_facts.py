"""Money and decisions that arrive late, over the API: late fees are right, on whichever day a fact is entered."""

import pytest

from tests.api.books import Books


def test_what_is_billed_late_is_due_when_it_is_issued_and_fined_only_after_that(books: Books) -> None:
    books.fee(late_fee_kind="fixed", late_fee_amount="500")
    lease_id = books.lease("2026-11-16", "20000")
    books.on("2026-11-30")
    books.bill("2026-11", "2026-11-30")
    [invoice] = books.invoices(lease_id)
    assert (invoice["issued_on"], invoice["due_on"]) == ("2026-11-30", "2026-11-30")
    assert books.overdue(lease_id) == 0
    books.late_fees("2026-11-30")
    assert books.charges(lease_id) == []
    books.on("2026-12-01")
    assert books.overdue(lease_id) == 1
    books.late_fees("2026-12-01")
    assert books.charges(lease_id) == [("late_fee", "pending", "500.00")]


def test_what_is_voided_and_billed_again_is_due_when_it_is_issued_again(books: Books) -> None:
    lease_id = books.lease("2026-10-01", "20000")
    books.bill("2026-10")
    [first] = books.invoices(lease_id)
    assert first["due_on"] == "2026-10-05"
    books.on("2026-10-20")
    books.make(f"invoices/{first['id']}/void")
    books.bill("2026-10", "2026-10-20")
    again = next(each for each in books.invoices(lease_id) if each["status"] == "open")
    assert again["due_on"] == "2026-10-20"


def test_a_run_may_name_an_earlier_due_day_on_purpose(books: Books) -> None:
    lease_id = books.lease("2026-10-01", "20000")
    books.on("2026-10-20")
    books.bill("2026-10", "2026-10-20", due_on="2026-10-05")
    [invoice] = books.invoices(lease_id)
    assert invoice["due_on"] == "2026-10-05"
    assert books.overdue(lease_id) == 1


@pytest.mark.parametrize("due_on", ["2026-09-30", "2026-12-01"])
def test_a_due_day_far_from_the_month_is_refused(books: Books, due_on: str) -> None:
    books.on("2026-10-20")
    refused = books.owner.post("/v1/bill-runs", {"period": "2026-10", "due_on": due_on})
    assert refused.status == 422
    assert refused.json["errors"][0]["field"] == "due_on"


@pytest.fixture
def late(books: Books) -> str:
    """A lease at 20,000 with a fee of 10 %, whose November is billed, unpaid and fined on the 10th."""
    books.fee(late_fee_kind="percent", late_fee_bps=1000)
    books.on("2026-11-01")
    lease_id = books.lease("2026-11-01", "20000")
    books.bill("2026-11")
    books.on("2026-11-10")
    books.late_fees("2026-11-10")
    assert books.charges(lease_id) == [("late_fee", "pending", "2000.00")]
    books.on("2026-11-30")
    return lease_id


def test_money_received_in_time_and_entered_late_withdraws_the_fee(books: Books, late: str) -> None:
    books.pay(late, "20000", "2026-11-03")
    assert books.charges(late) == [("late_fee", "withdrawn", "2000.00")]
    listed = books.owner.get(f"/v1/charges?lease_id={late}").json["items"]
    assert listed[0]["reason"] == "Late fee on invoice 1 withdrawn: payment of 3 Nov entered on 30 Nov"


@pytest.mark.parametrize(("amount", "received_on", "fee"), [
    ("15000", "2026-11-04", "500.00"), ("15000", "2026-11-05", "500.00"), ("15000", "2026-11-06", "2000.00"),
    ("20000", "2026-11-30", "2000.00"),
])  # fmt: skip
def test_a_fee_is_of_what_was_open_when_the_grace_ended(
    books: Books, late: str, amount: str, received_on: str, fee: str
) -> None:
    books.pay(late, amount, received_on)
    assert books.charges(late) == [("late_fee", "pending", fee)]


def test_a_pending_code_counts_while_it_waits_and_the_fee_comes_back_when_it_is_rejected(
    books: Books, late: str
) -> None:
    payment = books.pay(late, "20000", "2026-11-04", "mpesa", provider_reference="SLK4H7R2QX")
    assert (payment["state"], books.late_fee(late)) == ("pending", "0.00")
    books.make(f"payments/{payment['id']}/reject", reason="No such payment on the statement")
    assert books.charges(late) == [("late_fee", "pending", "2000.00")]
    again = books.pay(late, "20000", "2026-11-04", "mpesa", provider_reference="SLK4H7R2QX")
    books.make(f"payments/{again['id']}/confirm")
    assert books.late_fee(late) == "0.00"
    books.make(f"payments/{again['id']}/reverse", reason="It was another tenant's")
    assert books.late_fee(late) == "2000.00"


def test_a_code_that_waits_is_no_reason_for_a_fee_and_its_rejection_is(books: Books) -> None:
    books.fee(late_fee_kind="percent", late_fee_bps=1000)
    books.on("2026-11-01")
    lease_id = books.lease("2026-11-01", "20000")
    books.bill("2026-11")
    books.on("2026-11-04")
    payment = books.pay(lease_id, "20000", "2026-11-04", "mpesa", provider_reference="SLK4H7R2QX")
    books.on("2026-11-10")
    books.late_fees("2026-11-10")
    assert books.charges(lease_id) == []
    books.make(f"payments/{payment['id']}/reject", reason="No such payment on the statement")
    assert books.charges(lease_id) == [("late_fee", "pending", "2000.00")]


@pytest.mark.parametrize("closed", [False, True])
def test_an_invoiced_fee_is_credited_in_the_open_period(books: Books, late: str, closed: bool) -> None:
    books.on("2026-12-01")
    books.bill("2026-12")
    if closed:
        books.close("2026-11")
    books.on("2026-12-03")
    books.pay(late, "20000", "2026-11-03")
    assert books.late_fee(late) == "0.00"
    [note] = books.owner.get(f"/v1/credit-notes?lease_id={late}").json["items"]
    assert (note["issued_on"], note["total"], note["kind"], note["automatic"]) == (
        "2026-12-03", "2000.00", "never_owed", True
    )  # fmt: skip
    assert note["reason"] == "Late fee on invoice 1 withdrawn: payment of 3 Nov entered on 3 Dec"
    assert books.account(late)["owed"] == "20000.00"  # December


def test_a_fee_that_was_paid_becomes_credit_and_pays_what_is_owed(books: Books, late: str) -> None:
    books.on("2026-12-01")
    books.bill("2026-12")
    books.pay(late, "22000", "2026-12-01")  # November's rent and its fee
    assert books.account(late)["owed"] == "20000.00"
    books.on("2026-12-03")
    books.pay(late, "1000", "2026-11-05")  # a fee of 1,900 in place of 2,000
    assert (books.late_fee(late), books.account(late)["owed"]) == ("1900.00", "18900.00")


def test_a_fee_that_a_person_waived_stays_waived(books: Books, late: str) -> None:
    [charge] = books.owner.get(f"/v1/charges?lease_id={late}").json["items"]
    books.make(f"charges/{charge['id']}/cancel")
    payment = books.pay(late, "20000", "2026-11-03")
    books.make(f"payments/{payment['id']}/reverse", reason="It bounced")
    books.late_fees("2026-11-30")
    assert books.charges(late) == [("late_fee", "cancelled", "2000.00")]


@pytest.mark.parametrize(("kind", "fee"), [("never_owed", "1000.00"), ("goodwill", "2000.00")])
def test_a_credit_note_says_whether_the_fee_goes_too(books: Books, late: str, kind: str, fee: str) -> None:
    [invoice] = books.invoices(late)
    books.credit(invoice["id"], "10000", kind=kind)
    assert books.late_fee(late) == fee


def test_what_is_written_off_was_owed_and_so_was_its_fee(books: Books, late: str) -> None:
    [invoice] = books.invoices(late)
    note = books.make(f"invoices/{invoice['id']}/write-off", reason="The tenant cannot be found")
    assert (note["kind"], note["total"], books.late_fee(late)) == ("write_off", "20000.00", "2000.00")
    accounts = {each["code"]: each for each in books.owner.get("/v1/ledger/accounts").json["items"]}
    assert accounts["written_off"]["balance"] == "20000.00"
    assert accounts["income.rent"]["balance"] == "-20000.00"  # it was earned
    refused = books.owner.post(f"/v1/invoices/{invoice['id']}/write-off", {"reason": "Again"})
    assert refused.status == 409


def test_voiding_withdraws_the_fee_that_is_invoiced_too(books: Books, late: str) -> None:
    books.on("2026-12-01")
    books.bill("2026-12")
    november = next(each for each in books.invoices(late) if each["period"] == "2026-11")
    books.make(f"invoices/{november['id']}/void")
    assert (books.late_fee(late), books.account(late)["owed"]) == ("0.00", "20000.00")


@pytest.mark.parametrize(("ends_on", "owed"), [("2026-10-31", "0.00"), ("2026-11-03", "3300.00")])
def test_the_last_month_and_its_fee_follow_the_day_on_which_the_tenant_left(
    books: Books, ends_on: str, owed: str
) -> None:
    books.fee(late_fee_kind="percent", late_fee_bps=1000)
    lease_id = books.lease("2026-10-01", "30000")
    books.bill("2026-10")
    books.pay(lease_id, "30000", "2026-10-01")
    books.on("2026-11-01")
    books.bill("2026-11")
    books.on("2026-11-10")
    books.late_fees("2026-11-10")
    assert books.late_fee(lease_id) == "3000.00"
    books.on("2026-11-30")
    assert books.terminate(lease_id, ends_on)["owed"] == owed


def credit_of(books: Books, payment: dict[str, str]) -> str:
    return str(books.owner.get(f"/v1/payments/{payment['id']}").json["credit"])


@pytest.mark.parametrize(("closed", "on_the_tenth"), [(False, []), (True, ["10000.00"])])
def test_money_allocates_itself_by_the_day_of_receipt_within_open_months(
    books: Books, closed: bool, on_the_tenth: list[str]
) -> None:
    lease_id = books.lease("2026-10-01", "10000")
    books.bill("2026-10")
    books.on("2026-10-31")
    first_entered = books.pay(lease_id, "10000", "2026-10-20")
    if closed:
        books.on("2026-11-02")
        books.close("2026-10")
    then_entered = books.pay(lease_id, "10000", "2026-10-03")
    credits = [credit_of(books, each) for each in (first_entered, then_entered)]
    assert credits == (["0.00", "10000.00"] if closed else ["10000.00", "0.00"])
    arrears = books.owner.get("/v1/reports/arrears?on=2026-10-10").json["items"]
    assert [each["total"] for each in arrears] == on_the_tenth


def test_what_a_person_allocated_is_not_allocated_again(books: Books) -> None:
    lease_id = books.lease("2026-10-01", "10000")
    books.bill("2026-10")
    books.on("2026-10-31")
    chosen = books.pay(lease_id, "10000", "2026-10-20")
    [invoice] = books.invoices(lease_id)
    line = books.owner.get(f"/v1/invoices/{invoice['id']}").json["lines"][0]["id"]
    books.make(f"payments/{chosen['id']}/allocate", lines=[{"invoice_line_id": line, "amount": "4000"}])
    assert credit_of(books, chosen) == "6000.00"  # left on purpose
    late = books.pay(lease_id, "10000", "2026-10-03")
    assert (credit_of(books, chosen), credit_of(books, late)) == ("6000.00", "4000.00")
    books.on("2026-11-01")
    books.bill("2026-11")  # a new bill takes what was left
    assert (credit_of(books, chosen), credit_of(books, late)) == ("0.00", "0.00")


def test_a_cheque_that_bounces_leaves_its_line_to_the_money_that_came_in_before_it(books: Books) -> None:
    lease_id = books.lease("2026-10-01", "10000")
    books.bill("2026-10")
    books.on("2026-10-20")
    cheque = books.pay(lease_id, "10000", "2026-10-05", "cheque", provider_reference="000123")
    cash = books.pay(lease_id, "10000", "2026-10-08")
    assert credit_of(books, cash) == "10000.00"
    books.on("2026-10-25")
    books.make(f"payments/{cheque['id']}/reverse", reason="It bounced")
    assert credit_of(books, cash) == "0.00"
    for day in ("2026-10-20", "2026-10-25"):
        assert books.owner.get(f"/v1/reports/arrears?on={day}").json["items"] == []
