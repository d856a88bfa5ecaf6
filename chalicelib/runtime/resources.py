"""The process's resources: database, clock, keys and outbound services. Tests replace them as a whole.

How they are built is set once, by ``app.py`` through ``provide``.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from chalicelib.clock import Clock
from chalicelib.runtime.database import Database
from chalicelib.runtime.ports import CodeOpener, Gateway, KeyCopies, KeyWrapper, Queues, SendClaims, UserPool


@dataclass(frozen=True, slots=True)
class Resources(Database):
    """Resources of functions with database access."""

    clock: Clock
    keys: KeyWrapper


@dataclass(frozen=True, slots=True)
class OutboundResources:
    """Resources of functions with internet access and no database."""

    gateways: Mapping[str, Gateway]  # "africastalking", "sns", "email"
    claims: SendClaims
    queues: Queues
    clock: Clock
    codes: CodeOpener | None = None  # None: no sign-in codes are sent


@dataclass(frozen=True, slots=True)
class Providers:
    """Factories of the resources; each is called at first use."""

    resources: Callable[[], Resources]
    outbound: Callable[[], OutboundResources]
    key_copies: Callable[[], KeyCopies | None]  # none on a laptop
    user_pool: Callable[[str], UserPool]
    migrate: Callable[[], str]


_providers: Providers | None = None
_resources: Resources | None = None
_outbound: OutboundResources | None = None
_lock = threading.Lock()


def provide(providers: Providers) -> None:
    """Set the factories of this process."""
    global _providers  # noqa: PLW0603 - the one place where a process keeps its resources
    _providers = providers


def _provided() -> Providers:
    if _providers is None:
        raise RuntimeError("nothing was provided; import app first, or work in using()")
    return _providers


def get_resources() -> Resources:
    """Return this process's resources, built at first use."""
    global _resources  # noqa: PLW0603
    if _resources is None:
        with _lock:
            if _resources is None:
                _resources = _provided().resources()
    return _resources


def get_outbound() -> OutboundResources:
    """Return this process's outbound resources, built at first use."""
    global _outbound  # noqa: PLW0603
    if _outbound is None:
        with _lock:
            if _outbound is None:
                _outbound = _provided().outbound()
    return _outbound


def key_copies() -> KeyCopies | None:
    """Return the store of issuers' key copies; None on a laptop."""
    return _provided().key_copies()


def user_pool(pool_id: str) -> UserPool:
    """Return the user pool of that id, in this Region."""
    return _provided().user_pool(pool_id)


def migrate() -> str:
    """Migrate this process's database to the newest schema and return its version."""
    return _provided().migrate()


@contextmanager
def using(these: Resources) -> Iterator[Resources]:
    """Use ``these`` as the process's resources until the block ends."""
    global _resources  # noqa: PLW0603
    before, _resources = _resources, these
    try:
        yield these
    finally:
        _resources = before


@contextmanager
def using_outbound(these: OutboundResources) -> Iterator[OutboundResources]:
    """Use ``these`` as the process's outbound resources until the block ends."""
    global _outbound  # noqa: PLW0603
    before, _outbound = _outbound, these
    try:
        yield these
    finally:
        _outbound = before
