"""Run gateway calls concurrently."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MAX_CONCURRENT = 8

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def run_concurrently(call: Callable[[Argument], Result], arguments: Sequence[Argument]) -> list[Result]:
    """Return the results of ``call``, in argument order, with at most ``MAX_CONCURRENT`` calls at a time."""
    if len(arguments) <= 1:
        return [call(argument) for argument in arguments]
    with ThreadPoolExecutor(min(MAX_CONCURRENT, len(arguments)), thread_name_prefix="gateway") as threads:
        return list(threads.map(call, arguments))
