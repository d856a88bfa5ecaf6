"""SMS by Africa's Talking.

The wire is described at developers.africastalking.com/docs/sms/sending/bulk. The vendor's own SDK sets no time-out,
so this speaks HTTP itself, and tells from how far a call came whether the text may have been sent.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from chalicelib.errors import Unavailable
from chalicelib.gateways import africastalking_answers as answers
from chalicelib.gateways import posting
from chalicelib.gateways.many import at_once
from chalicelib.runtime.ports import NOT_SENT, REFUSED, UNKNOWN, Outcome, Outgoing

CONNECT_TIMEOUT_S = 3
TIMEOUT_S = 10
MOST_NUMBERS = 100  # in one call

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)

log = logging.getLogger("plotihub.gateways.africastalking")


@dataclass(frozen=True, slots=True)
class AfricasTalking:
    base_url: str
    username: str
    api_key: Callable[[], str]  # asked at each batch; may raise Unavailable
    sender_name: str = ""  # for who has none of its own; empty: the vendor's
    timeout_s: float = TIMEOUT_S

    def send(self, texts: Sequence[Outgoing]) -> list[Outcome]:
        sendable = [place for place, text in enumerate(texts) if _NUMBER.fullmatch(text.to)]
        outcomes = dict.fromkeys(range(len(texts)), Outcome(REFUSED, permanent=True, reason="invalid_number"))
        calls = list(_calls(texts, sendable))
        for call, came in zip(calls, self._send_all([[texts[place] for place in call] for call in calls]), strict=True):
            outcomes.update(zip(call, came, strict=True))
        return [outcomes[place] for place in range(len(texts))]

    def _send_all(self, calls: list[list[Outgoing]]) -> list[list[Outcome]]:
        try:
            key = self.api_key()
        except Unavailable as error:
            log.error("no API key of Africa's Talking: %s", error.detail)
            return [[Outcome(NOT_SENT, reason="no_api_key")] * len(call) for call in calls]
        if not key or not self.username:
            log.error("AFRICASTALKING_USERNAME and AFRICASTALKING_API_KEY or its parameter have to be set")
            return [[Outcome(REFUSED, reason="no_api_key")] * len(call) for call in calls]
        return at_once(lambda call: self._send_one(key, call), calls)

    def _send_one(self, key: str, texts: Sequence[Outgoing]) -> list[Outcome]:
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
            status, body = posting.post(
                f"{self.base_url}/version1/messaging",
                urlencode(form).encode(),
                headers,
                connect_timeout_s=min(CONNECT_TIMEOUT_S, self.timeout_s),
                timeout_s=self.timeout_s,
            )
        except posting.NotReached:
            return [Outcome(NOT_SENT, reason="not_reached")] * len(texts)
        except posting.NoAnswer:
            return [Outcome(UNKNOWN, reason="no_answer")] * len(texts)
        return answers.outcomes_of(status, body, numbers)


def _calls(texts: Sequence[Outgoing], sendable: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of the texts that go in one call: same words, same sender, different numbers."""
    open_calls: dict[tuple[str, str], list[int]] = {}
    for place in sendable:
        text = texts[place]
        same = (text.text, text.sender_name)
        call = open_calls.get(same)
        if call is not None and (len(call) == MOST_NUMBERS or text.to in {texts[other].to for other in call}):
            yield open_calls.pop(same)
            call = None
        if call is None:
            open_calls[same] = [place]
        else:
            call.append(place)
    yield from open_calls.values()
