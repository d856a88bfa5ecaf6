"""What comes back from gateways: what phones send us, and who takes it."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection


class Incoming(NamedTuple):
    """An SMS that a phone sent us."""

    gateway: str
    provider_reference: str
    phone: str  # E.164
    text: str
    received_at: dt.datetime


# Returns the command that the text was taken for, at most 20 characters, or "" where it is none of the taker's.
TakesIncoming = Callable[[Connection, Incoming], str]

incoming_handlers: list[TakesIncoming] = []


def takes_incoming(taker: TakesIncoming) -> TakesIncoming:
    """Register who is asked what an incoming SMS is; the first that knows it takes it.

    It works in the transaction that keeps the SMS, once for each: a repeat of the gateway's or of the queue's
    finds it kept and asks nobody. What it raises undoes the transaction, and the queue brings the SMS again.
    """
    incoming_handlers.append(taker)
    return taker
