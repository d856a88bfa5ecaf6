"""Send statements by e-mail, on a member's request."""

import datetime as dt
from uuid import UUID

from chalicelib.errors import Conflict, Invalid
from chalicelib.identity import service as identity
from chalicelib.ids import new_id
from chalicelib.leasing import service as leasing
from chalicelib.messaging import service as messaging
from chalicelib.messaging.model import EMAIL, Message, NewMessage
from chalicelib.reporting.letter_rules import (
    MAX_CHARACTERS,
    StatementAddressee,
    redact_references,
    render_statement_email,
    trim_statement,
)
from chalicelib.reporting.statement_service import get_tenant_statement
from chalicelib.runtime.context import Context

VALID_FOR = dt.timedelta(days=2)


def send_tenant_statement(ctx: Context, tenant_id: UUID, from_on: dt.date | None, to_on: dt.date | None) -> Message:
    """Queue the tenant's current statement as an e-mail in their language, and return the message.

    Raises:
        Conflict: they have no e-mail address.
        Invalid: the days are in the wrong order, or the statement is too long for an e-mail.
        NotFound: the organisation has no such tenant.
    """
    tenant = leasing.get_tenant(ctx, tenant_id)
    if tenant.email is None:
        raise Conflict("The tenant has no e-mail address.", tenant_id=str(tenant_id))
    organisation = identity.get_organisation(ctx.db, ctx.organisation_id)
    # Read from the beginning and trimmed here: one query is consistent, also in a transaction that writes.
    statement = get_tenant_statement(ctx, tenant_id, None, to_on)
    if from_on is not None:
        if from_on > statement.to_on:
            raise Invalid([("from", f"expected a day until {statement.to_on}, the last of the statement")])
        statement = trim_statement(statement, from_on)
    # Redacted: neutral references until the organisation is granted messaging.
    shown_values = messaging.load_templates(ctx).shown_values
    names = shown_values({"tenant": tenant.given_name, "organisation": organisation.name}, tenant.language)
    to = StatementAddressee(names["tenant"], tenant.language, names["organisation"], organisation.currency)
    subject, text = render_statement_email(to, redact_references(statement, shown_values))
    if len(text) > MAX_CHARACTERS:
        raise Invalid([("from", "the statement is too long for an e-mail; choose a later day")])
    email = NewMessage(
        kind="statement",
        dedupe_key=f"statement:{new_id()}",  # a repeated request sends it again
        medium=EMAIL,
        tenant_id=tenant_id,
        address=tenant.email,
        language=tenant.language,
        subject=subject,
        text=text,
        expires_at=ctx.now + VALID_FOR,
        created_by=ctx.actor.member_id,
    )
    (message_id,) = messaging.queue_messages(ctx, [email])
    return messaging.get_message(ctx, message_id)
