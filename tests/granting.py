"""Granting an organisation of a test what it needs, as an operator does."""

from uuid import UUID

from chalicelib import messaging
from chalicelib.messaging.grant_model import GrantLimits
from chalicelib.runtime.resources import Resources
from tests.contexts import context


def grant(
    resources: Resources,
    organisation_id: UUID | str | None,
    limits: GrantLimits | None = None,
    *,
    sender_name: str = "",
) -> None:
    """Grant messaging, and the sender name if one is named."""
    whose, now = UUID(str(organisation_id)), resources.clock.now()
    resources.transact(lambda db: messaging.grant_messaging(context(db, whose, now=now), by="tests", limits=limits))
    if sender_name:
        resources.transact(lambda db: messaging.grant_sender_name(context(db, whose, now=now), sender_name, by="tests"))
