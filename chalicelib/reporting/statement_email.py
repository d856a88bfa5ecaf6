"""Send statements by e-mail, on a member's request."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from chalicelib import leasing, messaging, organisations, portfolio
from chalicelib.errors import Conflict, Invalid
from chalicelib.ids import new_id
from chalicelib.leasing.model import Lease
from chalicelib.leasing.tenant_model import Tenant
from chalicelib.messaging.model import EMAIL, Message, NewMessage
from chalicelib.portfolio.model import Owner
from chalicelib.reporting.model import TENANT, Statement
from chalicelib.reporting.owner_statement_rules import OwnerStatement, render_owner_statement
from chalicelib.reporting.statement_email_rules import (
    MAX_CHARACTERS,
    StatementAddressee,
    redact_references,
    render_statement_email,
    render_table,
    trim_statement,
)
from chalicelib.reporting.statements import get_lease_statement, get_tenant_statement
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
    organisation = organisations.get_organisation(ctx.db, ctx.organisation_id)
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


class _StatementEmail(NamedTuple):
    address: str
    language: str
    subject: str
    text: str


def email_statement(
    ctx: Context, lease_id: UUID, from_on: dt.date | None, to_on: dt.date | None, *, to: str
) -> Message:
    """Queue the lease's statement of those days (None: from the beginning, until today) and return the message.

    Raises:
        Conflict: the recipient has no e-mail address.
        Invalid: the days are in the wrong order, or the statement is too long for an e-mail.
        NotFound: the organisation has no such lease.
    """
    lease = leasing.get_lease(ctx, lease_id)
    # Read from the beginning and cut: one query sees one snapshot, also in a writing transaction.
    statement = get_lease_statement(ctx, lease_id, None, to_on)
    if from_on is not None:
        if from_on > statement.to_on:
            raise Invalid([("since", f"expected a day until {statement.to_on}, the last of the statement")])
        statement = trim_statement(statement, from_on)
    email = (_render_for_tenant if to == TENANT else _render_for_owner)(ctx, lease, statement)
    if len(email.text) > MAX_CHARACTERS:
        raise Invalid([("since", "the statement is too long for an e-mail; choose a later day")])
    new = NewMessage(
        kind="statement",
        dedupe_key=f"statement:{new_id()}",  # a repeated request sends it again
        medium=EMAIL,
        tenant_id=lease.tenant_id,  # also for the owner's: it concerns the tenant, and is erased with them
        lease_id=lease.id,
        property_id=lease.property_id,
        expires_at=ctx.now + VALID_FOR,
        created_by=ctx.actor.member_id,
        **email._asdict(),
    )
    (message_id,) = messaging.queue_messages(ctx, [new])
    return messaging.get_message(ctx, message_id)


def _render_for_tenant(ctx: Context, lease: Lease, statement: Statement) -> _StatementEmail:
    tenant: Tenant = leasing.get_tenant(ctx, lease.tenant_id)
    if tenant.email is None:
        raise Conflict("The tenant has no e-mail address.", tenant_id=str(tenant.id))
    organisation = organisations.get_organisation(ctx.db, ctx.organisation_id)
    shown_values = messaging.load_templates(ctx).shown_values
    names = shown_values({"tenant": tenant.given_name, "organisation": organisation.name}, tenant.language)
    to = StatementAddressee(names["tenant"], tenant.language, names["organisation"], organisation.currency)
    return _StatementEmail(
        tenant.email, tenant.language, *render_statement_email(to, redact_references(statement, shown_values))
    )


def _render_for_owner(ctx: Context, lease: Lease, statement: Statement) -> _StatementEmail:
    owner_id = portfolio.get_property(ctx, lease.property_id).owner_id
    owner: Owner | None = None if owner_id is None else portfolio.get_owner(ctx, owner_id)
    if owner is None or owner.email is None:
        raise Conflict("The property's owner has no e-mail address.", property_id=str(lease.property_id))
    organisation = organisations.get_organisation(ctx.db, ctx.organisation_id)
    shown_values = messaging.load_templates(ctx).shown_values
    names = {
        "owner": owner.name,
        "tenant": lease.tenants[0].name,  # the first tenant only: the message is erased with them
        "unit": lease.unit_name,
        "property": lease.property_name,
        "organisation": organisation.name,
    }
    opening = f"Balance before {statement.from_on:%d/%m/%Y}" if statement.from_on else ""
    about = OwnerStatement(
        **shown_values(names, "en"),
        currency=organisation.currency,
        to_on=statement.to_on,
        closing_cents=statement.closing_cents,
    )
    return _StatementEmail(
        owner.email,
        "en",
        *render_owner_statement(about, render_table("en", opening, redact_references(statement, shown_values))),
    )
