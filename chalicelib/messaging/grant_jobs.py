"""What operators call by name to let an organisation send more, and to take that back."""

import logging
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.errors import BadRequest, Invalid
from chalicelib.messaging import service
from chalicelib.messaging.grant_model import MESSAGING, SENDER_NAME, Grant, Limits
from chalicelib.money import format_cents, parse_cents
from chalicelib.runtime.context import Context
from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.tasks.scheduling import Functions

log = logging.getLogger("plotihub.messaging")
grant_jobs = Functions()

ASKED = frozenset({"organisation", "kind", "revoke", "name", "daily", "tenant_daily", "monthly", "by", "note"})


@grant_jobs.lambda_function(name="grant")
def grant(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Grant, revoke, or with nothing asked for list what is granted; every value is text.

    {"organisation", "kind": "messaging", "by", "daily"?, "tenant_daily"?, "monthly"?, "note"?}
    {"organisation", "kind": "sender_name", "name", "by", "note"?}
    {"organisation", "revoke": "messaging" or "sender_name", "by"}
    """
    resources = get_resources()
    asked = {name: str(value).strip() for name, value in event.items() if str(value).strip()}
    unknown = sorted(asked.keys() - ASKED)
    if unknown:
        raise BadRequest(f"there is no {unknown[0]}; expected of: {', '.join(sorted(ASKED))}")
    if asked:
        work = partial(
            _work, asked=asked, request_id=str(getattr(context, "aws_request_id", "by hand")), resources=resources
        )
        resources.transact(work)
        log.info("what an organisation is granted was changed", extra={"organisation_id": asked["organisation"]})
    with resources.reading() as db:
        return {"grants": [_told(each) for each in service.list_grants(db)]}


def _work(db: Connection, *, asked: dict[str, str], request_id: str, resources: Resources) -> None:
    organisation_id = _organisation(asked)
    now = resources.clock.now()
    ctx = Context.for_system(db, organisation_id, now=now, today=day_of(now))
    how: dict[str, Any] = {"by": asked.get("by", ""), "request_id": request_id}
    if "revoke" in asked:
        service.revoke_grant(ctx, asked["revoke"], **how)
        return
    how["note"] = asked.get("note", "")
    kind = asked.get("kind", "")
    if kind == MESSAGING:
        service.grant_messaging(ctx, limits=_limits(asked), **how)
    elif kind == SENDER_NAME:
        service.grant_sender_name(ctx, asked.get("name", ""), **how)
    else:
        raise Invalid([("kind", f"expected {MESSAGING} or {SENDER_NAME}")])


def _organisation(asked: dict[str, str]) -> UUID:
    try:
        return UUID(asked.get("organisation", ""))
    except ValueError as error:
        raise Invalid([("organisation", "expected an organisation's id")]) from error


def _limits(asked: dict[str, str]) -> Limits:
    usual = Limits()
    return Limits(
        _whole(asked, "daily", usual.daily_cap),
        _whole(asked, "tenant_daily", usual.tenant_daily_cap),
        _cents(asked, "monthly", usual.monthly_limit_cents),
    )


def _whole(asked: dict[str, str], name: str, usual: int) -> int:
    text = asked.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 7):
        raise Invalid([(name, "expected a whole number, of at most seven digits")])
    return int(text)


def _cents(asked: dict[str, str], name: str, usual: int) -> int:
    try:
        return parse_cents(asked[name]) if name in asked else usual
    except ValueError as error:
        raise Invalid([(name, str(error))]) from error


def _told(grant: Grant) -> dict[str, Any]:
    told: dict[str, Any] = {
        "organisation": str(grant.organisation_id),
        "organisation_name": grant.organisation_name,
        "kind": grant.kind,
        "by": grant.granted_by,
        "at": grant.granted_at.isoformat(timespec="seconds"),
        "note": grant.note,
    }
    if grant.kind == SENDER_NAME:
        return told | {"name": grant.sender_name}
    monthly = format_cents(grant.monthly_limit_cents or 0)
    return told | {"daily": grant.daily_cap, "tenant_daily": grant.tenant_daily_cap, "monthly": monthly}
