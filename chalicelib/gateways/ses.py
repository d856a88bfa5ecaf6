"""E-mail by Amazon SES."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

from chalicelib.gateways import claim_serialization
from chalicelib.gateways.aws_client import AwsClient, send_and_classify
from chalicelib.gateways.concurrency import run_concurrently
from chalicelib.runtime.ports import REFUSED, OutgoingText, SendOutcome

CONNECT_TIMEOUT_S = 3
TIMEOUT_S = 10

# Narrower than RFC 5322 on purpose: no quotes, comments or lists, and ASCII only, as SES requires.
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_WRONG_VALUE = {"BadRequestException", "InvalidParameterValue", "ValidationException"}

log = logging.getLogger("plotihub.gateways.email")


@dataclass(frozen=True, slots=True)
class SesEmail:
    sender: str  # "Name <address>", or an address
    client: AwsClient = field(default_factory=lambda: AwsClient("sesv2", CONNECT_TIMEOUT_S, TIMEOUT_S), repr=False)

    def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        if not _ADDRESS.fullmatch(parseaddr(self.sender)[1]):
            log.error("email.not_configured: set EMAIL_FROM to an address verified in SES")
            return [SendOutcome(REFUSED, reason="no_sender_address")] * len(texts)
        self.client.close_connections()
        return run_concurrently(self._send_one, texts)

    def _send_one(self, text: OutgoingText) -> SendOutcome:
        if not _ADDRESS.fullmatch(text.to):
            return SendOutcome(REFUSED, permanent=True, reason="invalid_address")
        raw = build_message(text, self.sender).as_bytes()

        def send() -> dict[str, Any]:
            return self.client(
                "send_email",
                FromEmailAddress=parseaddr(self.sender)[1],
                Destination={"ToAddresses": [text.to]},
                Content={"Raw": {"Data": raw}},
            )

        return send_and_classify(send, _classify_refusal)


def build_message(text: OutgoingText, sender: str) -> EmailMessage:
    """Return ``text`` as a plain-text e-mail, 7-bit as SES requires.

    Line breaks in the subject or in a name become spaces, so that user input cannot inject a header.
    """
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = Address(_one_line(text.sender_name or name), addr_spec=address)
    message["To"] = Address(addr_spec=text.to)
    message["Subject"] = _one_line(text.subject)
    message["Message-ID"] = f"<{claim_serialization.claim_name(text.key)[:32]}@{address.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses automatic replies
    message.set_content(text.text, charset="utf-8", cte="quoted-printable")
    return message


def _one_line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _classify_refusal(code: str, message: str) -> SendOutcome:
    about_address = "address" in message or "domain" in message
    if code in _WRONG_VALUE and about_address and "verified" not in message:
        return SendOutcome(REFUSED, permanent=True, reason="invalid_address")
    if code == "MessageRejected" and "blacklisted" in message:
        return SendOutcome(REFUSED, permanent=True, reason="opted_out")
    return SendOutcome(REFUSED, reason="refused")
