"""The audit trail: who did what to what."""

from typing import Any

from chalicelib.organisations import repository
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context


def record_audit_event(ctx: Context, *, action: str, subject: str, fields: list[str], request_id: str) -> None:
    """Keep who did what to what; ``fields`` are names, so that no personal data enters what cannot be erased."""
    repository.add_audit_event(
        ctx.db,
        ctx.organisation_id,
        at=ctx.now,
        member_id=ctx.actor.member_id,
        action=action,
        subject=subject,
        fields=fields,
        request_id=request_id,
    )


def record_operator_event(ctx: Context, *, action: str, fields: list[str], request_id: str) -> None:
    """Keep in the organisation's trail what an operator did to it; no member did."""
    repository.add_audit_event(
        ctx.db,
        ctx.organisation_id,
        at=ctx.now,
        member_id=None,
        action=action,
        subject="operator",
        fields=fields,
        request_id=request_id,
    )


def list_audit_events(ctx: Context, page_request: PageRequest) -> Page[Any]:
    return repository.list_audit_events(ctx.db, ctx.organisation_id, page_request)
