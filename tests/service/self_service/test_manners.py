"""What phones may not make us do: answer without end, answer in the night, hear STOP in what is none."""

import datetime as dt

import pytest

from chalicelib.delivery.tracking import IncomingSms
from chalicelib.self_service import jobs
from tests.service.self_service.conftest import House, Phone, texts

DAY = dt.timedelta(days=1)


def test_a_phone_is_answered_twenty_times_a_day(house: House, other: House, phone: Phone) -> None:
    """A machine that answers our answers costs the landlord no more than that; what it asks is done all the same."""
    for each in (house, other):
        each.let(each.tenant(phone.number))
    for _ in range(22):
        assert phone.text("balance") == "balance"
    assert phone.text("STOP") == "stop"
    assert len(house.replies()) == len(other.replies()) == 20
    assert house.opted_out(phone.number)
    phone.now += DAY
    phone.text("balance")
    assert len(house.replies()) == len(other.replies()) == 21


@pytest.mark.parametrize("late", [False, True])
def test_what_lay_on_the_queue_for_hours_is_done_and_not_answered(house: House, phone: Phone, late: bool) -> None:
    house.let(house.tenant(phone.number))
    now = phone.resources.clock.now()
    came_at = now - dt.timedelta(hours=2) * late
    incoming = IncomingSms("africastalking", f"late-{phone.number}", phone.number, "fault no light", came_at)
    assert phone.resources.transact(lambda db: jobs.handle_sms(db, incoming)) == "fault"
    assert len(house.requests()) == 1
    assert [each.expires_at for each in house.replies()] == ([] if late else [now + dt.timedelta(hours=2)])


@pytest.mark.parametrize(
    "text",
    [
        "Acha niulize, kodi ni ngapi?",  # let me ask, how much is the rent?
        "Toka asubuhi hakuna maji",  # there has been no water since the morning
        "Ondoka ni lini? Nataka kuhama",
        "Acha nilipe kesho",
        "STOP sending wrong balances",
        "STOP it, I pay when I can",
        "Stop the water, a pipe has burst",
    ],
)
def test_a_word_that_begins_many_a_sentence_stops_nothing(house: House, phone: Phone, text: str) -> None:
    house.let(house.tenant(phone.number, language="sw"))
    assert phone.text(text) == "unknown"
    assert not house.opted_out(phone.number)
    assert "ACHA" in texts(house.replies())[0]


@pytest.mark.parametrize(
    "text",
    [
        "ACHA", "Acha!", "acha kunitumia ujumbe", "Tafadhali acha", "acha tafadhali", "TOKA 1", "acha sms zote",
        "stop", "please stop", "STOP it please", "Stop sending me this!", "pls. STOP", "UNSUBSCRIBE",
    ],
)  # fmt: skip
def test_who_means_it_is_heard(house: House, phone: Phone, text: str) -> None:
    house.let(house.tenant(phone.number))
    assert phone.text(text) == "stop"
    assert house.opted_out(phone.number)


def test_who_wants_nothing_is_not_taken_back_by_a_sentence(house: House, phone: Phone) -> None:
    house.let(house.tenant(phone.number))
    phone.text("STOP")
    for text in ("Anza kutengeneza bomba", "Start repairing the tap"):
        assert phone.text(text) == "unknown"
    assert house.opted_out(phone.number)
    assert phone.text("please start again") == "start"
    assert not house.opted_out(phone.number)


def test_a_session_s_name_that_another_phone_had_does_not_swallow_a_fault(house: House, phone: Phone) -> None:
    neighbour = Phone(phone.resources, f"{phone.number[:-1]}{9 - int(phone.number[-1])}", phone.now)
    for each in (phone, neighbour):
        house.let(house.tenant(each.number))
    for each in (phone, neighbour, neighbour):
        each.dial("3*no light", "ATUid_reused")
    assert len(house.requests()) == 2


@pytest.mark.parametrize(
    "typed", ["1*0011", "2*00199", "3*0012*dark", "1*001", "1*0000", "1**", "1*1*1*1", "1*-1", "1*²"]
)
def test_no_number_of_many_digits_breaks_a_session(house: House, phone: Phone, typed: str) -> None:
    tenant_id = house.tenant(phone.number)
    for _ in range(3):
        house.let(tenant_id)
    screen = phone.dial(typed)
    assert screen.startswith(("CON ", "END "))
    assert len(screen) <= 160
