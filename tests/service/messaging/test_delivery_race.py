"""Results and reports that several functions take at one moment: none is lost, and none is counted twice."""

import random
import threading

import pytest

from chalicelib.delivery import dispatch_runner, result_runner
from chalicelib.delivery.queue_payloads import AttemptOutcome, VendorCallback, serialize_callback, serialize_outcomes
from chalicelib.runtime.ports import SendOutcome
from chalicelib.runtime.resources import Resources
from tests.outbox import NOON, Outbox

pytestmark = pytest.mark.slow
THREADS = 6


def test_results_and_reports_taken_at_one_moment(sending: Resources, outbox: Outbox) -> None:
    ids = outbox.texts(60)
    dispatch_runner.dispatch(sending)
    bodies = []
    for start in range(0, 60, 10):
        told = [
            AttemptOutcome(
                outbox.id, each, 1, SendOutcome("sent", provider_reference=f"ATX{each}", parts=1, cost_cents=100)
            )
            for each in ids[start : start + 10]
        ]
        bodies += [serialize_outcomes("africastalking", told), serialize_outcomes("africastalking", told[::-1])]
    for place, each in enumerate(ids):
        word = "Success" if place % 2 else "Failed"
        form = {"id": f"ATX{each}", "status": word, "phoneNumber": str(outbox.messages()[each].address)}
        bodies += [serialize_callback(VendorCallback("report", "africastalking", form, NOON))] * 2
    failed: list[BaseException] = []

    def take(seed: int) -> None:
        mine = list(bodies)
        random.Random(seed).shuffle(mine)
        try:
            for body in mine:
                result_runner.handle_result(sending, body)
        except BaseException as error:  # noqa: BLE001 - told below, where the test sees it
            failed.append(error)

    threads = [threading.Thread(target=take, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    assert outbox.statuses() == {"delivered": 30, "failed": 30}
    assert outbox.day() == (60, 6_000)
