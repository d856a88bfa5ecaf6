"""The simulated provider: receives texts from the API for the phones, and posts what their users do."""

import threading
import time
import uuid
from typing import Any, NamedTuple

from chalicelib.clock import Clock, SystemClock
from local.phone import wire
from local.phone.callbacks import Callbacks, Reporter
from local.phone.store import ANSWERED, FAIL, NO_REPORT, RECEIVED, TIME_OUT, Store

REPORT_AFTER_S = 1.0
SERVICE_CODE = "*384*20880#"
SCREEN_CHARACTERS = 182  # what a network shows of a USSD screen
MAX_SESSIONS = 1000


class NoSession(ValueError):
    """The USSD session has ended, or never was."""


class SendResult(NamedTuple):
    """The response to a request, the delivery reports for it, and whether the sender gets no response at all."""

    answer: dict[str, Any]
    reports: list[dict[str, str]]
    times_out: bool


class Provider:
    def __init__(
        self,
        store: Store,
        callbacks: Callbacks,
        *,
        username: str,
        api_key: str,
        clock: Clock | None = None,
        report_after_s: float = REPORT_AFTER_S,
    ) -> None:
        self.store = store
        self.username, self.api_key = username, api_key
        self.reporter = Reporter(store, callbacks)
        self._callbacks = callbacks
        self._clock = clock or SystemClock()
        self._report_after_s = report_after_s
        self._sessions: dict[str, tuple[str, list[str]]] = {}
        self._lock = threading.Lock()

    def handle_send_request(self, form: dict[str, str]) -> SendResult:
        """Handle one request to send a text.

        Raises:
            wire.InvalidSendRequest: a field is missing.
        """
        request = wire.parse_send_request(form)
        parts = wire.count_parts(request.text)
        results, reports, times_out = [], [], False
        for number in request.numbers:
            fault = self.store.fault_of(number)
            verdict, reference = wire.verdict(number, fault), ""
            if verdict == wire.SENT:
                reference = f"ATXid_{uuid.uuid4().hex}"
                self.store.add(RECEIVED, number, request.sender, request.text, parts, reference, self._clock.now())
                reports += _reports(reference, number, fault)
                times_out = times_out or fault == TIME_OUT
            results.append((number, verdict, reference))
        return SendResult(wire.answer(results, parts), reports, times_out)

    def report(self, reports: list[dict[str, str]]) -> None:
        """Post the delivery reports of the texts, a little later."""
        for report in reports:
            self.reporter.add("delivery", report, after_s=self._report_after_s)

    def send_sms(self, number: str, text: str) -> None:
        """Send an SMS from the phone ``number`` to the API."""
        reference, now = str(uuid.uuid4()), self._clock.now()
        self.store.add(ANSWERED, number, wire.SHORT_CODE, text, wire.count_parts(text), reference, now)
        self.reporter.add("incoming", wire.incoming(reference, number, text, now))

    def dial(self, number: str) -> dict[str, Any]:
        """Begin a USSD session and return its first screen."""
        session = f"ATUid_{uuid.uuid4().hex}"
        with self._lock:
            if len(self._sessions) >= MAX_SESSIONS:
                self._sessions.pop(next(iter(self._sessions)))
            self._sessions[session] = (number, [])
        return self._screen(session, number, [])

    def key_in(self, session: str, number: str, text: str) -> dict[str, Any]:
        """Go on with a session and return its next screen.

        Raises:
            NoSession: there is none of this number.
        """
        with self._lock:
            whose, inputs = self._sessions.get(session, ("", []))
            if whose != number:
                raise NoSession("the session has ended")
            inputs.append(text)
            so_far = list(inputs)
        return self._screen(session, number, so_far)

    def _screen(self, session: str, number: str, inputs: list[str]) -> dict[str, Any]:
        began = time.perf_counter()
        response = self._callbacks.post("ussd", wire.ussd(session, SERVICE_CODE, number, inputs))
        word, text = response.text[:4], response.text[4:]
        ends = word != "CON " or not response.accepted
        problem = "" if response.accepted and word in ("CON ", "END ") else f"the API answered {response.word}"
        if ends:
            with self._lock:
                self._sessions.pop(session, None)
        return {
            "session": None if ends else session,
            "service_code": SERVICE_CODE,
            "text": "Connection problem or invalid MMI code." if problem else text,
            "problem": problem,
            "too_long": len(text) > SCREEN_CHARACTERS,
            "ms": round((time.perf_counter() - began) * 1000),
        }


def _reports(reference: str, number: str, fault: str) -> list[dict[str, str]]:
    if fault == NO_REPORT:
        return []
    if fault == FAIL:
        return [wire.delivery_report(reference, number, "Failed", "DeliveryFailure")]
    return [wire.delivery_report(reference, number, "Success")]
