"""Erasing a tenant: what is left of them anywhere in the database."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update

from chalicelib import messaging
from chalicelib.clock import ManualClock
from chalicelib.ids import new_id
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables import APPEND_ONLY
from chalicelib.storage.tables.maintenance import maintenance_requests
from chalicelib.storage.tables.messaging import deliveries, incoming_messages, messages, opt_outs
from chalicelib.storage.tables.organisations import idempotency_keys
from chalicelib.storage.tables.reminders import promises, reminder_exclusions
from tests.api.client import Client
from tests.api.imports import commit, dumped, sheet, upload, worked
from tests.contexts import context

WORDS = ("zawadiqx", "rehemaqx", "798765431", "20071279", "zq@example.co.ke", "a123456780z")
DAY = "2026-06-10"


@pytest.fixture(autouse=True)
def june(clock: ManualClock) -> None:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)


def found(owner: Client, resources: Resources) -> set[str]:
    text = dumped(resources, owner.organisation_id)
    return {word for word in WORDS if word in text}


def found_in_shared(resources: Resources, digits: str) -> list[str]:
    """Return what the tables that belong to no organisation hold of a phone."""
    with resources.reading() as db:
        rows = [row for table in (deliveries, incoming_messages) for row in db.execute(select(table))]
    return [str(row) for row in rows if digits in str(row)]


def post(owner: Client, path: str, body: Any = None, **headers: str) -> Any:
    answer = owner.post(path, body, **headers)
    assert answer.status in (200, 201), answer.text
    return answer.json


def let(owner: Client) -> tuple[str, str]:
    """Let a unit to Zawadi, who pays by a friend and moves out; return the tenant's and the payment's id."""
    house = post(owner, "/v1/properties", {"name": "Mwangaza Court"})["id"]
    unit = post(owner, "/v1/units", {"property_id": house, "name": "A1", "type": "shop", "rent": "9000"})["id"]
    person = {
        "given_name": "Zawadiqx", "phones": ["0798765431"], "email": "zq@example.co.ke", "kra_pin": "A123456780Z",
        "identity_document": {"kind": "national_id", "number": "20071279"}, "note": "Zawadiqx has a cat",
        "kin": {"name": "Rehemaqx", "phone": "0798765431", "relation": "aunt"},
    }  # fmt: skip
    tenant = post(owner, "/v1/tenants", person, Idempotency_Key="k-1")["id"]
    terms = {
        "unit_id": unit,
        "tenants": [tenant],
        "starts_on": "2026-01-01",
        "billed_from": "2026-01",
        "rent": "9000",
        "note": "of Zawadiqx",
    }
    lease = post(owner, "/v1/leases", terms)["id"]
    paid = {"method": "bank", "amount": "9000.00", "received_on": DAY, "lease_id": lease, "provider_reference": "SJ12"}
    payment = post(owner, "/v1/payments", {**paid, "payer_name": "Rehemaqx", "note": "for Zawadiqx"})["id"]
    post(owner, f"/v1/leases/{lease}/terminate", {"ends_on": "2026-06-01", "waive_notice": True})
    return tenant, payment


def test_nothing_is_left_of_an_erased_tenant_but_what_the_books_rest_on(owner: Client, resources: Resources) -> None:
    tenant, payment = let(owner)
    assert found(owner, resources) == set(WORDS) - {"20071279"}  # the search finds; the document is sealed
    erased = owner.post(f"/v1/tenants/{tenant}/erase")
    assert (erased.status, erased.json["name"]) == (200, "Erased")
    assert found(owner, resources) == set()
    kept = owner.get(f"/v1/payments/{payment}").json
    assert (kept["payer_name"], kept["note"], kept["reference_raw"]) == ("", "", "")
    assert (kept["amount"], kept["provider_reference"], kept["tenant_id"]) == ("9000.00", "SJ12", tenant)
    assert owner.get("/v1/ledger/proof").json["holds"] is True
    assert all(each["tenant_name"] == "Erased" for each in owner.get("/v1/invoices").json["items"])


def test_answers_that_were_kept_are_erased_at_once_and_what_was_asked_is_not_done_again(
    owner: Client, stranger: Client, resources: Resources
) -> None:
    post(stranger, "/v1/tenants", {"given_name": "Zawadiqx", "phones": ["0798765431"]}, Idempotency_Key="theirs")
    tenant, _ = let(owner)
    person = {"given_name": "Rehemaqx", "phones": ["0798765431"]}
    post(owner, "/v1/tenants", person, Idempotency_Key="k-2")
    assert owner.post(f"/v1/tenants/{tenant}/erase", Idempotency_Key="erase").status == 200
    with resources.reading() as db:
        mine = idempotency_keys.c.organisation_id == UUID(owner.organisation_id)
        bodies = set(db.scalars(select(idempotency_keys.c.body).where(mine, idempotency_keys.c.key != "erase")))
    assert bodies == {""}
    again = owner.post("/v1/tenants", person, Idempotency_Key="k-2")
    assert (again.status, again.json["type"]) == (409, "urn:plotihub:problem:answer-erased")
    assert len(owner.get("/v1/tenants?name=Rehemaqx").json["items"]) == 1
    assert owner.post("/v1/tenants", person | {"note": "another"}, Idempotency_Key="k-2").status == 422
    erased = owner.post(f"/v1/tenants/{tenant}/erase", Idempotency_Key="erase")
    assert (erased.status, erased.json["name"]) == (200, "Erased")
    theirs = stranger.post(
        "/v1/tenants", {"given_name": "Zawadiqx", "phones": ["0798765431"]}, Idempotency_Key="theirs"
    )
    assert theirs.headers["Idempotency-Replayed"] == "true"  # another organisation's stand


def test_what_cannot_be_changed_never_held_a_name(owner: Client, resources: Resources) -> None:
    let(owner)
    text = dumped(resources, owner.organisation_id, *APPEND_ONLY)
    assert [word for word in WORDS if word in text] == []


def test_the_problems_of_the_sheet_that_a_tenant_came_by_are_forgotten(owner: Client, resources: Resources) -> None:
    row = ("Mwangaza Court", "Z9", "12,000", "Zawadiqx", "0798765431", "20071279", "", "1/6/2025", "0")
    post(owner, "/v1/tenants", {"given_name": "Rehema", "phones": [row[4]]})  # told as a notice, which repeats it
    imported = upload(owner, sheet(row)).json
    problems = f"/v1/imports/{imported['id']}/problems"
    assert "798765431" in owner.get(problems).text
    assert worked(owner, resources, commit(owner, imported))["status"] == "done"
    tenant = owner.get("/v1/tenants?name=Zawadiqx").json["items"][0]["id"]
    lease = owner.get("/v1/leases").json["items"][0]["id"]
    post(owner, f"/v1/leases/{lease}/terminate", {"ends_on": "2026-06-01", "waive_notice": True})
    assert owner.post(f"/v1/tenants/{tenant}/erase").status == 200
    answer = owner.get(problems)
    assert (answer.status, answer.json["items"]) == (200, [])
    assert dumped(resources, owner.organisation_id, "data_key") == ""


def lease_of(owner: Client, phone: str) -> tuple[str, str]:
    """Let a unit to a tenant with the phone and an address, and return the tenant's and the lease's id."""
    house = post(owner, "/v1/properties", {"name": f"Mwangaza {uuid4().hex[:6]}"})["id"]
    unit = post(owner, "/v1/units", {"property_id": house, "name": "A1", "type": "shop", "rent": "9000"})["id"]
    person = {"given_name": "Zawadiqx", "phones": [phone], "email": "zq@example.co.ke"}
    tenant = post(owner, "/v1/tenants", person)["id"]
    terms = {"unit_id": unit, "tenants": [tenant], "starts_on": "2026-01-01", "billed_from": "2026-01", "rent": "9000"}
    return tenant, post(owner, "/v1/leases", terms)["id"]


def pay(owner: Client, lease: str) -> None:
    post(owner, "/v1/payments", {"method": "cash", "amount": "100.00", "received_on": DAY, "lease_id": lease})


def answer(resources: Resources, phone: str, now: dt.datetime) -> None:
    """Have the phone send us an SMS, and a gateway report on it what nobody knows."""
    ours = {"gateway": "africastalking", "phone": phone}
    with resources.writing() as db:
        db.execute(
            insert(incoming_messages).values(
                **ours, provider_reference=uuid4().hex, text="Zawadiqx here, SALIO", command="", received_at=now
            )
        )
        db.execute(
            insert(deliveries).values(**ours, provider_reference=uuid4().hex, status="Sent", reason="", created_at=now)
        )


def write_of(resources: Resources, organisation_id: str | None, tenant: str, lease: str, now: dt.datetime) -> None:
    """Write the tenant's name wherever somebody may type it beside their requests and promises."""
    ours: dict[str, Any] = {"organisation_id": UUID(organisation_id), "lease_id": UUID(lease)}
    with resources.writing() as db:
        db.execute(
            insert(maintenance_requests).values(
                **ours, id=new_id(), number=1, property_id=new_id(), unit_id=new_id(), tenant_id=UUID(tenant),
                text="Zawadiqx: the tap drips", source="sms", status="open", dedupe_key="k", version=1, created_at=now,
            )
        )  # fmt: skip
        db.execute(
            insert(promises).values(
                **ours, id=new_id(), amount_cents=1, promised_on=now.date(), status="open", note="Zawadiqx rang",
                version=1, created_at=now,
            )
        )  # fmt: skip
        db.execute(insert(reminder_exclusions).values(**ours, reason="Zawadiqx is ill", created_at=now))


def erased(owner: Client, tenant: str, lease: str) -> None:
    post(owner, f"/v1/leases/{lease}/terminate", {"ends_on": "2026-06-01", "waive_notice": True})
    assert owner.post(f"/v1/tenants/{tenant}/erase").status == 200


def test_what_was_told_to_an_erased_tenant_and_by_them_is_forgotten(
    owner: Client, resources: Resources, clock: ManualClock, new_phone: Callable[[], str]
) -> None:
    phone, organisation_id = new_phone(), UUID(owner.organisation_id)
    mine = messages.c.organisation_id == organisation_id
    tenant, lease = lease_of(owner, phone)
    pay(owner, lease)
    with resources.writing() as db:
        db.execute(update(messages).where(mine).values(status="delivered"))
    pay(owner, lease)
    answer(resources, phone, clock.now())
    write_of(resources, owner.organisation_id, tenant, lease, clock.now())
    with resources.writing() as db:
        messaging.add_opt_out(context(db, organisation_id, now=clock.now()), phone, source="sms")

    def left() -> list[str]:
        text = dumped(resources, owner.organisation_id)
        return [each for each in ("zawadiqx", "zq@example.co.ke", phone[-9:]) if each in text]

    assert (len(left()), len(found_in_shared(resources, phone[-9:]))) == (3, 2)
    erased(owner, tenant, lease)
    assert (left(), found_in_shared(resources, phone[-9:])) == ([], [])
    with resources.reading() as db:
        kept = db.execute(select(messages.c.status, messages.c.reason, messages.c.tenant_id).where(mine)).all()
    # That they were told, and of which payment, stays; both by SMS and by letter.
    sent, waited = ("delivered", "", UUID(tenant)), ("cancelled", "erased", UUID(tenant))
    assert sorted(map(tuple, kept)) == [waited, waited, sent, sent]


def test_what_another_tenant_needs_of_a_shared_phone_stays(
    owner: Client, stranger: Client, resources: Resources, clock: ManualClock, new_phone: Callable[[], str]
) -> None:
    shared, abroad = new_phone(), new_phone()
    for phone, other in ((shared, owner), (abroad, stranger)):
        tenant, lease = lease_of(owner, phone)
        post(other, "/v1/tenants", {"given_name": "Rehemaqx", "phones": [phone]})
        answer(resources, phone, clock.now())
        with resources.writing() as db:
            for client in (owner, stranger):
                messaging.add_opt_out(context(db, UUID(client.organisation_id), now=clock.now()), phone, source="sms")
        erased(owner, tenant, lease)
        assert len(found_in_shared(resources, phone[-9:])) == 2  # somebody's still
    with resources.reading() as db:
        silent = db.execute(select(opt_outs.c.organisation_id, opt_outs.c.phone)).all()
    ours, theirs = UUID(owner.organisation_id), UUID(stranger.organisation_id)
    assert {tuple(row) for row in silent if row.phone in {shared, abroad}} == {
        (ours, shared), (theirs, shared), (theirs, abroad),
    }  # fmt: skip
