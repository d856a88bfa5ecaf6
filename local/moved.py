"""The whole application in this process, with a manual clock: schedules, queues, senders, phones.

The queues are the emulator's and the SMS provider is the simulated one behind its socket, so a text takes
the same path as under ``make run``; only the clock advances by hand.
"""

import contextlib
import datetime as dt
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from chalice.local import LambdaContext

from chalicelib import bootstrap, config
from chalicelib.clock import ManualClock
from chalicelib.gateways.africastalking import AfricasTalking
from chalicelib.runtime.ports import Queues
from chalicelib.runtime.resources import OutboundResources, Resources, using, using_outbound
from local import emulator, env, processes, queues, runner
from local.inside import only_warnings
from local.phone.callbacks import Callbacks
from local.phone.provider import Provider
from local.phone.server import PhoneServer
from local.phone.store import Store
from local.server import Server
from local.state import AFRICASTALKING_USERNAME, Home

GIVES_UP_S = 0.3  # the sender's time-out; ten in production, too long to wait for here
REPORTS_COME_IN_S = 30.0


@dataclass(slots=True)
class NotedQueues:
    """Queues that remember which of them received something, so that the others need not be polled."""

    queues: Queues
    _filled: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        accepted = self.queues.send(queue, bodies)
        with self._lock:
            self._filled.add(queue)
        return accepted

    def pop_filled(self) -> set[str]:
        """Return the queues that received something since the last call."""
        with self._lock:
            filled, self._filled = self._filled, set()
        return filled


@dataclass(slots=True)
class Simulation:
    """The application at ``clock``; ``provider`` has the phones."""

    clock: ManualClock
    resources: Resources
    provider: Provider
    phone_url: str
    schedules: list[runner.Schedule]
    consumers: list[queues.Consumer]
    noted: NotedQueues

    def advance_to(self, at: dt.datetime) -> None:
        """Advance the clock to ``at``, a whole minute, run what is due then, and settle. Failures are raised."""
        self.clock.at = at
        for schedule in self.schedules:
            if at.timestamp() % schedule.every_s == 0:
                context = LambdaContext(schedule.name, 1769, runner.LAMBDA_LIMIT_MS)
                schedule.handler(runner.event_at(at, schedule.name), context)
        self.settle()

    def settle(self) -> None:
        """Process the queues until they receive no more and the phones have posted all callbacks.

        Messages that failed stay in their queue, and ``left`` counts them.

        Raises:
            TimeoutError: the phones did not finish in time.
        """
        while True:
            if not self.provider.reporter.settle(REPORTS_COME_IN_S):
                raise TimeoutError("the API does not accept the phones' callbacks")
            filled = self.noted.pop_filled()
            if not filled:
                return
            for consumer in self.consumers:
                while consumer.queue in filled and consumer.work_once():
                    pass

    def left(self) -> dict[str, int]:
        """Return how many messages each queue still has, received or not, and how many are dead letters."""
        urls = {each.queue: each.url for each in self.consumers}
        urls |= {f"{name}-dead": f"{url}-dead" for name, url in urls.items()}
        return {name: queues.length(self.consumers[0].sqs, url) for name, url in urls.items()}


@contextlib.contextmanager
def running(home: Home, aws: emulator.Emulator, clock: ManualClock) -> Iterator[Simulation]:
    """Run it all on the database of ``home``, within its ``settings``, until the block ends."""
    import app

    secrets = home.secrets()
    with contextlib.ExitStack() as stack:
        stack.enter_context(only_warnings())
        api = stack.enter_context(Server(app.app, 0).running())
        provider = Provider(
            Store(home.phone),
            Callbacks(f"{api}/v1/callbacks/africastalking/{secrets.callback_token}"),
            username=AFRICASTALKING_USERNAME,
            api_key=secrets.africastalking_api_key,
            clock=clock,
            report_after_s=0.0,
        )
        phone_url = stack.enter_context(PhoneServer(provider, 0, aws_url=aws.url).running())
        configured = replace(config.settings(), africastalking_url=phone_url)
        outbound = _outbound_resources(configured, clock)
        noted = NotedQueues(outbound.queues)
        resources = replace(bootstrap.make_resources(configured), clock=clock, queues=noted)
        stack.callback(resources.writer.dispose)
        stack.enter_context(using(resources))
        stack.enter_context(using_outbound(replace(outbound, queues=noted)))
        urls = {queue: queues.queue_url(aws.url, queue) for queue in queues.QUEUES}
        consumers = queues.consumers_of(app.app, urls, emulator.client("sqs", aws.url))
        yield Simulation(clock, resources, provider, phone_url, runner.schedules_of(app.app), consumers, noted)


def _outbound_resources(settings: config.Settings, clock: ManualClock) -> OutboundResources:
    outbound = bootstrap.make_outbound_resources(settings)
    impatient = AfricasTalking(
        base_url=settings.africastalking_url,
        username=settings.africastalking_username,
        api_key=lambda: settings.africastalking_api_key,
        sender_name=settings.sms_sender_name,
        timeout_s=GIVES_UP_S,
    )
    return replace(outbound, gateways={**outbound.gateways, "africastalking": impatient}, clock=clock)


@contextlib.contextmanager
def emulated() -> Iterator[emulator.Emulator]:
    """Run the emulator until the block ends."""
    aws, child = emulator.start()
    try:
        yield aws
    finally:
        processes.stop(child)


@contextlib.contextmanager
def settings(home: Home, aws: emulator.Emulator) -> Iterator[None]:
    """Set the environment variables of a run's processes until the block ends."""
    before = dict(os.environ)
    os.environ.update({**env.environment(home, aws), "DATABASE_URL": f"sqlite:///{home.database}"})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
