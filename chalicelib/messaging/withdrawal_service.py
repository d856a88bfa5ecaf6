"""Taking messages back that are no longer true, and sending them where their tenant is reached by now."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chalicelib.messaging import signing_rules
from chalicelib.messaging import withdrawal_repository as repository
from chalicelib.messaging.model import DELIVERED, HANDED, SENT, UNKNOWN_STATUS
from chalicelib.messaging.objection_rules import NUMBER_DENIED
from chalicelib.runtime.context import Context

IN_FLIGHT = (HANDED, UNKNOWN_STATUS)
MAYBE_SENT = (*IN_FLIGHT, SENT, DELIVERED)


def cancel_messages(ctx: Context, dedupe_keys: Collection[str], *, reason: str) -> set[str]:
    """Cancel those of the messages that still wait, and return the keys of those that were told or may have been.

    It waits for a dispatcher that has the messages in hand, and so knows which of the two it is. One that is on
    its way is over too: should it turn out not to have been sent, it is not tried again.
    """
    repository.cancel_by_keys(ctx, dedupe_keys, reason, ctx.now)
    repository.expire_by_keys(ctx, dedupe_keys, IN_FLIGHT, ctx.now)
    return repository.list_keys_with_status(ctx, dedupe_keys, MAYBE_SENT)


def redirect_messages(
    ctx: Context, tenant_id: UUID, *, phones: Sequence[str] | None = None, language: str | None = None
) -> None:
    """Have the SMS that wait for a tenant go to the first of ``phones``, and speak ``language``; None: as they do.

    A number that the tenant still has is kept, and so is the one that a reply answers; without any the messages are
    cancelled. What has its text already keeps its language.
    """
    if language is not None:
        repository.set_language(ctx, tenant_id, language)
    if phones:
        # Made for a number that had confirmed its place, and its new reader may not be the tenant.
        for message_id, rendered_language, text in repository.lock_rendered_messages(ctx, tenant_id, except_for=phones):
            if (with_hint := signing_rules.with_denial_hint(text, rendered_language)) != text:
                repository.set_text(ctx, message_id, with_hint)
        repository.set_address(ctx, tenant_id, phones[0], except_for=phones)
    elif phones is not None:
        repository.cancel_sms_of_tenant(ctx, tenant_id, "no_phone", ctx.now)


def cancel_messages_to_number(ctx: Context, phone: str, lease_ids: Collection[UUID] | None) -> None:
    """Cancel the SMS that wait for ``phone``, about these leases or (None) about anything: it is not the tenant's."""
    repository.cancel_sms_to_number(ctx, phone, lease_ids, NUMBER_DENIED, ctx.now)
