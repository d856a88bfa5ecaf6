"""E-mail by SES: a message that holds what it was given and nothing more, and what SES's answers come to."""

import email
import json
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.gateways.aws_client import AwsClient
from chalicelib.gateways.ses import SesEmail, build_message
from chalicelib.runtime.ports import OutgoingText, SendOutcome
from tests.gateways.conftest import REGION
from tests.gateways.vendor import Behaviour, Vendor, answering, hang_up, silent

FROM = "Plotihub <rent@plotihub.example>"
AMINA = "amina@example.com"
TEXT = "Habari Amina,\n\nTumepokea KES 15,000 – asante é.\n.\nFrom here on\n" + "x" * 2000
HEADERS = {
    *("From", "To", "Subject", "Message-ID", "Auto-Submitted"),
    *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
}


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_things:
        yield open_things


def outgoing(to: str = AMINA, **more: str) -> OutgoingText:
    return OutgoingText(**{"key": "org:receipt:1", "to": to, "text": TEXT, "subject": "Risiti – RCT-000001", **more})


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def words(message: EmailMessage) -> str:
    """Return the text as a reader sees it: lines end as they do on the wire, the last one too."""
    content: str = message.get_content()
    return content.replace("\r\n", "\n").removesuffix("\n")


def test_a_reader_gets_what_was_written() -> None:
    raw = build_message(outgoing(sender_name="Acme Homes – Nairobi"), FROM).as_bytes()
    message = read(raw)
    assert message["From"].addresses[0].display_name == "Acme Homes – Nairobi"
    assert message["From"].addresses[0].addr_spec == "rent@plotihub.example"
    assert message["To"] == AMINA
    assert message["Subject"] == "Risiti – RCT-000001"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert words(message) == TEXT
    assert message["Auto-Submitted"] == "auto-generated"


def test_it_is_7_bit_in_lines_that_every_server_takes() -> None:
    raw = build_message(outgoing(subject="é" * 150), FROM).as_bytes()
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line for line in lines)


def test_a_repeat_of_the_same_attempt_has_the_same_id() -> None:
    first, again = build_message(outgoing(), FROM), build_message(outgoing(), FROM)
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Message-ID"] != build_message(outgoing(key="org:receipt:2"), FROM)["Message-ID"]
    assert first["Message-ID"].endswith("@plotihub.example>")


@given(subject=st.text(max_size=200), sender_name=st.text(max_size=100), text=st.text(max_size=300))
def test_nothing_typed_begins_a_header(subject: str, sender_name: str, text: str) -> None:
    built = build_message(outgoing(subject=subject, sender_name=sender_name, text=text), FROM)
    message = read(built.as_bytes())
    assert sorted(message.keys()) == sorted(HEADERS)
    assert message["To"] == AMINA
    assert [each.addr_spec for each in message["From"].addresses] == ["rent@plotihub.example"]


@pytest.mark.parametrize(
    "broken", ["a\r\nBcc: thief@example.com", "a\nBcc: thief@example.com", "a\x0b\x1c\u2028Bcc: x"]
)
def test_a_line_break_becomes_a_space(broken: str) -> None:
    message = read(build_message(outgoing(subject=broken, sender_name=broken), FROM).as_bytes())
    assert message["Subject"].startswith("a Bcc: ")
    assert "Bcc" not in message


@pytest.mark.parametrize(
    "address",
    [
        "amina",
        "amina@localhost",
        "amina@example.com, brian@example.com",
        "amina@example.com\r\nBcc: brian@example.com",
        "Amina <amina@example.com>",
        "amina@example.com>",
        "amína@example.com",
        ".amina@example.com",
        "amina.@example.com",
        "amina..k@example.com",
        "",
    ],
)
def test_what_is_no_address_is_never_asked_for(account: pytest.MonkeyPatch, address: str) -> None:
    came = SesEmail(FROM).send([outgoing(address)])
    assert came == [SendOutcome("refused", permanent=True, reason="invalid_address")]


@pytest.mark.parametrize("sender", ["", "Plotihub", "Plotihub <>"])
def test_without_a_sender_it_refuses_and_says_what_to_set(sender: str, caplog: pytest.LogCaptureFixture) -> None:
    assert SesEmail(sender).send([outgoing()] * 2) == [SendOutcome("refused", reason="no_sender_address")] * 2
    assert "EMAIL_FROM" in caplog.text


@pytest.mark.slow
def test_ses_is_given_it(aws: str) -> None:
    import boto3
    from moto.ses.models import ses_backends

    boto3.client("sesv2").create_email_identity(EmailIdentity="rent@plotihub.example")
    came = SesEmail(FROM).send([outgoing(), outgoing("brian@example.com", sender_name="Acme")])
    assert [each.outcome for each in came] == ["sent", "sent"]
    backend: Any = ses_backends["123456789012"][REGION]
    sent = {message.id: message for message in backend.sent_messages}
    first, second = (sent[each.provider_reference] for each in came)
    assert (first.source, set(first.destinations)) == ("rent@plotihub.example", {AMINA})
    assert words(read(first.raw_data.encode())) == TEXT
    assert set(second.destinations) == {"brian@example.com"}
    assert [each.cost_cents for each in came] == [None, None]


@pytest.mark.slow
def test_a_sender_that_ses_does_not_know_is_our_own_matter(aws: str) -> None:
    assert SesEmail("nobody@elsewhere.example").send([outgoing()]) == [SendOutcome("refused", reason="refused")]


def refusing(status: int, code: str, message: str) -> Behaviour:
    body = json.dumps({"__type": code, "message": message}).encode()
    return answering(status, body, "application/json")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (refusing(429, "TooManyRequestsException", "slow down"), SendOutcome("not_sent", reason="busy")),
        (refusing(400, "TooManyRequestsException", "slow down"), SendOutcome("not_sent", reason="busy")),
        (refusing(503, "ServiceUnavailable", ""), SendOutcome("not_sent", reason="busy")),
        (refusing(500, "InternalFailure", ""), SendOutcome("unknown", reason="http_500")),
        (refusing(400, "SendingPausedException", "paused"), SendOutcome("refused", reason="refused")),
        (
            refusing(400, "MessageRejected", f"Email address is not verified: {AMINA}"),
            SendOutcome("refused", reason="refused"),
        ),
        (
            refusing(400, "MessageRejected", "Address blacklisted."),
            SendOutcome("refused", permanent=True, reason="opted_out"),
        ),
        (
            refusing(400, "BadRequestException", "Domain contains illegal character"),
            SendOutcome("refused", permanent=True, reason="invalid_address"),
        ),
        (refusing(400, "BadRequestException", "Bad Raw Message Content"), SendOutcome("refused", reason="refused")),
        (hang_up, SendOutcome("unknown", reason="no_answer")),
        (silent, SendOutcome("unknown", reason="no_answer")),
        (answering(200, b"{}"), SendOutcome("unknown", reason="unreadable_answer")),
        (answering(200, b"<html>"), SendOutcome("unknown", reason="unreadable_answer")),
    ],
)
def test_its_answers_in_our_words(
    stack: ExitStack, account: pytest.MonkeyPatch, behave: Behaviour, expected: SendOutcome
) -> None:
    wire = stack.enter_context(Vendor(behave).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    assert SesEmail(FROM, AwsClient("sesv2", 1, 1)).send([outgoing()]) == [expected]
    assert len(wire.posted) == 1


@pytest.mark.slow
def test_nobody_there_is_not_sent(account: pytest.MonkeyPatch) -> None:
    assert SesEmail(FROM).send([outgoing()]) == [SendOutcome("not_sent", reason="not_reached")]
