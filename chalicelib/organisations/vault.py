"""Sealing what is personal under a data key of its own for each person or sheet; losing the key forgets it."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import encryption
from chalicelib.errors import NotFound
from chalicelib.organisations import repository
from chalicelib.runtime.ports import KeyWrapper


def seal(
    db: Connection, keys: KeyWrapper, organisation_id: UUID, owner_id: UUID, plain: bytes, *, now: dt.datetime
) -> bytes:
    """Return ``plain`` sealed under the data key of ``owner_id``, which is made the first time.

    Calls the key keeper, so a use case seals before it takes locks.
    """
    wrapped = repository.find_data_key(db, organisation_id, owner_id)
    if wrapped is None:
        data_key = encryption.new_data_key()
        repository.add_data_key(db, organisation_id, owner_id, keys.wrap(data_key), now)
    else:
        data_key = keys.unwrap(wrapped)
    return encryption.encrypt(data_key, plain, owner_id)


def unseal(db: Connection, keys: KeyWrapper, organisation_id: UUID, owner_id: UUID, sealed: bytes) -> bytes:
    """Return what ``encrypt`` was given.

    Raises:
        NotFound: the key was destroyed, and with it what it sealed.
    """
    wrapped = repository.find_data_key(db, organisation_id, owner_id)
    if wrapped is None:
        raise NotFound("This data has been erased.")
    return encryption.decrypt(keys.unwrap(wrapped), sealed, owner_id)


def destroy_key(db: Connection, organisation_id: UUID, owner_id: UUID) -> None:
    """Destroy the data key of ``owner_id``."""
    repository.destroy_data_key(db, organisation_id, owner_id)
