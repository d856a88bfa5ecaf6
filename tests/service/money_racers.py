"""What each process of the money race does; started with ``spawn``, with an engine of its own."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import OperationalError

from chalicelib import leasing, payments
from chalicelib.clock import SystemClock
from chalicelib.errors import Conflict, Invalid, Unavailable
from chalicelib.gateways.key_file import KeyFile
from chalicelib.leasing.model import DepositRefund
from chalicelib.paging import MAX_PAGE_ITEMS, PageRequest
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine
from tests.money import Money

TIMEOUT_S = 60


def books_of(url: str, organisation_id: UUID, property_id: UUID, today: dt.date) -> Money:
    engine = make_engine(url, timeout_s=TIMEOUT_S, pool_size=1)
    keys = KeyFile(str(Path("/dev/null")))
    resources = Resources(writer=engine, reader=engine, clock=SystemClock(), keys=keys)
    return Money(resources, organisation_id, property_id, today)


def race(
    url: str,
    organisation_id: UUID,
    property_id: UUID,
    leases: list[UUID],
    today: dt.date,
    number: int,
    steps: int,
    start: Barrier,
    told: "Queue[tuple[str, Counter[str], int, str]]",
) -> None:
    """Do ``steps`` random things to the leases, and tell what became of them and how much was received in all."""
    chance = random.Random(number)  # the same choices in every run; the order between processes is the race
    books = books_of(url, organisation_id, property_id, today)
    seen: Counter[str] = Counter()
    start.wait(TIMEOUT_S)
    received, trouble = 0, ""
    try:
        for _ in range(steps):
            name, work = chance.choice(WORK)
            try:
                received += work(books, chance, leases)
                seen[name] += 1
            except (Conflict, Invalid):
                seen[f"{name} refused"] += 1
            except (
                Unavailable,
                OperationalError,
            ) as error:  # lost against the others five times over: told, not hidden
                seen[f"{name} given up: {type(error).__name__}"] += 1
    except Exception as error:
        trouble = repr(error)
        raise
    finally:
        told.put((f"racer {number}", seen, received, trouble))


def _pay(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    cents = chance.choice([1_00, 3_333_33, 10_000_00, 25_000_00])
    books.pay(chance.choice(leases), cents)
    return cents


def _pay_with_reference(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    reference = f"FT-{chance.randrange(20)}"  # the processes name the same ones
    books.pay(chance.choice(leases), 2_000_00, method="bank", provider_reference=reference)
    return 2_000_00


def _any_payment(books: Money, chance: random.Random) -> UUID:
    listed = books.do(payments.list_payments, PageRequest(limit=MAX_PAGE_ITEMS), state="matched").items
    if not listed:
        raise Conflict("Nobody has paid yet.")
    return chance.choice(listed[:12]).id  # the newest, which the others also touch


def _reverse(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    payment_id = _any_payment(books, chance)
    return -books.reverse(payment_id).amount_cents


def _allocate(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.allocate(_any_payment(books, chance), chance.choice([None, []]))
    return 0


def _refund(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.refund(_any_payment(books, chance), 1_000_00)
    return 0


def _bill(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.bill(chance.choice([dt.date(2026, 6, 1), dt.date(2026, 7, 1)]))
    return 0


def _invoice(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.invoice(chance.choice(leases), ("water", 700_00), ("damage", 1_500_00))
    return 0


def _credit(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    lines = books.lines(chance.choice(leases))
    if lines:
        line = chance.choice(lines)
        books.credit(line.invoice_id, (line.id, chance.choice([100, 500_00, line.amount_cents])))
    return 0


def _void(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    invoices = books.invoices(chance.choice(leases))
    if invoices:
        books.void(chance.choice(invoices).id)
    return 0


def _deduct(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    lease_id = chance.choice(leases)
    books.deposit(lease_id, 500_00)
    books.deduct(lease_id, 500_00)
    return 0


def _match(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.match(books.pay(None, 1_500_00).id, chance.choice(leases))
    return 1_500_00


def _confirm(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    who = {"role": "caretaker", "within": frozenset({books.property_id})}
    books.confirm(books.pay(chance.choice(leases), 2_500_00, who=who).id)
    return 2_500_00


def _refund_deposit(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    lease_id = chance.choice(leases)
    box = books.payment(_any_payment(books, chance)).channel_id
    books.deposit(lease_id, 700_00, channel_id=box)
    assert box is not None
    refund = DepositRefund("rent", 600_00, books.today, box)
    books.do(leasing.refund_deposit, lease_id, refund, **books.at(), member_id=None)
    return 0


def _transfer(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.transfer(chance.choice(leases), books.today - dt.timedelta(days=chance.randrange(20)), 8_000_00)
    return 0


def _terminate(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.terminate(books.let(9_000_00), books.today)
    return 0


def _close_account(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.close_account(chance.choice(leases))
    return 0


def _close_month(books: Money, chance: random.Random, leases: list[UUID]) -> int:
    books.close_month(dt.date(2026, 6, 1))
    return 0


WORK: tuple[tuple[str, Callable[[Money, random.Random, list[UUID]], int]], ...] = (
    ("pay", _pay),
    ("pay", _pay),
    ("pay with a reference", _pay_with_reference),
    ("reverse", _reverse),
    ("allocate", _allocate),
    ("refund", _refund),
    ("bill", _bill),
    ("invoice", _invoice),
    ("credit", _credit),
    ("void", _void),
    ("deduct", _deduct),
    ("match", _match),
    ("confirm", _confirm),
    ("refund a deposit", _refund_deposit),
    ("transfer", _transfer),
    ("terminate", _terminate),
    ("close an account", _close_account),
    ("close a month", _close_month),
)
