"""A private MariaDB with a made book in it, and somebody who is signed in to the large organisation."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import app  # noqa: F401 - fills the registries: a process of its own works tasks and renders reminders
from chalicelib import bootstrap, config
from chalicelib.runtime.resources import Resources
from chalicelib.storage.migrate import upgrade
from tests import databases
from tests.api.client import Client
from tests.bench import data

_shared: ContextVar["Databases | None"] = ContextVar("shared", default=None)


class Databases(Protocol):
    """Where a part makes its databases."""

    def create_database(self, name: str) -> str:
        """Make ``name`` anew and return its address."""
        ...


@contextmanager
def sharing(there: Databases) -> Iterator[None]:
    """Have ``server`` yield what is there already: a test of small sizes need not start one for each part."""
    token = _shared.set(there)
    try:
        yield
    finally:
        _shared.reset(token)


@contextmanager
def server(buffer_pool_mb: int = 1024) -> Iterator[Databases]:
    """Yield a server of the part's own, with a cache of its own, so that no part warms it for another."""
    there = _shared.get()
    if there is not None:
        yield there
        return
    started = databases.start(
        buffer_pool_mb=buffer_pool_mb,
        options=("--innodb-flush-log-at-trx-commit=2", "--innodb-log-file-size=1G", "--skip-log-bin"),
    )
    try:
        yield started
    finally:
        started.stop()


def make(on: Databases, name: str, book: data.Book, *, deep_months: int = 0) -> str:
    """Return the address of a new database that holds ``book``."""
    url = on.create_database(name)
    upgrade(url)
    data.make(url, book, deep_months=deep_months)
    return url


def parts(url: str) -> Resources:
    """Return the parts of an API that works with the database at ``url``, as ``make run`` would make them."""
    settings = replace(config.settings(), database_url=url, database_reader_url=url, key_file=str(Path("/dev/null")))
    return bootstrap.make_resources(settings)


def owner(book: data.Book) -> Client:
    return Client(book.phone, str(data.id_of("organisation", 1)))
