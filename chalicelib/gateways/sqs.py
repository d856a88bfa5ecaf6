"""Queues of Amazon SQS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsCallFailed, AwsClient, AwsNoResponse, AwsUnreachable

TIMEOUT_S = 2  # a request waits for this, and workers also poll by themselves
MAX_BATCH_ENTRIES = 10
MAX_BATCH_BYTES = 256 * 1024  # SQS now accepts 1 MiB; 256 KiB was its limit, and is that of local emulators
MAX_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class SqsQueues:
    urls: Mapping[str, str]  # by purpose
    client: AwsClient = field(default_factory=lambda: AwsClient("sqs", TIMEOUT_S, TIMEOUT_S), repr=False)

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        url = self.urls.get(queue)
        if not url:
            raise Unavailable(f"There is no queue {queue}.")
        accepted: list[bool] = []
        for batch in _batches(bodies):
            try:
                accepted += self._send_batch(url, batch)
            except AwsCallFailed as error:
                if not accepted:
                    raise Unavailable(f"The queue {queue} does not answer.") from error
                break  # reported as not accepted, and sent again
        return accepted + [False] * (len(bodies) - len(accepted))

    def _send_batch(self, url: str, bodies: Sequence[str]) -> list[bool]:
        entries = [{"Id": str(index), "MessageBody": body} for index, body in enumerate(bodies)]
        try:
            answer = self.client("send_message_batch", QueueUrl=url, Entries=entries)
        except (AwsUnreachable, AwsNoResponse):
            # Most often an idle connection that died while the function was frozen. Sending a body twice is harmless:
            # SQS itself may deliver one twice, and consumers must handle that.
            answer = self.client("send_message_batch", QueueUrl=url, Entries=entries)
        accepted = {entry["Id"] for entry in answer.get("Successful", ())}
        return [entry["Id"] in accepted for entry in entries]


def _batches(bodies: Sequence[str]) -> Iterator[list[str]]:
    """Yield the bodies in order, in batches as large as SQS accepts.

    Raises:
        ValueError: one is larger than the port allows.
    """
    batch: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if length > MAX_BYTES:
            raise ValueError(f"a queue takes bodies of at most {MAX_BYTES} bytes")
        if batch and (len(batch) == MAX_BATCH_ENTRIES or size + length > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body)
        size += length
    if batch:
        yield batch
