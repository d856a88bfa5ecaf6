"""SMS by SNS: what is asked, and what its answers come to."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chalicelib.gateways.aws_client import AwsClient
from chalicelib.gateways.sns import Sns
from chalicelib.runtime.ports import OutgoingText, SendOutcome
from tests.gateways.conftest import REGION
from tests.gateways.vendor import Behaviour, Posted, Vendor, answer, answering, hang_up, relaying, silent

pytestmark = pytest.mark.slow

AMINA, BRIAN = "+254712345678", "+254110000002"
TEXT = "Kodi ya Julai imefika: KES 15,000."


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_things:
        yield open_things


def delivered() -> list[tuple[str, str]]:
    """Return number and text of all that the emulator sent."""
    from moto.sns.models import sns_backends

    backend: Any = sns_backends["123456789012"][REGION]
    return list(backend.sms_messages.values())


def test_each_text_goes_to_its_number(aws: str) -> None:
    texts = [OutgoingText(str(place), f"+2547120{place:05d}", f"{TEXT} {place}") for place in range(20)]
    before = len(delivered())
    came = Sns().send(texts)
    assert {each.outcome for each in came} == {"sent"}
    assert len({each.provider_reference for each in came}) == 20
    assert [(each.parts, each.cost_cents) for each in came] == [(0, None)] * 20
    assert sorted(delivered()[before:]) == sorted((text.to, text.text) for text in texts)


def test_it_goes_as_transactional_under_the_sender_s_name(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str
) -> None:
    wire = stack.enter_context(Vendor(relaying(aws)).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    gateway = Sns("PLOTIHUB")
    gateway.send([OutgoingText("1", AMINA, TEXT, sender_name="ACME")])
    gateway.send([OutgoingText("2", AMINA, TEXT)])
    Sns().send([OutgoingText("3", AMINA, TEXT)])
    forms = [set(posted.form.values()) for posted in wire.posted]
    assert {"AWS.SNS.SMS.SenderID", "ACME", "AWS.SNS.SMS.SMSType", "Transactional", AMINA, TEXT} <= forms[0]
    assert {"AWS.SNS.SMS.SenderID", "PLOTIHUB"} <= forms[1]
    assert "AWS.SNS.SMS.SenderID" not in forms[2]


def test_what_is_no_number_is_refused_for_good_and_the_rest_goes(aws: str) -> None:
    came = Sns().send([OutgoingText("1", "+0", TEXT), OutgoingText("2", AMINA, TEXT)])
    assert came[0] == SendOutcome("refused", permanent=True, reason="invalid_number")
    assert came[1].outcome == "sent"


def refusing(status: int, code: str, message: str) -> Behaviour:
    error = f"<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
    return answering(status, f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode(), "text/xml")


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (refusing(400, "Throttled", "Rate exceeded"), SendOutcome("not_sent", reason="busy")),
        (refusing(400, "Throttling", "Rate exceeded"), SendOutcome("not_sent", reason="busy")),
        (refusing(429, "Whatever", ""), SendOutcome("not_sent", reason="busy")),
        (refusing(503, "ServiceUnavailable", ""), SendOutcome("not_sent", reason="busy")),
        (refusing(500, "InternalError", ""), SendOutcome("unknown", reason="http_500")),
        (
            refusing(400, "InvalidParameter", f"Invalid parameter: PhoneNumber Reason: {AMINA} is not valid"),
            SendOutcome("refused", permanent=True, reason="invalid_number"),
        ),
        (
            refusing(400, "InvalidParameter", "Invalid parameter: phone number is opted out"),
            SendOutcome("refused", permanent=True, reason="opted_out"),
        ),
        (refusing(400, "OptedOut", "no"), SendOutcome("refused", permanent=True, reason="opted_out")),
        (
            refusing(400, "InvalidParameterValue", "Invalid parameter: MessageAttributes Reason: SenderID"),
            SendOutcome("refused", reason="refused"),
        ),
        (refusing(403, "AuthorizationError", "not allowed"), SendOutcome("refused", reason="refused")),
        (hang_up, SendOutcome("unknown", reason="no_answer")),
        (silent, SendOutcome("unknown", reason="no_answer")),
        (answering(200, b"no XML", "text/xml"), SendOutcome("unknown", reason="no_answer")),
        (
            answering(200, b"<PublishResponse><PublishResult/></PublishResponse>", "text/xml"),
            SendOutcome("unknown", reason="unreadable_answer"),
        ),
    ],
)
def test_its_answers_in_our_words(
    stack: ExitStack, account: pytest.MonkeyPatch, behave: Behaviour, expected: SendOutcome
) -> None:
    wire = stack.enter_context(Vendor(behave).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    assert Sns(client=AwsClient("sns", 1, 1)).send([OutgoingText("1", AMINA, TEXT)]) == [expected]
    assert len(wire.posted) == 1


def test_no_text_is_trusted_to_a_connection_that_may_have_died(stack: ExitStack, account: pytest.MonkeyPatch) -> None:
    again: list[bytes] = []

    def keep_open(wire: socket.socket, posted: Posted) -> None:
        body = b"<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>"
        wire.sendall(answer(200, body, "text/xml").replace(b"Connection: close\r\n", b""))
        again.extend(iter(lambda: wire.recv(65536), b""))  # what comes over it now is never answered

    wire = stack.enter_context(Vendor(keep_open).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    gateway = Sns(client=AwsClient("sns", 1, 1))
    for _ in range(3):
        assert gateway.send([OutgoingText("1", AMINA, TEXT)]) == [SendOutcome("sent", provider_reference="m")]
    assert (len(wire.posted), again) == (3, [])


def test_nobody_there_is_not_sent(account: pytest.MonkeyPatch) -> None:
    account.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    came = Sns().send([OutgoingText("1", AMINA, TEXT), OutgoingText("2", BRIAN, TEXT)])
    assert came == [SendOutcome("not_sent", reason="not_reached")] * 2


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"])
def test_without_an_account_nothing_is_sent(account: pytest.MonkeyPatch, missing: str) -> None:
    account.delenv(missing)
    assert Sns().send([OutgoingText("1", AMINA, TEXT)]) == [SendOutcome("not_sent", reason="not_reached")]
