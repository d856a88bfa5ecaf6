"""SMS by Amazon SNS: the fallback, since it costs several times as much as a local aggregator.

It returns a message id only, neither parts nor cost; and a cost would be in USD.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.gateways.aws_client import AwsClient, send_and_classify
from chalicelib.gateways.concurrency import run_concurrently
from chalicelib.runtime.ports import REFUSED, OutgoingText, SendOutcome

CONNECT_TIMEOUT_S = 3
TIMEOUT_S = 10

_WRONG_VALUE = {"InvalidParameter", "InvalidParameterValue", "ValidationException"}


@dataclass(frozen=True, slots=True)
class Sns:
    sender_name: str = ""  # default for organisations without one; empty: the account's
    client: AwsClient = field(default_factory=lambda: AwsClient("sns", CONNECT_TIMEOUT_S, TIMEOUT_S), repr=False)

    def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        self.client.close_connections()
        return run_concurrently(self._send_one, texts)

    def _send_one(self, text: OutgoingText) -> SendOutcome:
        attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        sender = text.sender_name or self.sender_name
        if sender:
            attributes["AWS.SNS.SMS.SenderID"] = {"DataType": "String", "StringValue": sender}

        def publish() -> dict[str, Any]:
            return self.client("publish", PhoneNumber=text.to, Message=text.text, MessageAttributes=attributes)

        return send_and_classify(publish, _classify_refusal)


def _classify_refusal(code: str, message: str) -> SendOutcome:
    """Distinguish an unreachable number from other refusals; for an invalid value only the message shows it."""
    if code == "OptedOut" or "opted out" in message:
        return SendOutcome(REFUSED, permanent=True, reason="opted_out")
    if code in _WRONG_VALUE and "phone" in message:
        return SendOutcome(REFUSED, permanent=True, reason="invalid_number")
    return SendOutcome(REFUSED, reason="refused")
