"""Two organisations that share phones, names and references: nothing that one reads changes by the other's acts.

Two worlds live through one history, each on a database of its own: in both the landlord, the holders of the
phones, the vendor and the clock do the same; in one of them another landlord acts too, with the same names,
phones and references. At the end, and now and then before it, the landlord reads everything that there is
to read, and must read the same in both.
"""

import datetime as dt
import hashlib
import itertools
import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from app import app
from chalicelib.access.roles import PUBLIC, SIGNED_IN
from chalicelib.api import OPERATIONS
from chalicelib.clock import ManualClock
from chalicelib.runtime.ports import SENT, OutgoingText, SendOutcome
from chalicelib.runtime.resources import OutboundResources, Resources, get_resources, using, using_outbound
from chalicelib.storage import migrate
from chalicelib.storage.engines import make_engine
from tests import databases
from tests.api.client import Client
from tests.api.estates import query_of
from tests.examples import examples
from tests.granting import grant
from tests.outbox import FakePhones, FakeQueues, make_outbound_resources

TOKEN = "a-token-that-nobody-guesses"
FORM = "application/x-www-form-urlencoded"
FIRST = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
PHONES = st.integers(0, 2)
NAMES = ["Barasa", "Wanjiku", "Achieng"]
SAYINGS = st.sampled_from(
    ["BALANCE", "SALIO", "RECEIPT", "HELP", "Hello there", "STOP", "START", "PLACES", "FAULT tap drips"]
)
EXAMPLES, STEPS = examples(10), 15  # on SQLite; MariaDB does a third of the examples

_numbers = itertools.count(10_000_000)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(slots=True)
class World:
    """A database with a queue and phones that show what came; ``works`` makes this process act in it."""

    resources: Resources
    outside: OutboundResources
    queues: FakeQueues
    phones: FakePhones

    def last_text(self, phone: str) -> str:
        """Return what the phone got last, "" where it got nothing."""
        texts = [each for call in self.phones.calls for each in call if each.to == phone]
        return texts[-1].text if texts else ""

    def works(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(using(self.resources))
        stack.enter_context(using_outbound(self.outside))
        return stack

    def settle(self) -> None:
        """Work every queue until nothing moves any more."""
        functions = {"wake": "wake_workers", "send": "send_messages", "results": "take_results"}
        while any(self.queues.kept.get(name) for name in functions):
            for name, function in functions.items():
                bodies = self.queues.pop(name)
                if bodies:
                    assert app.handler_map[function](_event(bodies), _Context()) == {"batchItemFailures": []}


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def _event(bodies: list[str]) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": str(place), "body": body, "eventSource": "aws:sqs", "receiptHandle": "r", "attributes": {}}
            for place, body in enumerate(bodies)
        ]
    }


@dataclass(slots=True)
class Landlord:
    """Somebody with an organisation, a house, and tenants by the place of their phone."""

    client: Client
    house: str
    leases: dict[int, str]
    tenants: dict[int, str]

    @classmethod
    def found(cls, phone: str, house_name: str) -> "Landlord":
        client = Client(phone)
        client.organisation_id = made(client, "organisations", {"name": "Acme Homes", "person_name": "Amina"})["id"]
        grant(get_resources(), client.organisation_id)
        house = made(client, "properties", {"name": house_name})["id"]
        return cls(client, house, {}, {})

    def let(self, place: int, phone: str, starts_on: dt.date) -> None:
        """Let the unit of that place to the holder of the phone, the first time that it is asked for."""
        if place in self.leases:
            return
        unit = {"property_id": self.house, "name": f"A{place + 1}", "type": "shop", "rent": "9000"}
        tenant = made(self.client, "tenants", {"given_name": NAMES[place], "phones": [phone]})["id"]
        terms = {"unit_id": made(self.client, "units", unit)["id"], "tenants": [tenant], "rent": "9000"}
        lease = made(
            self.client,
            "leases",
            {**terms, "starts_on": starts_on.isoformat(), "billed_from": f"{starts_on:%Y-%m}", "due_day": 5},
        )["id"]
        self.leases[place], self.tenants[place] = lease, tenant


def made(client: Client, path: str, body: Any, **headers: str) -> Any:
    answer = client.post(f"/v1/{path}", body, **headers)
    assert answer.status in (200, 201, 202), f"{path}: {answer.text}"
    return answer.json


class IsolationMachine(RuleBasedStateMachine):
    """``quiet`` and ``busy`` are the worlds; only in ``busy`` the other landlord acts."""

    def __init__(self, worlds: tuple[World, World], clock: ManualClock) -> None:
        super().__init__()
        self.quiet, self.busy = self.worlds = worlds
        self.clock = clock
        self.texts = itertools.count(1)

    @initialize(they_first=st.booleans(), confirmed=st.booleans(), claimed=st.booleans())
    def found(self, they_first: bool, confirmed: bool, claimed: bool) -> None:
        self.clock.at = FIRST
        self.numbers = [_new_phone() for _ in range(3)]
        ours, theirs = _new_phone(), _new_phone()
        self.ours: dict[int, Landlord] = {}
        self.theirs: dict[int, Landlord] = {}
        for world in self.worlds:
            with world.works():
                if they_first:
                    self.theirs[id(world)] = Landlord.found(theirs, "Sunset")
                self.ours[id(world)] = Landlord.found(ours, "Sunrise")
                if not they_first:
                    self.theirs[id(world)] = Landlord.found(theirs, "Sunset")
        for place in (0, 1):
            self.let(place)
            if confirmed:
                self.confirm(place)
            if claimed:
                self.they_let(place)

    # What our landlord does, in both worlds

    @rule(place=PHONES)
    def let(self, place: int) -> None:
        self.both(lambda us: us.let(place, self.numbers[place], self.today.replace(day=1)))

    @rule()
    def bill(self) -> None:
        self.both(lambda us: made(us.client, "bill-runs", {"period": f"{self.today:%Y-%m}"}))

    @rule(place=PHONES, amount=st.sampled_from(["500.00", "9000.00"]))
    def pay(self, place: int, amount: str) -> None:
        reference = f"FT{next(self.texts)}"
        self.both(lambda us: _pay(us, place, amount, self.today, reference))

    @rule(place=PHONES)
    def record_opt_out(self, place: int) -> None:
        self.both(lambda us: us.client.post("/v1/opt-outs", {"phone": self.numbers[place]}))

    @rule()
    def notify_all(self) -> None:
        self.both(_notify)

    # What the holders of the phones do, in both worlds

    @rule(place=PHONES, said=SAYINGS)
    def text(self, place: int, said: str) -> None:
        reference = f"in-{next(self.texts)}"
        self.both(lambda us: _text(self.numbers[place], said, reference))

    @rule(place=PHONES)
    def confirm(self, place: int) -> None:
        """Say that our landlord's place is theirs, whatever number it has in what is offered."""
        reference = f"in-{next(self.texts)}"
        for world in self.worlds:
            with world.works():
                self.pick(world, place, "Sunrise", f"{{number}} A{place + 1}", reference)

    @rule(place=PHONES)
    def deny_theirs(self, place: int) -> None:
        with self.busy.works():
            self.pick(self.busy, place, "Sunset", "NOT ME {number}", f"deny-{next(self.texts)}")

    def pick(self, world: World, place: int, house: str, answer: str, reference: str) -> None:
        """Have the holder answer for the place of that house, where it is offered."""
        phone = self.numbers[place]
        _text(phone, "PLACES", f"{reference}-asks")
        world.settle()
        offered = re.search(rf"^(\d+) Acme Homes, {house}$", world.last_text(phone), re.MULTILINE)
        if offered:
            _text(phone, answer.format(number=offered[1]), f"{reference}-answers")
            world.settle()

    @rule(place=PHONES, typed=st.sampled_from(["", "1", "2", "3*Tap drips", "4*1", "4*2", "0*2"]))
    def dial(self, place: int, typed: str) -> None:
        session = f"ussd-{next(self.texts)}"
        self.both(lambda us: _dial(self.numbers[place], typed, session))

    @rule(days=st.sampled_from([1, 7, 30]))
    def time_passes(self, days: int) -> None:
        self.clock.at += dt.timedelta(days=days)
        self.both(lambda us: _dispatch())

    # What the other landlord does, in one world only

    @rule(place=PHONES)
    def they_let(self, place: int) -> None:
        self.they(lambda them: them.let(place, self.numbers[place], self.today.replace(day=1)))

    @rule()
    def they_bill(self) -> None:
        self.they(lambda them: made(them.client, "bill-runs", {"period": f"{self.today:%Y-%m}"}))

    @rule(place=PHONES, amount=st.sampled_from(["500.00", "9000.00"]), number=st.integers(1, 40))
    def they_pay(self, place: int, amount: str, number: int) -> None:
        self.they(lambda them: _pay(them, place, amount, self.today, f"FT{number}"))

    @rule()
    def they_notify_all(self) -> None:
        self.they(_notify)

    @rule(again=st.booleans())
    def they_opt_out(self, again: bool) -> None:
        self.they(lambda them: _opt_out(them, self.numbers, again))

    @rule(place=PHONES)
    def they_erase(self, place: int) -> None:
        self.they(lambda them: place in them.tenants and them.client.post(f"/v1/tenants/{them.tenants[place]}/erase"))

    @rule()
    def they_invite_us(self) -> None:
        ours = self.ours[id(self.busy)].client.phone
        self.they(lambda them: them.client.post("/v1/members", {"phone": ours, "name": "Amina", "role": "manager"}))

    # What must hold

    @rule()
    def ours_reads_the_same(self) -> None:
        if not hasattr(self, "ours"):
            return
        quiet, busy = (self.read_all(world) for world in self.worlds)
        assert quiet.keys() == busy.keys()
        differing = [
            (path, *_first_difference(answer, busy[path])) for path, answer in quiet.items() if busy[path] != answer
        ]
        assert differing == []

    def teardown(self) -> None:
        self.ours_reads_the_same()

    @property
    def today(self) -> dt.date:
        return self.clock.at.date()

    def both(self, act: Callable[[Landlord], Any]) -> None:
        for world in self.worlds:
            with world.works():
                act(self.ours[id(world)])
                world.settle()

    def they(self, act: Callable[[Landlord], Any]) -> None:
        """Have the other landlord act, and then ours go on, so that a harm has something to show in."""
        with self.busy.works():
            act(self.theirs[id(self.busy)])
            self.busy.settle()
        self.notify_all()
        self.pay(0, "500.00")

    def read_all(self, world: World) -> dict[str, Any]:
        with world.works():
            return read_all(self.ours[id(world)].client, self.today)


def read_all(client: Client, today: dt.date) -> dict[str, Any]:
    """Return what the organisation's owner reads at every address that lists something, ids told by their order."""
    answers: dict[str, Any] = {}
    seen: dict[str, str] = {}
    for operation in OPERATIONS:
        if operation.method != "GET" or "{" in operation.path or operation.may in (PUBLIC, SIGNED_IN):
            continue
        if operation.path == "/v1/jobs":  # what the machine does for everybody
            continue
        answer = client.get(f"{operation.path}?{urlencode(query_of(operation, today))}")
        assert answer.status == 200, f"{operation.path}: {answer.text}"
        told = json.loads(_UUID.sub(lambda found: seen.setdefault(found[0], f"id-{len(seen)}"), answer.text))
        told.pop("next_cursor", None)
        answers[operation.path] = told
    return answers


def _first_difference(one: Any, other: Any, at: str = "") -> tuple[str, Any, Any]:
    """Return where two answers part, and what each has there."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next(_first_difference(one[key], other[key], f"{at}.{key}") for key in one if one[key] != other[key])
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next(_first_difference(*pair, f"{at}[{place}]") for place, pair in pairs if pair[0] != pair[1])
    return at, one, other


def _pay(us: Landlord, place: int, amount: str, today: dt.date, reference: str) -> None:
    if place in us.leases:
        paid = {"method": "bank", "amount": amount, "received_on": today.isoformat(), "lease_id": us.leases[place]}
        assert us.client.post("/v1/payments", {**paid, "provider_reference": reference}).status in (201, 409)


def _notify(us: Landlord) -> None:
    answer = us.client.post("/v1/notices", {"kind": "notice", "text_en": "Water is off.", "price_limit": "100.00"})
    assert answer.status in (202, 409), answer.text  # it may reach nobody


def _opt_out(us: Landlord, numbers: list[str], again: bool) -> None:
    for number in numbers:
        if again:
            us.client.delete(f"/v1/opt-outs/{number}")
        else:
            assert us.client.post("/v1/opt-outs", {"phone": number}).status in (201, 409)


def _text(phone: str, said: str, reference: str) -> None:
    form = {"id": reference, "from": phone, "to": "22395", "text": said, "date": "2026-06-10 12:00:00"}
    path = f"/v1/callbacks/africastalking/{TOKEN}/incoming"
    assert Client(None).post(path, urlencode(form).encode(), Content_Type=FORM).status == 200


def _dial(phone: str, typed: str, session: str) -> None:
    form = {"sessionId": session, "serviceCode": "*384*1#", "phoneNumber": phone, "networkCode": "63902", "text": typed}
    path = f"/v1/callbacks/africastalking/{TOKEN}/ussd"
    assert Client(None).post(path, urlencode(form).encode(), Content_Type=FORM).status == 200


def _dispatch() -> None:
    app.handler_map["wake_workers"](_event([json.dumps({"worker": "messages"})]), _Context())


def _sent(text: OutgoingText) -> SendOutcome:
    return SendOutcome(SENT, provider_reference=str(uuid.uuid4()), parts=1, cost_cents=80)


def _new_phone() -> str:
    return f"+2547{next(_numbers)}"


@pytest.fixture
def two_databases(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Addresses of two migrated databases that hold nothing."""
    if database_kind == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        quiet, busy = (shutil.copyfile(template, tmp_path / name) for name in ("quiet", "busy"))
        yield f"sqlite:///{quiet}", f"sqlite:///{busy}"
        return
    server = request.getfixturevalue("mariadb_url")
    names = [f"isolation_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    for name in names:
        databases.execute(server, f"CREATE DATABASE `{name}`")
        migrate.upgrade(server + name)
    yield server + names[0], server + names[1]
    for name in names:
        databases.execute(server, f"DROP DATABASE `{name}`")


@pytest.fixture
def worlds(
    database_kind: str, request: pytest.FixtureRequest, resources: Resources, clock: ManualClock, tmp_path: Path
) -> Iterator[tuple[World, World]]:
    """Two worlds of one clock."""
    request.getfixturevalue("monkeypatch").setenv("CALLBACK_TOKEN_HASHES", hashlib.sha256(TOKEN.encode()).hexdigest())
    made_worlds = []
    for name, url in zip(("quiet", "busy"), request.getfixturevalue("two_databases"), strict=True):
        engine, queues, phones = make_engine(url), FakeQueues(), FakePhones(_sent)
        folder = tmp_path / f"claims-{name}"
        folder.mkdir()
        outside = make_outbound_resources(folder, clock, queues, africastalking=phones)
        own = replace(resources, writer=engine, reader=engine, queues=queues)
        made_worlds.append(World(own, outside, queues, phones))
    yield made_worlds[0], made_worlds[1]
    for world in made_worlds:
        world.resources.writer.dispose()


@pytest.mark.slow
def test_nothing_that_one_landlord_reads_changes_by_anothers_acts(
    worlds: tuple[World, World], clock: ManualClock, database_kind: str
) -> None:
    """The same history in two worlds, with the other landlord and without."""

    class Machine(IsolationMachine):
        def __init__(self) -> None:
            super().__init__(worlds, clock)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES if database_kind == "sqlite" else EXAMPLES // 3,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
