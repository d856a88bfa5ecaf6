"""An organisation enters a stranger's number as its tenant's: what it reads, gets, and has said for it is nothing."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from chalicelib.delivery import result_runner
from chalicelib.runtime.resources import get_resources
from chalicelib.storage.tables.leasing import phone_places
from chalicelib.storage.tables.messaging import incoming_messages
from tests.api.client import Client
from tests.api.test_sms_commands import Kept, queue, replies, text
from tests.api.test_ussd import dial, let_to

__all__ = ["queue"]


def send(kept: Kept, phone: str, *said: str) -> None:
    """Have the phone's texts go the whole way: the vendor's form, the queue, the worker."""
    for number, each in enumerate(said):
        text(phone, each, f"{len(kept.bodies)}-{number}-{phone}")
    for body in kept.bodies:
        result_runner.handle_result(get_resources(), body)


def read(landlord: Client) -> list[tuple[str, str | None]]:
    listed = landlord.get("/v1/incoming-messages").json["items"]
    return [(each["command"], each["text"]) for each in listed]


@pytest.mark.parametrize("first", ["victim's", "attacker"])
def test_what_is_said_to_a_landlord_is_said_to_nobody_who_enters_the_number(
    owner: Client, stranger: Client, queue: Kept, new_phone: Callable[[], str], first: str
) -> None:
    phone = new_phone()
    if first == "attacker":
        let_to(stranger, phone, "B2", confirmed=False)
    let_to(owner, phone, "A1") if first == "victim's" else confirm_of(owner, phone)
    send(queue, phone, "salamu, I am away until Monday")
    if first == "victim's":
        let_to(stranger, phone, "B2", confirmed=False)
    send(queue, phone, "FAULT gas is leaking", "BALANCE", "RECEIPT")
    assert read(stranger) == []
    assert stranger.get("/v1/maintenance-requests").json["items"] == []
    assert replies(stranger) == []  # no invented debt is told from the shared number
    assert len(read(owner)) == 4
    [request] = owner.get("/v1/maintenance-requests").json["items"]
    assert request["text"] == "gas is leaking"
    assert "KES 9,000" in replies(owner)[-3] + replies(owner)[-2] + replies(owner)[-1]


def confirm_of(owner: Client, phone: str) -> None:
    """Let the victim's own unit where the attacker's claim is there already, and confirm it by its number."""
    let_to(owner, phone, "A1", confirmed=False)
    shown = dial(phone, session_id=f"look {phone}").text
    [number] = [line[0] for line in shown.split("\n") if "House of A1" in line]
    assert dial(phone, f"{number}*1*A1", session_id=f"confirm {phone}").text.startswith("CON Confirmed.")


def test_the_landlord_sees_what_the_holder_said_of_the_number(
    owner: Client, stranger: Client, queue: Kept, new_phone: Callable[[], str]
) -> None:
    phone = new_phone()
    let_to(owner, phone, "A1")
    let_to(stranger, phone, "B2", confirmed=False)

    def states(landlord: Client) -> list[dict[str, str]]:
        [tenant] = landlord.get(f"/v1/tenants?phone={phone.replace('+', '%2B')}").json["items"]
        listed: list[dict[str, str]] = tenant["phone_states"]
        return listed

    assert (states(owner), states(stranger)) == (
        [{"phone": phone, "state": "confirmed"}],
        [{"phone": phone, "state": "unconfirmed"}],
    )
    send(queue, phone, "NOT ME")
    assert states(stranger) == [{"phone": phone, "state": "denied"}]
    assert states(owner) == [{"phone": phone, "state": "confirmed"}]


def test_a_holder_s_stop_is_theirs_to_take_back(
    owner: Client, stranger: Client, queue: Kept, new_phone: Callable[[], str]
) -> None:
    phone = let_to(owner, new_phone(), "A1")
    send(queue, phone, "STOP")
    refused = owner.delete(f"/v1/opt-outs/{phone}")
    assert (refused.status, refused.json["source"]) == (409, "sms")
    send(queue, phone, "START")
    assert owner.get("/v1/opt-outs").json["items"] == []


def test_the_platform_s_own_organisation_is_nobody_s(owner: Client, queue: Kept, new_phone: Callable[[], str]) -> None:
    phone = let_to(owner, new_phone(), "A1", confirmed=False)
    send(queue, phone, "BALANCE")
    platform = {"X_Organisation": "00000000-0000-7000-8000-000000000001"}
    for path in ("/v1/messages", "/v1/organisation", "/v1/message-settings"):
        assert owner.get(path, **platform).status in (403, 404)
    assert owner.get("/v1/messages?kind=reply").json["items"] == []


def test_who_is_erased_is_forgotten_whoever_else_has_entered_the_number(
    owner: Client, stranger: Client, queue: Kept, new_phone: Callable[[], str]
) -> None:
    phone = let_to(owner, new_phone(), "A1")
    let_to(stranger, phone, "B2", confirmed=False)
    send(queue, phone, "BALANCE please", "fault the lock")
    [lease] = owner.get("/v1/leases").json["items"]
    body = {"ends_on": "2026-06-01", "waive_notice": True}
    assert owner.post(f"/v1/leases/{lease['id']}/terminate", body).status in (200, 201)
    assert owner.post(f"/v1/tenants/{lease['tenant_id']}/erase").status == 200
    assert read(owner) == []
    organisation_id = UUID(str(owner.organisation_id))
    with get_resources().reading() as db:
        sent = select(incoming_messages.c.text).where(incoming_messages.c.provider_reference.endswith(phone))
        assert set(db.scalars(sent)) == {None}
        assert (
            list(db.scalars(select(phone_places.c.phone).where(phone_places.c.organisation_id == organisation_id)))
            == []
        )
    assert dial(phone, session_id="after").text.startswith("CON Whose tenant are you?\n1 Other Homes")
