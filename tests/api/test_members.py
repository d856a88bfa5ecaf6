"""Founding, inviting, accepting, removing; what a caretaker sees; and the trail that it leaves."""

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import Connection

from chalicelib.clock import ManualClock
from chalicelib.errors import Conflict
from chalicelib.organisations import found_organisation, members
from chalicelib.organisations.members import INVITATION_LIFETIME
from chalicelib.organisations.model import NewMember
from chalicelib.runtime.resources import Resources
from tests.api.client import Client
from tests.contexts import context

pytestmark = pytest.mark.usefixtures("resources")

NewPhone = Callable[[], str]


def invite(owner: Client, phone: str | None, role: str, **more: object) -> str:
    invited = owner.post("/v1/members", {"phone": phone, "name": "Otieno", "role": role, **more})
    assert invited.status == 201, invited.text
    member_id: str = invited.json["id"]
    return member_id


def join(owner: Client, phone: str, role: str, **more: object) -> tuple[Client, str]:
    """Invite ``phone`` and accept; return the member and their id."""
    member = Client(phone, owner.organisation_id)
    member_id = invite(owner, phone, role, **more)
    assert member.post(f"/v1/invitations/{member_id}/accept", {"name": "Otieno"}).status == 200
    return member, member_id


def test_a_person_without_an_organisation_founds_one_and_owns_it(new_phone: NewPhone) -> None:
    person = Client(new_phone())
    assert person.get("/v1/me").json == {"phone": person.phone, "memberships": [], "invitations": []}
    founded = person.post("/v1/organisations", {"name": "Acme Homes", "person_name": "Amina"})
    assert (founded.status, founded.json["currency"]) == (201, "KES")
    mine = person.get("/v1/me").json["memberships"]
    assert [(each["organisation_id"], each["role"]) for each in mine] == [(founded.json["id"], "owner")]
    assert person.get("/v1/organisation").json["name"] == "Acme Homes"


def test_an_invitation_lets_nobody_in_before_it_is_accepted(owner: Client, new_phone: NewPhone) -> None:
    invited = Client(new_phone(), owner.organisation_id)
    member_id = invite(owner, invited.phone, "manager")
    assert invited.get("/v1/owners").status == 404
    assert [each["id"] for each in invited.get("/v1/me").json["invitations"]] == [member_id]
    accepted = invited.post(f"/v1/invitations/{member_id}/accept", {"name": "Otieno"})
    assert (accepted.status, accepted.json["status"]) == (200, "active")
    assert invited.get("/v1/owners").status == 200
    assert invited.post(f"/v1/invitations/{member_id}/accept", {"name": "Otieno"}).status == 200


def test_an_invitation_is_accepted_by_its_number_only(owner: Client, new_phone: NewPhone) -> None:
    member_id = invite(owner, new_phone(), "manager")
    other = Client(new_phone())
    assert other.post(f"/v1/invitations/{member_id}/accept", {"name": "Mallory"}).status == 404
    assert other.get("/v1/me").json["memberships"] == []


def test_an_invitation_expires_and_the_owner_may_invite_anew(
    owner: Client, new_phone: NewPhone, clock: ManualClock
) -> None:
    invited = Client(new_phone(), owner.organisation_id)
    member_id = invite(owner, invited.phone, "manager")
    told = owner.get(f"/v1/members/{member_id}").json
    assert (told["status"], told["invitation_expires_at"][:10]) == (
        "invited", (clock.at + INVITATION_LIFETIME).date().isoformat(),
    )  # fmt: skip
    clock.at += INVITATION_LIFETIME
    assert invited.get("/v1/me").json["invitations"] == []
    assert invited.post(f"/v1/invitations/{member_id}/accept", {"name": "Otieno"}).status == 404
    assert invited.get("/v1/owners").status == 404
    assert owner.get(f"/v1/members/{member_id}").json["status"] == "expired"
    assert "expired" in {each["status"] for each in owner.get("/v1/members").json["items"]}
    again = owner.post("/v1/members", {"phone": invited.phone, "name": "Otieno O.", "role": "accountant"})
    assert (again.status, again.json["id"], again.json["status"]) == (201, member_id, "invited")
    clock.at += INVITATION_LIFETIME - dt.timedelta(seconds=1)
    assert len(invited.get("/v1/me").json["invitations"]) == 1
    accepted = invited.post(f"/v1/invitations/{member_id}/accept", {"name": "Otieno"})
    assert (accepted.status, accepted.json["role"]) == (200, "accountant")
    clock.at += INVITATION_LIFETIME  # who has accepted stays
    assert invited.get("/v1/owners").status == 200
    joined = owner.get(f"/v1/members/{member_id}").json
    assert (joined["status"], joined["invitation_expires_at"]) == ("active", None)


def test_an_expired_invitation_may_be_taken_back(owner: Client, new_phone: NewPhone, clock: ManualClock) -> None:
    member_id = invite(owner, new_phone(), "manager")
    clock.at += INVITATION_LIFETIME
    assert owner.delete(f"/v1/members/{member_id}").status == 204
    assert owner.get(f"/v1/members/{member_id}").status == 404


def test_a_number_in_another_spelling_is_the_same_person(owner: Client, new_phone: NewPhone) -> None:
    phone = new_phone()
    invite(owner, "0" + phone.removeprefix("+254"), "manager")
    assert len(Client(phone).get("/v1/me").json["invitations"]) == 1
    again = owner.post("/v1/members", {"phone": phone, "name": "Otieno", "role": "manager"})
    assert again.status == 409


def test_removal_takes_effect_with_the_next_request(owner: Client, new_phone: NewPhone) -> None:
    member, member_id = join(owner, new_phone(), "manager")
    assert member.get("/v1/units").status == 200
    assert owner.delete(f"/v1/members/{member_id}").status == 204
    assert member.get("/v1/units").status == 404
    assert member.get("/v1/me").json["memberships"] == []
    assert owner.get(f"/v1/members/{member_id}").status == 404
    assert member.post(f"/v1/invitations/{member_id}/accept", {"name": "Otieno"}).status == 404


def test_one_who_was_removed_can_be_invited_anew(owner: Client, new_phone: NewPhone) -> None:
    member, member_id = join(owner, new_phone(), "manager")
    assert owner.delete(f"/v1/members/{member_id}").status == 204
    assert invite(owner, member.phone, "accountant") == member_id
    assert member.get("/v1/units").status == 404
    assert member.post(f"/v1/invitations/{member_id}/accept", {"name": "Otieno"}).json["role"] == "accountant"


def test_a_change_of_role_takes_effect_with_the_next_request(owner: Client, new_phone: NewPhone) -> None:
    member, member_id = join(owner, new_phone(), "manager")
    assert member.post("/v1/owners", {"name": "Wanjiku"}).status == 201
    assert owner.patch(f"/v1/members/{member_id}", {"role": "accountant"}).status == 200
    assert member.post("/v1/owners", {"name": "Njeri"}).status == 403


def test_the_last_owner_stays(owner: Client, new_phone: NewPhone) -> None:
    mine = owner.get("/v1/members").json["items"][0]["id"]
    assert owner.delete(f"/v1/members/{mine}").status == 409
    assert owner.patch(f"/v1/members/{mine}", {"role": "manager"}).status == 409
    # An owner who has not accepted yet does not count.
    invite(owner, new_phone(), "owner")
    assert owner.delete(f"/v1/members/{mine}").status == 409
    second, _ = join(owner, new_phone(), "owner")
    assert owner.delete(f"/v1/members/{mine}").status == 204
    assert owner.get("/v1/organisation").status == 404
    assert second.get("/v1/organisation").status == 200


def test_a_caretaker_sees_the_named_properties_and_nothing_else(owner: Client, new_phone: NewPhone) -> None:
    houses = [owner.post("/v1/properties", {"name": name}).json["id"] for name in ("Mwangaza Court", "Pendo Flats")]
    units = [
        owner.post("/v1/units", {"property_id": house, "name": "A1", "type": "shop", "rent": "9000"}).json["id"]
        for house in houses
    ]
    caretaker, member_id = join(owner, new_phone(), "caretaker", properties=houses[:1])
    assert [each["id"] for each in caretaker.get("/v1/properties").json["items"]] == houses[:1]
    assert [each["id"] for each in caretaker.get("/v1/units").json["items"]] == units[:1]
    assert caretaker.get(f"/v1/units?property_id={houses[1]}").json["items"] == []
    assert [caretaker.get(f"/v1/properties/{house}").status for house in houses] == [200, 404]
    assert [caretaker.get(f"/v1/units/{unit}").status for unit in units] == [200, 404]
    assert owner.patch(f"/v1/members/{member_id}", {"properties": houses[1:]}).status == 200
    assert [caretaker.get(f"/v1/units/{unit}").status for unit in units] == [404, 200]
    # A caretaker of no property sees none, and not all.
    assert owner.patch(f"/v1/members/{member_id}", {"properties": []}).status == 200
    assert caretaker.get("/v1/units").json["items"] == []


def test_only_a_caretaker_is_held_to_properties_and_only_to_the_organisations_own(
    owner: Client, new_phone: NewPhone
) -> None:
    house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
    told = {"phone": new_phone(), "name": "Otieno"}
    assert owner.post("/v1/members", {**told, "role": "manager", "properties": [house]}).status == 422
    stranger = Client(new_phone())
    stranger.organisation_id = stranger.post("/v1/organisations", {"name": "B", "person_name": "B"}).json["id"]
    answer = stranger.post("/v1/members", {**told, "role": "caretaker", "properties": [house]})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "properties")
    caretaker, member_id = join(owner, new_phone(), "caretaker", properties=[house])
    assert owner.patch(f"/v1/members/{member_id}", {"role": "manager"}).json["properties"] == []
    assert caretaker.get("/v1/owners").status == 200


def test_who_did_what_is_kept_without_what_was_said(owner: Client, new_phone: NewPhone) -> None:
    phone = new_phone()
    member, member_id = join(owner, phone, "manager")
    made = member.post("/v1/owners", {"name": "Wanjiku Kamau", "phone": "0712345678"})
    member.patch(f"/v1/owners/{made.json['id']}", {"name": "Wanjiku Njeri"}, made.etag)
    member.post("/v1/owners", {"name": ""})  # nothing was done, so nothing is kept
    answer = owner.get("/v1/audit-events")
    events = answer.json["items"]
    assert [(each["subject"], each["field_names"]) for each in events[:3]] == [
        (f"PATCH /v1/owners/{made.json['id']}", ["name"]),
        ("POST /v1/owners", ["name", "phone"]),
        ("POST /v1/members", ["name", "phone", "role"]),
    ]
    assert events[0]["member_id"] == member_id
    assert events[1]["request_id"] == made.headers["X-Request-Id"]
    for personal in ("Wanjiku", "Otieno", "712345678", phone.removeprefix("+254")):
        assert personal not in answer.text
    assert member.get("/v1/audit-events").status == 403


def test_one_with_a_number_of_another_country_founds_an_organisation() -> None:
    phone = f"+49{uuid.uuid4().int % 10**13:013d}"
    person = Client(phone)
    assert person.post("/v1/organisations", {"name": "Acme Homes", "person_name": "Amina"}).status == 201
    assert [each["phone"] for each in person.get("/v1/members").json["items"]] == [phone]


def at_once(resources: Resources, work: Callable[[Connection], object]) -> None:
    """Do ``work`` twice, the second time begun before the first has committed."""
    with ThreadPoolExecutor(1) as other:
        with resources.writing() as db:
            work(db)
            second = other.submit(resources.transact, work)
            wait([second], timeout=0.3)
        second.result(timeout=20)


def test_one_person_may_found_two_organisations_at_once(
    resources: Resources, clock: ManualClock, new_phone: NewPhone
) -> None:
    phone = new_phone()
    at_once(resources, lambda db: found_organisation(db, phone, name="A", person_name="Amina", now=clock.now()))
    assert len(Client(phone).get("/v1/me").json["memberships"]) == 2


def test_of_two_invitations_of_one_number_at_once_the_second_is_a_conflict(
    owner: Client, resources: Resources, clock: ManualClock, new_phone: NewPhone
) -> None:
    new = NewMember(new_phone(), "Otieno", "manager")
    mine = uuid.UUID(owner.organisation_id)
    with pytest.raises(Conflict):
        at_once(resources, lambda db: members.invite_member(context(db, mine, now=clock.now()), new))
    assert len(owner.get("/v1/members").json["items"]) == 2
