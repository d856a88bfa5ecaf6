"""Taking messages back that are no longer true, and sending them where their tenant is reached by now."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chalicelib.messaging import signing_rules
from chalicelib.messaging import withdrawal_repository as repository
from chalicelib.messaging.model import DELIVERED, HANDED, SENT, UNKNOWN_STATUS
from chalicelib.messaging.objection_rules import NUMBER_DENIED
from chalicelib.runtime.context import Context

ON_THE_WAY = (HANDED, UNKNOWN_STATUS)
MAYBE_TOLD = (*ON_THE_WAY, SENT, DELIVERED)


def withdraw_messages(ctx: Context, dedupe_keys: Collection[str], *, reason: str) -> set[str]:
    """Cancel those of the messages that still wait, and return the keys of those that were told or may have been.

    It waits for a dispatcher that has the messages in hand, and so knows which of the two it is. One that is on
    its way is over too: should it turn out not to have been sent, it is not tried again.
    """
    repository.cancel_keys(ctx, dedupe_keys, reason, ctx.now)
    repository.expire_keys(ctx, dedupe_keys, ON_THE_WAY, ctx.now)
    return repository.keys_in(ctx, dedupe_keys, MAYBE_TOLD)


def follow_tenant(
    ctx: Context, tenant_id: UUID, *, phones: Sequence[str] | None = None, language: str | None = None
) -> None:
    """Have the SMS that wait for a tenant go to the first of ``phones``, and speak ``language``; None: as they do.

    A number that the tenant still has is kept, and so is the one that a reply answers; without any the messages are
    cancelled. What has its text already keeps its language.
    """
    if language is not None:
        repository.change_language(ctx, tenant_id, language)
    if phones:
        # Made for a number that had confirmed its place, and its new reader may not be the tenant.
        for message_id, spoken, text in repository.lock_moving(ctx, tenant_id, kept=phones):
            if (told := signing_rules.with_objection(text, spoken)) != text:
                repository.change_text(ctx, message_id, told)
        repository.change_phone(ctx, tenant_id, phones[0], kept=phones)
    elif phones is not None:
        repository.cancel_texts(ctx, tenant_id, "no_phone", ctx.now)


def withdraw_denied(ctx: Context, phone: str, lease_ids: Collection[UUID] | None) -> None:
    """Cancel the SMS that wait for ``phone``, about these leases or (None) about anything: it is not the tenant's."""
    repository.cancel_to(ctx, phone, lease_ids, NUMBER_DENIED, ctx.now)
