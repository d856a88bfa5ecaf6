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

from chalicelib.gateways import claims
from chalicelib.gateways.aws import Client, outcome_of_sending
from chalicelib.gateways.many import at_once
from chalicelib.runtime.ports import REFUSED, Outcome, Outgoing

CONNECT_TIMEOUT_S = 3
TIMEOUT_S = 10

# Narrower than RFC 5322 on purpose: no quotes, no comments, no lists, and ASCII only, as SES wants it.
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_WRONG_VALUE = {"BadRequestException", "InvalidParameterValue", "ValidationException"}

log = logging.getLogger("plotihub.gateways.email")


@dataclass(frozen=True, slots=True)
class Email:
    sender: str  # "Name <address>", or an address
    client: Client = field(default_factory=lambda: Client("sesv2", CONNECT_TIMEOUT_S, TIMEOUT_S), repr=False)

    def send(self, texts: Sequence[Outgoing]) -> list[Outcome]:
        if not _ADDRESS.fullmatch(parseaddr(self.sender)[1]):
            log.error("EMAIL_FROM has to be set to an address that SES has verified")
            return [Outcome(REFUSED, reason="no_sender_address")] * len(texts)
        self.client.forget_connections()
        return at_once(self._send_one, texts)

    def _send_one(self, text: Outgoing) -> Outcome:
        if not _ADDRESS.fullmatch(text.to):
            return Outcome(REFUSED, permanent=True, reason="invalid_address")
        raw = message_of(text, self.sender).as_bytes()

        def send() -> dict[str, Any]:
            return self.client(
                "send_email",
                FromEmailAddress=parseaddr(self.sender)[1],
                Destination={"ToAddresses": [text.to]},
                Content={"Raw": {"Data": raw}},
            )

        return outcome_of_sending(send, _refusal)


def message_of(text: Outgoing, sender: str) -> EmailMessage:
    """Return ``text`` as an e-mail of plain text, in 7-bit characters as SES asks for.

    A line break in the subject or in a name becomes a space: what a member typed can begin no header.
    """
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = Address(_one_line(text.sender_name or name), addr_spec=address)
    message["To"] = Address(addr_spec=text.to)
    message["Subject"] = _one_line(text.subject)
    message["Message-ID"] = f"<{claims.name_of(text.key)[:32]}@{address.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply is wanted
    message.set_content(text.text, charset="utf-8", cte="quoted-printable")
    return message


def _one_line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _refusal(code: str, told: str) -> Outcome:
    about_address = "address" in told or "domain" in told
    if code in _WRONG_VALUE and about_address and "verified" not in told:
        return Outcome(REFUSED, permanent=True, reason="invalid_address")
    if code == "MessageRejected" and "blacklisted" in told:
        return Outcome(REFUSED, permanent=True, reason="opted_out")
    return Outcome(REFUSED, reason="refused")
