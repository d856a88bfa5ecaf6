"""Taking messages back that are no longer true, and sending them where their tenant is reached by now."""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.messaging import signing_rules
from chalicelib.messaging import withdrawal_repository as repository
from chalicelib.messaging.model import DELIVERED, HANDED, SENT, UNKNOWN_STATUS
from chalicelib.messaging.objection_rules import NUMBER_DENIED

ON_THE_WAY = (HANDED, UNKNOWN_STATUS)
MAYBE_TOLD = (*ON_THE_WAY, SENT, DELIVERED)


def withdraw_messages(
    db: Connection, organisation_id: UUID, dedupe_keys: Collection[str], *, reason: str, now: dt.datetime
) -> set[str]:
    """Cancel those of the messages that still wait, and return the keys of those that were told or may have been.

    It waits for a dispatcher that has the messages in hand, and so knows which of the two it is. One that is on
    its way is over too: should it turn out not to have been sent, it is not tried again.
    """
    repository.cancel_keys(db, organisation_id, dedupe_keys, reason, now)
    repository.expire_keys(db, organisation_id, dedupe_keys, ON_THE_WAY, now)
    return repository.keys_in(db, organisation_id, dedupe_keys, MAYBE_TOLD)


def follow_tenant(
    db: Connection,
    organisation_id: UUID,
    tenant_id: UUID,
    *,
    phones: Sequence[str] | None = None,
    language: str | None = None,
    now: dt.datetime,
) -> None:
    """Have the SMS that wait for a tenant go to the first of ``phones``, and speak ``language``; None: as they do.

    A number that the tenant still has is kept, and so is the one that a reply answers; without any the messages are
    cancelled. What has its text already keeps its language.
    """
    if language is not None:
        repository.change_language(db, organisation_id, tenant_id, language)
    if phones:
        # Made for a number that had confirmed its place, and its new reader may not be the tenant.
        for message_id, spoken, text in repository.lock_moving(db, organisation_id, tenant_id, kept=phones):
            if (told := signing_rules.with_objection(text, spoken)) != text:
                repository.change_text(db, organisation_id, message_id, told)
        repository.change_phone(db, organisation_id, tenant_id, phones[0], kept=phones)
    elif phones is not None:
        repository.cancel_texts(db, organisation_id, tenant_id, "no_phone", now)


def withdraw_denied(
    db: Connection, organisation_id: UUID, phone: str, lease_ids: Collection[UUID] | None, *, now: dt.datetime
) -> None:
    """Cancel the SMS that wait for ``phone``, about these leases or (None) about anything: it is not the tenant's."""
    repository.cancel_to(db, organisation_id, phone, lease_ids, NUMBER_DENIED, now)
