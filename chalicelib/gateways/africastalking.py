"""SMS by Africa's Talking.

The API is documented at developers.africastalking.com/docs/sms/sending/bulk. The vendor's SDK sets no time-out, so
this uses HTTP directly, and derives from how far a call got whether the text may have been sent.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from chalicelib.errors import Unavailable
from chalicelib.gateways import africastalking_responses as responses
from chalicelib.gateways import http_post
from chalicelib.gateways.concurrency import run_concurrently
from chalicelib.runtime.ports import NOT_SENT, REFUSED, UNKNOWN, OutgoingText, SendOutcome

CONNECT_TIMEOUT_S = 3
TIMEOUT_S = 10
MAX_NUMBERS = 100  # in one call

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)

log = logging.getLogger("plotihub.gateways.africastalking")


@dataclass(frozen=True, slots=True)
class AfricasTalking:
    base_url: str
    username: str
    api_key: Callable[[], str]  # called for each batch; may raise Unavailable
    sender_name: str = ""  # default for organisations without one; empty: the vendor's
    timeout_s: float = TIMEOUT_S

    def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        sendable = [index for index, text in enumerate(texts) if _NUMBER.fullmatch(text.to)]
        outcomes = dict.fromkeys(range(len(texts)), SendOutcome(REFUSED, permanent=True, reason="invalid_number"))
        calls = list(_group_into_calls(texts, sendable))
        for call, call_outcomes in zip(
            calls, self._send_all([[texts[index] for index in call] for call in calls]), strict=True
        ):
            outcomes.update(zip(call, call_outcomes, strict=True))
        return [outcomes[index] for index in range(len(texts))]

    def _send_all(self, calls: list[list[OutgoingText]]) -> list[list[SendOutcome]]:
        try:
            key = self.api_key()
        except Unavailable as error:
            log.error("africastalking.no_api_key: API key not available", extra={"why": error.detail})
            return [[SendOutcome(NOT_SENT, reason="no_api_key")] * len(call) for call in calls]
        if not key or not self.username:
            log.error(
                "africastalking.not_configured: set AFRICASTALKING_USERNAME and AFRICASTALKING_API_KEY or its parameter"
            )
            return [[SendOutcome(REFUSED, reason="no_api_key")] * len(call) for call in calls]
        return run_concurrently(lambda call: self._send_one(key, call), calls)

    def _send_one(self, key: str, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        """Make one call for ``texts``, which differ in their numbers only."""
        numbers = [text.to for text in texts]
        form = {
            "username": self.username,
            "to": ",".join(numbers),
            "message": texts[0].text,
            "bulkSMSMode": "1",
            "enqueue": "1",
        }
        sender = texts[0].sender_name or self.sender_name
        if sender:
            form["from"] = sender
        headers = {
            "apiKey": key,
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        try:
            status, body = http_post.post(
                f"{self.base_url}/version1/messaging",
                urlencode(form).encode(),
                headers,
                connect_timeout_s=min(CONNECT_TIMEOUT_S, self.timeout_s),
                timeout_s=self.timeout_s,
            )
        except http_post.Unreachable:
            return [SendOutcome(NOT_SENT, reason="not_reached")] * len(texts)
        except http_post.NoResponse:
            return [SendOutcome(UNKNOWN, reason="no_answer")] * len(texts)
        return responses.parse_outcomes(status, body, numbers)


def _group_into_calls(texts: Sequence[OutgoingText], sendable: Sequence[int]) -> Iterator[list[int]]:
    """Yield the indexes of the texts that go in one call: same text, same sender, different numbers."""
    open_calls: dict[tuple[str, str], list[int]] = {}
    for index in sendable:
        text = texts[index]
        same = (text.text, text.sender_name)
        call = open_calls.get(same)
        if call is not None and (len(call) == MAX_NUMBERS or text.to in {texts[other].to for other in call}):
            yield open_calls.pop(same)
            call = None
        if call is None:
            open_calls[same] = [index]
        else:
            call.append(index)
    yield from open_calls.values()
