"""What is needed of queues, by whoever leaves work for another function."""

from collections.abc import Sequence
from typing import Protocol


class Queues(Protocol):
    """SQS, by what each queue is for.

    "wake" and "heavy": a worker has work, of the short lane and of the heavy one; "send": tell people; "results":
    what came of it.
    """

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        """Put each body (at most 200 kB) on ``queue`` and return, in their order, which of them were taken.

        Raises:
            Unavailable: the queue does not answer, or there is none; some may have been taken all the same.
        """
        ...
