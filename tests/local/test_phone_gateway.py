"""The application's own gateways against the simulated provider and the emulator's SES: what each fault comes to."""

import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.gateways.africastalking import AfricasTalking
from chalicelib.gateways.ses import SesEmail
from chalicelib.runtime.ports import REFUSED, SENT, UNKNOWN, OutgoingText, SendOutcome
from local import emulator
from local.phone import emails
from tests.local.phones import API_KEY, USERNAME, Phones, Receiver, eventually, phones, receiving
from tests.serving import emulated

A, B = "+254700000001", "+254730000002"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def phone(receiver: Receiver) -> Iterator[Phones]:
    with phones(receiver.url) as running:
        yield running


def send(phone: Phones, *texts: tuple[str, str]) -> list[SendOutcome]:
    gateway = AfricasTalking(phone.url, USERNAME, lambda: API_KEY, "PLOTIHUB", timeout_s=0.5)
    return gateway.send([OutgoingText(f"key-{place}", to, text) for place, (to, text) in enumerate(texts)])


def test_what_is_sent_is_what_the_phone_shows(phone: Phones, receiver: Receiver) -> None:
    text = "Habari, kodi ya £5 – “leo” 😀 & 100%=1;"
    (outcome,) = send(phone, (A, text))
    (got,) = phone.get("/api/received")["items"]
    assert (got["text"], got["other"], got["number"]) == (text, "PLOTIHUB", A)
    assert (outcome.outcome, outcome.parts, outcome.cost_cents) == (SENT, got["parts"], 80)
    assert outcome.provider_reference == got["reference"]
    assert eventually(lambda: receiver.forms("delivery"))[0]["id"] == got["reference"]


def test_a_number_that_is_refused_harms_no_neighbour(phone: Phones) -> None:
    phone.act(A, "fault", kind="refuse")
    refused, sent = send(phone, (A, "Habari"), (B, "Habari"))
    assert (refused.outcome, refused.permanent) == (REFUSED, True)
    assert sent.outcome == SENT


def test_a_time_out_after_sending_is_unknown_and_the_phone_has_it_once(phone: Phones, receiver: Receiver) -> None:
    phone.act(A, "fault", kind="time_out")
    (outcome,) = send(phone, (A, "Habari"))
    assert outcome.outcome == UNKNOWN
    assert [each["text"] for each in phone.get("/api/received")["items"]] == ["Habari"]
    assert eventually(lambda: receiver.forms("delivery"))[0]["phoneNumber"] == A


def test_a_provider_out_of_order_may_be_asked_again(phone: Phones) -> None:
    phone.act(A, "fault", kind="busy")
    (outcome,) = send(phone, (A, "Habari"))
    assert (outcome.outcome, outcome.permanent) == (REFUSED, False)
    phone.act(A, "fault", kind="deliver")
    assert send(phone, (A, "Habari"))[0].outcome == SENT


@pytest.mark.slow
def test_an_email_by_the_emulators_ses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulated() as aws:
        for name, value in aws.environment().items():
            monkeypatch.setenv(name, value)
        gateway = SesEmail(f"Plotihub <{emulator.EMAIL_FROM}>")
        first = OutgoingText("1", "makena@example.com", "Asante kwa malipo ya KES 5.", subject="Risiti")
        outcomes = gateway.send([first, first._replace(key="2", to="barasa@example.com", subject="Ankara – Desemba")])
        assert [outcome.outcome for outcome in outcomes] == [SENT, SENT]
        emails_sent: list[dict[str, Any]] = emails.sent(aws.url)
    assert {each["to"] for each in emails_sent} == {"makena@example.com", "barasa@example.com"}
    assert {each["subject"] for each in emails_sent} == {"Risiti", "Ankara – Desemba"}
    assert {each["text"].strip() for each in emails_sent} == {"Asante kwa malipo ya KES 5."}
    assert all(urllib.parse.quote(emulator.EMAIL_FROM, safe="@") in each["from"] for each in emails_sent)
