"""Cancel messages that are no longer true, and redirect them to a tenant's current number."""

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
    """Cancel those of the messages still queued, and return the keys of those sent or possibly sent.

    Waits for a dispatcher that has locked the messages, and so knows which. A message in flight also expires: if it
    turns out not to have been sent, it is not retried.
    """
    repository.cancel_by_keys(ctx, dedupe_keys, reason, ctx.now)
    repository.expire_by_keys(ctx, dedupe_keys, IN_FLIGHT, ctx.now)
    return repository.list_keys_with_status(ctx, dedupe_keys, MAYBE_SENT)


def redirect_messages(
    ctx: Context, tenant_id: UUID, *, phones: Sequence[str] | None = None, language: str | None = None
) -> None:
    """Redirect a tenant's queued SMS to the first of ``phones``, in ``language``; None: unchanged.

    A number that the tenant still has is kept, and so is the recipient of a reply; without any number the messages are
    cancelled. A stored text keeps its language.
    """
    if language is not None:
        repository.set_language(ctx, tenant_id, language)
    if phones:
        # Rendered for a number with a confirmed lease; the new recipient may not be the tenant.
        for message_id, rendered_language, text in repository.lock_rendered_messages(ctx, tenant_id, except_for=phones):
            if (with_hint := signing_rules.with_denial_hint(text, rendered_language)) != text:
                repository.set_text(ctx, message_id, with_hint)
        repository.set_address(ctx, tenant_id, phones[0], except_for=phones)
    elif phones is not None:
        repository.cancel_sms_of_tenant(ctx, tenant_id, "no_phone", ctx.now)


def cancel_messages_to_number(ctx: Context, phone: str, lease_ids: Collection[UUID] | None) -> None:
    """Cancel queued SMS to ``phone`` about these leases or (None) anything: it is not the tenant's."""
    repository.cancel_sms_to_number(ctx, phone, lease_ids, NUMBER_DENIED, ctx.now)
