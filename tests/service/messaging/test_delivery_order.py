"""Results and reports in every order, each as often as it likes, come to the same end."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner, recovery_runner, result_runner
from chalicelib.delivery.queue_payloads import AttemptOutcome, VendorCallback, serialize_callback, serialize_outcomes
from chalicelib.runtime.ports import SendOutcome
from chalicelib.runtime.resources import Resources
from tests.outbox import NOON, Outbox

UNKNOWN = SendOutcome("unknown", reason="no_answer")
WAYS = ("Submitted", "Sent", "Buffered", "Zigzag")


class Truth(NamedTuple):
    """What really became of one message: what its sender was told, and what the vendor will report."""

    outcome: SendOutcome | None  # None: the sender timed out, and nobody ever hears the reference
    words: tuple[str, ...] = ()
    also_unknown: bool = False  # a repeat of the queue message was told before the outcome was kept

    @property
    def status(self) -> str:
        if self.outcome is not None and self.outcome.outcome != "sent":
            return "failed" if self.outcome.permanent else "queued"
        finals = {"Success": "delivered", "Failed": "failed", "Rejected": "failed"}
        told = [finals[word] for word in self.words if word in finals]
        if told:
            return told[0]
        on_the_way = any(word in WAYS[:3] for word in self.words)
        return "sent" if self.outcome is not None or on_the_way or self.words else "unknown"

    @property
    def day(self) -> tuple[int, int]:
        if self.outcome is not None and self.outcome.outcome != "sent":
            return 0, 0
        told = self.outcome.cost_cents if self.outcome is not None else None
        return 1, 80 if told is None else told


words = st.tuples(st.lists(st.sampled_from(WAYS), max_size=3), st.sampled_from((None, "Success", "Failed", "Rejected")))
reported = words.map(lambda both: (*both[0], *([both[1]] if both[1] else [])))
sent = st.builds(
    lambda cost_cents: SendOutcome("sent", provider_reference="its own", parts=1, cost_cents=cost_cents),
    st.none() | st.integers(0, 500),
)
refused = st.sampled_from([SendOutcome("refused", permanent=True), SendOutcome("refused"), SendOutcome("not_sent")])
truths = (
    st.builds(Truth, sent, reported, st.booleans())
    | st.builds(Truth, refused, st.just(()), st.booleans())
    | st.builds(Truth, st.none(), reported, st.just(False))
)


def bodies_of(organisation_id: UUID, message_id: UUID, address: str, truth: Truth) -> list[str]:
    """Return what the queue of results brings of one message."""
    reference = f"ATX{message_id}"
    outcomes = [truth.outcome or UNKNOWN, *([UNKNOWN] if truth.also_unknown else [])]
    named = [each._replace(provider_reference=reference) if each.outcome == "sent" else each for each in outcomes]
    told = [
        serialize_outcomes("africastalking", [AttemptOutcome(organisation_id, message_id, 1, each)]) for each in named
    ]
    forms = [{"id": reference, "status": word, "phoneNumber": address} for word in truth.words]
    ats = (NOON + dt.timedelta(seconds=place) for place in range(len(forms)))
    return told + [
        serialize_callback(VendorCallback("report", "africastalking", form, at))
        for form, at in zip(forms, ats, strict=True)
    ]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=st.lists(truths, min_size=1, max_size=4), data=st.data())
def test_the_end_is_the_same_in_whatever_order_and_however_often_it_is_told(
    sending: Resources, clock: ManualClock, happened: list[Truth], data: st.DataObject
) -> None:
    clock.at = NOON
    outbox = Outbox.found(sending)
    ids = outbox.texts(len(happened))
    dispatch_runner.dispatch(sending)
    by_id = dict(zip(ids, happened, strict=True))
    bodies = [
        body
        for message_id, truth in by_id.items()
        for body in bodies_of(outbox.id, message_id, str(outbox.message(message_id).address), truth)
    ]
    repeated = data.draw(st.lists(st.sampled_from(bodies), max_size=8))
    for body in data.draw(st.permutations(bodies + repeated)):
        result_runner.handle_result(sending, body)
    clock.at = NOON + dt.timedelta(minutes=11)
    recovery_runner.match_reports_by_phone(sending)

    assert {each: outbox.message(each).status for each in ids} == {each: by_id[each].status for each in ids}
    days = [truth.day for truth in happened]
    assert outbox.day() == (sum(sent for sent, _ in days), sum(cents for _, cents in days))
    assert len(outbox.attempts()) == len(ids)
