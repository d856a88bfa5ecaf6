"""SMS by Amazon SNS: the fallback, since it costs a multiple of a local aggregator.

It answers with a message id only: neither parts nor cost are told, and a cost in USD would not be ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.gateways.aws import Client, outcome_of_sending
from chalicelib.gateways.many import at_once
from chalicelib.runtime.ports import REFUSED, Outcome, Outgoing

CONNECT_TIMEOUT_S = 3
TIMEOUT_S = 10

_WRONG_VALUE = {"InvalidParameter", "InvalidParameterValue", "ValidationException"}


@dataclass(frozen=True, slots=True)
class Sns:
    sender_name: str = ""  # for who has none of its own; empty: the account's
    client: Client = field(default_factory=lambda: Client("sns", CONNECT_TIMEOUT_S, TIMEOUT_S), repr=False)

    def send(self, texts: Sequence[Outgoing]) -> list[Outcome]:
        self.client.forget_connections()
        return at_once(self._send_one, texts)

    def _send_one(self, text: Outgoing) -> Outcome:
        attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        sender = text.sender_name or self.sender_name
        if sender:
            attributes["AWS.SNS.SMS.SenderID"] = {"DataType": "String", "StringValue": sender}

        def publish() -> dict[str, Any]:
            return self.client("publish", PhoneNumber=text.to, Message=text.text, MessageAttributes=attributes)

        return outcome_of_sending(publish, _refusal)


def _refusal(code: str, told: str) -> Outcome:
    """Tell a number that SNS will never reach from a refusal of its own. Of a wrong value only its text says which."""
    if code == "OptedOut" or "opted out" in told:
        return Outcome(REFUSED, permanent=True, reason="opted_out")
    if code in _WRONG_VALUE and "phone" in told:
        return Outcome(REFUSED, permanent=True, reason="invalid_number")
    return Outcome(REFUSED, reason="refused")
