"""Dispatchers and senders as processes of their own, which a test may kill or set at each other.

    python -m tests.jobs.sending_process dispatch DATABASE_URL FOLDER STOP
    python -m tests.jobs.sending_process send DATABASE_URL FOLDER STOP

The queue is a folder: a body is a file, put there whole or not at all. Each phone is a file that gets a
line for each SMS. ``STOP`` names where the process says "stopped" and waits to be killed: "before_queue",
"after_queue", "in_gateway", "after_gateway"; "never".
"""

import datetime as dt
import os
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner, sending_runner
from chalicelib.gateways.claims_folder import ClaimsFolder
from chalicelib.gateways.key_file import KeyFile
from chalicelib.runtime.ports import SENT, OutgoingText, SendOutcome
from chalicelib.runtime.resources import OutboundResources, Resources
from chalicelib.storage.engines import make_engine
from tests.outbox import NOON

FOREVER_S = 600


class FolderQueues:
    """Queues that other processes see: a file for each body."""

    def __init__(self, folder: Path, stop: Callable[[str], None] = lambda where: None) -> None:
        self.folder, self.stop = folder, stop

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        self.stop("before_queue")
        place = self.folder / queue
        place.mkdir(parents=True, exist_ok=True)
        for body in bodies:
            draft = self.folder / f"{uuid.uuid4()}.draft"
            draft.write_text(body)
            draft.rename(place / f"{time.time_ns()}-{uuid.uuid4()}")
        self.stop("after_queue")
        return [True] * len(bodies)

    def bodies(self, queue: str) -> list[str]:
        """Return what lies on the queue, the oldest first, and leave it there: it may come again."""
        place = self.folder / queue
        return [file.read_text() for file in sorted(place.iterdir())] if place.exists() else []


class FolderPhones:
    """A provider whose phones are files."""

    def __init__(self, folder: Path, stop: Callable[[str], None] = lambda where: None) -> None:
        self.folder, self.stop = folder / "phones", stop

    def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        self.stop("in_gateway")
        self.folder.mkdir(parents=True, exist_ok=True)
        for text in texts:
            with (self.folder / text.to).open("a") as phone:
                phone.write(text.text + "\n")
        self.stop("after_gateway")
        return [SendOutcome(SENT, provider_reference=f"ATX{uuid.uuid4()}", parts=1, cost_cents=80) for _ in texts]

    def came(self) -> dict[str, int]:
        """Return how many SMS each phone got."""
        if not self.folder.exists():
            return {}
        return {file.name: len(file.read_text().splitlines()) for file in self.folder.iterdir()}


def resources_on(url: str, queues: FolderQueues | None, at: dt.datetime = NOON) -> Resources:
    engine = make_engine(url, timeout_s=20)
    return Resources(engine, engine, ManualClock(at), KeyFile("unused.json"), queues=queues)


def outbound_on(
    folder: Path, stop: Callable[[str], None] = lambda where: None, at: dt.datetime = NOON
) -> OutboundResources:
    gateways = {"africastalking": FolderPhones(folder, stop)}
    return OutboundResources(gateways, ClaimsFolder(str(folder / "claims")), FolderQueues(folder), ManualClock(at))


def main(command: str, url: str, folder: Path, stop_at: str) -> None:
    def stop(where: str) -> None:
        if where == stop_at:
            print("stopped", flush=True)
            time.sleep(FOREVER_S)

    print("began", os.getpid(), flush=True)
    if command == "dispatch":
        print("handed", dispatch_runner.dispatch(resources_on(url, FolderQueues(folder, stop))), flush=True)
        return
    outbound = outbound_on(folder, stop)
    done = [sending_runner.send_texts(outbound, body) for body in FolderQueues(folder).bodies("send")]
    print("done", done.count(True), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])
