"""The simulated provider answers and calls back as Africa's Talking does, and its phones keep what they got."""

import datetime as dt
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.phone import wire
from tests.local.phones import API_KEY, Phones, Receiver, eventually, phones, receiving

A, B = "+254700000001", "+254730000002"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def phone(receiver: Receiver) -> Iterator[Phones]:
    with phones(receiver.url) as running:
        yield running


def test_a_text_to_two_numbers_is_answered_as_recorded(phone: Phones) -> None:
    status, response = phone.send(f"{A},{B}", "Habari")
    assert status == 201
    data = response["SMSMessageData"]
    assert set(data) == {"Message", "Recipients"}
    assert data["Message"] == "Sent to 2/2 Total Cost: KES 1.6000"
    ids = [recipient.pop("messageId") for recipient in data["Recipients"]]
    same = {"statusCode": 101, "status": "Success", "cost": "KES 0.8000", "messageParts": 1}
    assert data["Recipients"] == [{"number": A, **same}, {"number": B, **same}]
    assert len(set(ids)) == 2
    assert all(re.fullmatch("ATXid_[0-9a-f]{32}", each) for each in ids)


def test_the_delivery_report_follows_with_the_id_that_was_told(phone: Phones, receiver: Receiver) -> None:
    _, response = phone.send(B, "Habari")
    report = eventually(lambda: receiver.forms("delivery"))[0]
    reference = response["SMSMessageData"]["Recipients"][0]["messageId"]
    assert report == {
        "id": reference, "status": "Success", "phoneNumber": B, "networkCode": "63903", "retryCount": "0",
    }  # fmt: skip
    assert receiver.got[0][1].startswith("application/x-www-form-urlencoded")
    eventually(lambda: phone.provider.store.thread(B)[0].status == "Success")
    assert phone.provider.store.thread(B)[0].callback == "200"


@pytest.mark.parametrize("changed", [{"key": "another"}, {"key": ""}, {"username": "plotihub"}])
def test_who_has_not_the_key_is_refused(phone: Phones, changed: dict[str, str]) -> None:
    assert phone.send(A, "Habari", **changed) == (401, "The supplied authentication is invalid")
    assert phone.get("/api/received")["items"] == []


def test_a_request_without_a_text_is_refused(phone: Phones) -> None:
    assert phone.send(A, "") == (400, "Request is missing required form field 'message'")


def test_what_a_name_of_the_sender_is_left_out_is_the_providers(phone: Phones) -> None:
    phone.send(A, "Habari", **{"from": ""})
    assert phone.get("/api/received")["items"][0]["other"] == wire.UNKNOWN_SENDER


def test_one_number_of_a_batch_is_refused_and_the_other_gets_it(phone: Phones, receiver: Receiver) -> None:
    phone.act(A, "fault", kind="refuse")
    _, response = phone.send(f"{A},{B}", "Habari")
    first, second = response["SMSMessageData"]["Recipients"]
    assert (first["statusCode"], first["status"], first["messageId"]) == (403, "InvalidPhoneNumber", "None")
    assert second["statusCode"] == 101
    assert [each["number"] for each in phone.get("/api/received")["items"]] == [B]
    assert [form["phoneNumber"] for form in eventually(lambda: receiver.forms("delivery"))] == [B]


def test_what_is_no_number_is_refused(phone: Phones) -> None:
    _, response = phone.send("0712345678", "Habari")
    assert response["SMSMessageData"]["Recipients"][0]["statusCode"] == 403


def test_a_provider_that_is_out_of_order_takes_nothing(phone: Phones) -> None:
    phone.act(A, "fault", kind="busy")
    _, response = phone.send(A, "Habari")
    assert response["SMSMessageData"]["Recipients"][0]["statusCode"] == 500
    assert phone.get("/api/received")["items"] == []


def test_a_time_out_after_taking_it_delivers_once_and_reports_when_the_sender_has_gone(
    phone: Phones, receiver: Receiver
) -> None:
    phone.act(A, "fault", kind="time_out")
    body = f"username=sandbox&to=%2B{A[1:]}&message=Habari".encode()
    head = f"POST /version1/messaging HTTP/1.1\r\nHost: localhost\r\napiKey: {API_KEY}\r\n"
    with socket.create_connection(("127.0.0.1", int(phone.url.rpartition(":")[2])), timeout=0.5) as wire_out:
        wire_out.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        with pytest.raises(TimeoutError):
            wire_out.recv(1)
        assert [each["text"] for each in phone.get("/api/received")["items"]] == ["Habari"]
        assert receiver.got == []
    report = eventually(lambda: receiver.forms("delivery"))[0]
    assert (report["phoneNumber"], report["status"]) == (A, "Success")


def test_a_failed_report_says_why_and_none_is_sent_where_none_is_wanted(phone: Phones, receiver: Receiver) -> None:
    phone.act(A, "fault", kind="no_report")
    phone.act(B, "fault", kind="fail")
    phone.send(f"{A},{B}", "Habari")
    report = eventually(lambda: receiver.forms("delivery"))[0]
    assert (report["phoneNumber"], report["status"], report["failureReason"]) == (B, "Failed", "DeliveryFailure")
    assert phone.provider.reporter.settle(5)
    assert len(receiver.got) == 1
    assert phone.get(f"/api/numbers/{A}/thread")["items"][0]["status"] == ""


def test_a_report_that_is_not_taken_comes_again(phone: Phones, receiver: Receiver) -> None:
    receiver.answers["delivery"] = [(503, "")]
    phone.send(A, "Habari")
    eventually(lambda: len(receiver.forms("delivery")) == 2)
    first, second = receiver.forms("delivery")
    assert first == second


def test_an_answer_is_posted_as_an_incoming_sms(phone: Phones, receiver: Receiver) -> None:
    phone.act(A, "answer", text="SALIO ya “leo”")
    form = eventually(lambda: receiver.forms("incoming"))[0]
    date, reference = form.pop("date"), form.pop("id")
    assert abs(dt.datetime.fromisoformat(f"{date}+00:00") - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=30)
    assert re.fullmatch("[0-9a-f-]{36}", reference)
    assert form == {
        "from": A, "linkId": "", "text": "SALIO ya “leo”", "to": wire.SHORT_CODE, "cost": "0", "networkCode": "63902",
    }  # fmt: skip
    said = phone.get(f"/api/numbers/{A}/thread")["items"]
    assert [(each["direction"], each["text"]) for each in said] == [("answered", "SALIO ya “leo”")]


def test_a_ussd_session_gathers_what_was_keyed_in(phone: Phones, receiver: Receiver) -> None:
    receiver.answers["ussd"] = [(200, "CON 1. Salio\n2. Risiti"), (200, "CON Kiasi?"), (200, "END Asante")]
    first = phone.act(A, "ussd", session=None)
    assert (first["text"], first["problem"], first["too_long"]) == ("1. Salio\n2. Risiti", "", False)
    phone.act(A, "ussd", session=first["session"], text="2")
    last = phone.act(A, "ussd", session=first["session"], text="500")
    assert (last["text"], last["session"]) == ("Asante", None)
    assert [form["text"] for form in receiver.forms("ussd")] == ["", "2", "2*500"]
    assert {(form["sessionId"], form["phoneNumber"], form["serviceCode"]) for form in receiver.forms("ussd")} == {
        (first["session"], A, "*384*20880#")
    }
    status, _ = phone.post(f"/api/numbers/{A}/ussd", {"session": first["session"], "text": "1"})
    assert status == 404


@pytest.mark.parametrize("answer", [(404, "END no"), (200, "hello"), (200, "<html>")])
def test_what_is_no_screen_ends_the_session(phone: Phones, receiver: Receiver, answer: tuple[int, str]) -> None:
    receiver.answers["ussd"] = [answer]
    response = phone.act(A, "ussd", session=None)
    assert (response["session"], response["text"]) == (None, "Connection problem or invalid MMI code.")
    assert str(answer[0]) in response["problem"]


def test_somebody_elses_session_is_not_to_be_had(phone: Phones, receiver: Receiver) -> None:
    receiver.answers["ussd"] = [(200, "CON 1. Salio")]
    session = phone.act(A, "ussd", session=None)["session"]
    status, _ = phone.post(f"/api/numbers/{B}/ussd", {"session": session, "text": "1"})
    assert status == 404


def test_what_was_got_is_there_after_a_restart(receiver: Receiver, tmp_path: Path) -> None:
    with phones(receiver.url, tmp_path / "phone.sqlite3") as phone:
        phone.send(A, "Habari")
        phone.act(A, "fault", kind="fail")
    with phones(receiver.url, tmp_path / "phone.sqlite3") as phone:
        listed = phone.get("/api/numbers")["items"]
    assert [(each["number"], each["text"], each["unread"], each["fault"]) for each in listed] == [
        (A, "Habari", 1, "fail")
    ]


def test_the_list_tells_the_latest_first_and_what_was_not_read(phone: Phones) -> None:
    for number, text in ((A, "one"), (B, "two"), (A, "three")):
        phone.send(number, text)
    first = phone.get("/api/numbers")
    assert [(each["number"], each["text"], each["unread"]) for each in first["items"]] == [
        (A, "three", 2),
        (B, "two", 1),
    ]
    phone.provider.reporter.settle(5)
    phone.act(A, "seen")
    response = phone.get(f"/api/numbers?version={first['version']}")
    assert {each["number"]: each["unread"] for each in response["items"]} == {A: 0, B: 1}
    assert phone.get(f"/api/numbers?version={response['version']}") == {"version": response["version"]}


def test_another_sites_page_can_neither_read_nor_write(phone: Phones, receiver: Receiver) -> None:
    path = f"/api/numbers/{A}/answer"
    assert phone.post(path, {"text": "x"}, Host="phones.example:8001")[0] == 403
    assert phone.post(path, {"text": "x"}, Content_Type="text/plain")[0] == 415
    assert receiver.got == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/numbers/12/answer", {"text": "x"}, 400),
        (f"/api/numbers/{A}/answer", {"text": ""}, 400),
        (f"/api/numbers/{A}/answer", {"text": 5}, 400),
        (f"/api/numbers/{A}/answer", [], 400),
        (f"/api/numbers/{A}/fault", {"kind": "explode"}, 400),
        (f"/api/numbers/{A}/nothing", {}, 404),
        ("/api/nothing", {}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(phone: Phones, path: str, body: object, status: int) -> None:
    assert phone.post(path, body)[0] == status


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("x" * 152 + "€" * 5, 2),  # the sign that would be torn apart goes into the second
        ("“" * 70, 1),
        ("“" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("", 1),
    ],
)
def test_parts_are_counted_as_the_networks_do(text: str, parts: int) -> None:
    assert wire.count_parts(text) == parts
