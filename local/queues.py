"""The application's queues on the emulator, and who is called with what lies in them, as Lambda would.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalice import Chalice
from chalice.app import SQSEventConfig
from chalice.local import LambdaContext

QUEUES = ("wake", "heavy", "send", "results")
ACCOUNT = "123456789012"  # moto's
VISIBILITY_TIMEOUT_S = 30  # a message that was given to a function and not deleted; one function works at a time
MAX_RECEIVES = 5  # then it goes to the dead-letter queue
WAIT_S = 1  # for a message to come; also how long an end may have to wait
RETRY_S = 2.0  # after the queue itself did not answer
LAMBDA_LIMIT_MS = 900_000

log = logging.getLogger("plotihub.runner")


def queue_url(aws_url: str, queue: str) -> str:
    return f"{aws_url}/{ACCOUNT}/plotihub-{queue}"


def environment(aws_url: str) -> dict[str, str]:
    """Return the variables that name the queues to the application."""
    return {f"{queue.upper()}_QUEUE_URL": queue_url(aws_url, queue) for queue in QUEUES}


def make_queues(sqs: Any) -> None:
    """Make each queue and its dead-letter queue in the fresh emulator that ``sqs`` is a client of."""
    for queue in QUEUES:
        name = f"plotihub-{queue}"
        dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES})
        attributes = {"VisibilityTimeout": str(VISIBILITY_TIMEOUT_S), "RedrivePolicy": redrive}
        sqs.create_queue(QueueName=name, Attributes=attributes)


def length(sqs: Any, url: str) -> int:
    """Return how many messages the queue has, including those received but not deleted."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(answer[name]) for name in names)


@dataclass(frozen=True, slots=True)
class Consumer:
    """A function of the application, and the queue that calls it."""

    name: str
    queue: str
    url: str
    batch_size: int
    handler: Callable[[dict[str, Any], Any], Any]
    sqs: Any

    def work_once(self, *, wait_s: int = 0) -> int:
        """Give the function what lies in the queue, at most one batch; return how many messages that was.

        Messages that it reports as failed stay and are redelivered; so are all of them if it raises.
        """
        options = {
            "MaxNumberOfMessages": min(self.batch_size, 10),
            "WaitTimeSeconds": wait_s,
            "AttributeNames": ["All"],
        }
        messages = self.sqs.receive_message(QueueUrl=self.url, **options).get("Messages", [])
        if not messages:
            return 0
        failed = self._call(messages)
        done = [message for message in messages if message["MessageId"] not in failed]
        if done:
            entries = [{"Id": str(place), "ReceiptHandle": each["ReceiptHandle"]} for place, each in enumerate(done)]
            self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
        return len(messages)

    def keep_working(self, stopped: threading.Event) -> None:
        """Work until ``stopped``; a queue that does not answer is polled again."""
        from botocore.exceptions import BotoCoreError, ClientError

        while not stopped.is_set():
            try:
                self.work_once(wait_s=WAIT_S)
            except (BotoCoreError, ClientError):
                if not stopped.wait(RETRY_S):
                    log.exception("local.queue.unavailable: a queue did not answer", extra={"function": self.name})

    def _call(self, messages: list[dict[str, Any]]) -> set[str]:
        """Return the ids of the messages that are to come again."""
        ids = {message["MessageId"] for message in messages}
        try:
            answer = self.handler(event_of(self.queue, messages), LambdaContext(self.name, 1769, LAMBDA_LIMIT_MS))
            failed = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", [])}
        except Exception:
            log.exception(
                "local.queue.error: a function called by a queue raised an exception", extra={"function": self.name}
            )
            return ids
        if failed:
            log.warning(
                "local.queue.redelivery: messages will be delivered again",
                extra={"function": self.name, "count": len(failed)},
            )
        return ids if failed - ids else failed  # an id that is not of the batch fails all of it, as in AWS


def consumers_of(app: Chalice, urls: Mapping[str, str], sqs: Any) -> list[Consumer]:
    """Return the functions of ``app`` that a queue calls; ``urls`` has the address of each queue.

    Raises:
        ValueError: one waits for a queue that is not here.
    """
    return [
        Consumer(source.name, queue, urls[queue], source.batch_size, app.handler_map[source.name], sqs)
        for source in app.event_sources
        if isinstance(source, SQSEventConfig)
        for queue in (_queue_of(source, urls),)
    ]


def _queue_of(source: SQSEventConfig, urls: Mapping[str, str]) -> str:
    named = re.fullmatch(r"\$\{var\.(\w+)_queue_arn\}", source.queue_arn or "")
    if named is None or named[1] not in urls:
        raise ValueError(f"{source.name} waits for a queue that is not here: {source.queue_arn or source.queue}")
    return named[1]


def event_of(queue: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the event that Lambda makes of received messages."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:plotihub-{queue}",
                "awsRegion": "eu-west-1",
            }
            for message in messages
        ]
    }
