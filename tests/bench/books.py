"""A private MariaDB with a made book in it, and somebody who is signed in to the large organisation."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import app  # noqa: F401 - fills the registries: a process of its own works tasks and renders reminders
from chalicelib import bootstrap, config
from chalicelib.runtime.resources import Resources
from chalicelib.storage.migrate import upgrade
from tests import databases
from tests.api.client import Client
from tests.bench import data


@contextmanager
def server(buffer_pool_mb: int = 1024) -> Iterator[databases.Server]:
    started = databases.start(
        buffer_pool_mb=buffer_pool_mb,
        options=("--innodb-flush-log-at-trx-commit=2", "--innodb-log-file-size=1G", "--skip-log-bin"),
    )
    try:
        yield started
    finally:
        started.stop()


def make(on: databases.Server, name: str, book: data.Book, *, deep_months: int = 0) -> str:
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
