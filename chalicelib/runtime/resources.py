"""What the process works with: the database, the clock, keys, and what reaches the internet. Swapped whole in tests.

Nothing here knows how they are made: ``app.py`` says so once, by ``provide``.
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
    """What functions with a database work with."""

    clock: Clock
    keys: KeyWrapper


@dataclass(frozen=True, slots=True)
class OutboundResources:
    """What a function works with that reaches the internet and has no database."""

    gateways: Mapping[str, Gateway]  # "africastalking", "sns", "email"
    claims: SendClaims
    queues: Queues
    clock: Clock
    codes: CodeOpener | None = None  # none: nobody's codes are sent


@dataclass(frozen=True, slots=True)
class Providers:
    """How the resources are made from the settings; each is called at its first use."""

    resources: Callable[[], Resources]
    outbound: Callable[[], OutboundResources]
    key_copies: Callable[[], KeyCopies | None]  # none on a laptop
    user_pool: Callable[[str], UserPool]


_providers: Providers | None = None
_resources: Resources | None = None
_outbound: OutboundResources | None = None
_lock = threading.Lock()


def provide(providers: Providers) -> None:
    """Say how resources are made in this process."""
    global _providers  # noqa: PLW0603 - the one place where a process keeps what it works with
    _providers = providers


def _provided() -> Providers:
    if _providers is None:
        raise RuntimeError("nothing was provided; import app first, or work in using()")
    return _providers


def get_resources() -> Resources:
    """Return what this process works with, made at first use."""
    global _resources  # noqa: PLW0603
    if _resources is None:
        with _lock:
            if _resources is None:
                _resources = _provided().resources()
    return _resources


def get_outbound() -> OutboundResources:
    """Return what this process reaches the internet with, made at first use."""
    global _outbound  # noqa: PLW0603
    if _outbound is None:
        with _lock:
            if _outbound is None:
                _outbound = _provided().outbound()
    return _outbound


def key_copies() -> KeyCopies | None:
    """Return who keeps copies of issuers' keys; none on a laptop."""
    return _provided().key_copies()


def user_pool(pool_id: str) -> UserPool:
    """Return the user pool of that id, in this Region."""
    return _provided().user_pool(pool_id)


@contextmanager
def using(these: Resources) -> Iterator[Resources]:
    """Work with ``these`` until the block ends."""
    global _resources  # noqa: PLW0603
    before, _resources = _resources, these
    try:
        yield these
    finally:
        _resources = before


@contextmanager
def using_outbound(these: OutboundResources) -> Iterator[OutboundResources]:
    """Reach the internet with ``these`` until the block ends."""
    global _outbound  # noqa: PLW0603
    before, _outbound = _outbound, these
    try:
        yield these
    finally:
        _outbound = before
