"""Column types that behave the same on SQLite and on MySQL."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, SafeUUID

from sqlalchemy import BINARY, BigInteger, DateTime, Dialect, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine


class Id(TypeDecorator[UUID]):
    """A UUID as 16 bytes, which InnoDB stores in order of creation, since UUIDv7 ascends."""

    impl = BINARY(16)
    cache_ok = True

    @property
    def python_type(self) -> type[UUID]:
        return UUID

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        return None if value is None else _make_uuid(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], UUID | None]:
        """Return a function from bytes to UUID with one call for each value: a page has a hundred or more."""
        return lambda value: None if value is None else _make_uuid(value)


def _make_uuid(raw: bytes) -> UUID:
    """Return ``UUID(bytes=raw)`` at a third of its cost: the constructor handles seven kinds of argument."""
    uuid = object.__new__(UUID)
    object.__setattr__(uuid, "int", int.from_bytes(raw))
    object.__setattr__(uuid, "is_safe", SafeUUID.unknown)
    return uuid


class Instant(TypeDecorator[dt.datetime]):
    """An instant with microseconds: aware UTC in Python, naive UTC in the database."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[dt.datetime]:
        return dt.datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name not in ("mysql", "mariadb"):
            return dialect.type_descriptor(DateTime())
        from sqlalchemy.dialects.mysql import DATETIME  # imports every MySQL driver: slow at a cold start

        return dialect.type_descriptor(DATETIME(fsp=6))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must say its time zone")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class Blob(TypeDecorator[bytes]):
    """Bytes, up to 16 MB."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name not in ("mysql", "mariadb"):
            return dialect.type_descriptor(LargeBinary())
        from sqlalchemy.dialects.mysql import MEDIUMBLOB

        return dialect.type_descriptor(MEDIUMBLOB())


Cents = BigInteger
Phone = String(16)  # E.164: "+" and at most fifteen digits; a member need not have a Kenyan number
