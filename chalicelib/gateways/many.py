"""Several calls of a gateway at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MOST_AT_ONCE = 8

Given = TypeVar("Given")
Got = TypeVar("Got")


def at_once(call: Callable[[Given], Got], each: Sequence[Given]) -> list[Got]:
    """Return ``call`` of each, in their order, at most ``MOST_AT_ONCE`` being made at a time."""
    if len(each) <= 1:
        return [call(one) for one in each]
    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(each)), thread_name_prefix="gateway") as threads:
        return list(threads.map(call, each))
