"""A receipt that is being handed over while its payment is reversed: told and taken back, or never told."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from chalicelib import payments
from chalicelib.delivery import dispatch_runner
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.messaging import messages
from tests.contexts import context
from tests.service.payments.test_notifications import Told

HEAD_START_S = 0.3


@pytest.fixture
def books(resources: Resources) -> Iterator[Told]:
    made = Told.found(resources)
    yield made
    assert made.broken() == []


def told(books: Told) -> list[tuple[str, str]]:
    query = select(messages.c.kind, messages.c.status).where(messages.c.organisation_id == books.organisation_id)
    with books.resources.reading() as db:
        return [tuple(row) for row in db.execute(query.order_by(messages.c.id))]


def meanwhile(work: Callable[[], object]) -> threading.Thread:
    """Begin ``work`` in a thread, which gets as far as it can by itself."""
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(HEAD_START_S)
    return thread


def test_a_reversal_waits_for_the_dispatcher_and_then_is_told(books: Told) -> None:
    payment = books.pay(books.reach(), 500_00)
    with books.resources.writing() as db:
        dispatch_runner.decide_next_set(db, books.organisation_id, now=books.now)
        reversing = meanwhile(lambda: books.reverse(payment.id))
        assert reversing.is_alive()
    reversing.join()
    assert told(books) == [("receipt", "handed"), ("reversal", "queued")]


def test_what_is_being_reversed_is_not_handed_over(books: Told) -> None:
    payment = books.pay(books.reach(), 500_00)
    with books.resources.writing() as db:
        payments.reverse_payment(context(db, books.organisation_id, **books.at()), payment.id, reason="bounced")
        dispatching = meanwhile(lambda: books.do(dispatch_runner.decide_next_set, now=books.now))
    dispatching.join()
    assert told(books) == [("receipt", "cancelled")]
