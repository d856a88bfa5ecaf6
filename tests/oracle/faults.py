"""Faults that are planted for a test, to see that it would find them.

The one place where functions of the application are replaced: a check that cannot fail is none, and nothing else shows
that this one can.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from chalicelib.billing import monthly_invoices
from chalicelib.lease_accounts import lease_closing
from chalicelib.payments import revision
from chalicelib.periods import day_in

Fault = Callable[[], AbstractContextManager[None]]


@contextmanager
def fee_not_revised() -> Iterator[None]:
    """A late fee stays as it was charged, whatever comes late."""
    with _replaced(revision, "revise_late_fees", lambda *_: []):
        yield


@contextmanager
def due_before_issue() -> Iterator[None]:
    """What is billed late is due on its due day, before anybody asked for it."""

    def due_on(period: dt.date, due_day: int, starts_on: dt.date, issued_on: dt.date) -> dt.date:
        return max(day_in(period, due_day), starts_on)

    with _replaced(monthly_invoices, "due_on", due_on):
        yield


@contextmanager
def last_month_forgotten() -> Iterator[None]:
    """A lease that ends is not billed for the months that no run has billed."""
    with _replaced(lease_closing, "_bill_remaining_months", lambda *_: None):
        yield


@contextmanager
def _replaced(module: Any, name: str, fault: Callable[..., Any]) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, fault)
    try:
        yield
    finally:
        setattr(module, name, before)
