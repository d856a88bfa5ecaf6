"""Lambda that operators invoke to grant or revoke an organisation's sending rights."""

import logging
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import messaging, organisations
from chalicelib.errors import BadRequest, Invalid
from chalicelib.messaging.grant_model import MESSAGING, SENDER_NAME, Grant, GrantLimits
from chalicelib.money import format_cents, parse_cents
from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

log = logging.getLogger("plotihub.messaging")
grant_jobs = FunctionBlueprint()

FIELDS = frozenset({"organisation", "kind", "revoke", "name", "daily", "tenant_daily", "monthly", "by", "note"})


@grant_jobs.lambda_function(name="grant")
def grant(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Grant, revoke, or, without either, list the grants; every value is text.

    {"organisation", "kind": "messaging", "by", "daily"?, "tenant_daily"?, "monthly"?, "note"?}
    {"organisation", "kind": "sender_name", "name", "by", "note"?}
    {"organisation", "revoke": "messaging" or "sender_name", "by"}
    """
    resources = get_resources()
    fields = {name: str(value).strip() for name, value in event.items() if str(value).strip()}
    unknown = sorted(fields.keys() - FIELDS)
    if unknown:
        raise BadRequest(f"there is no {unknown[0]}; expected of: {', '.join(sorted(FIELDS))}")
    if fields:
        apply = partial(
            _apply, fields=fields, request_id=str(getattr(context, "aws_request_id", "by hand")), resources=resources
        )
        resources.transact(apply)
        log.info("grant.changed: grants of an organisation changed", extra={"organisation_id": fields["organisation"]})
    with resources.reading() as db:
        return {"grants": [_serialize_grant(each) for each in messaging.list_grants(db)]}


def _apply(db: Connection, *, fields: dict[str, str], request_id: str, resources: Resources) -> None:
    organisation_id = _parse_organisation_id(fields)
    ctx = organisations.system_context(db, organisation_id, resources.clock.now())
    who_and_when: dict[str, Any] = {"by": fields.get("by", ""), "request_id": request_id}
    if "revoke" in fields:
        messaging.revoke_grant(ctx, fields["revoke"], **who_and_when)
        return
    who_and_when["note"] = fields.get("note", "")
    kind = fields.get("kind", "")
    if kind == MESSAGING:
        messaging.grant_messaging(ctx, limits=_parse_limits(fields), **who_and_when)
    elif kind == SENDER_NAME:
        messaging.grant_sender_name(ctx, fields.get("name", ""), **who_and_when)
    else:
        raise Invalid([("kind", f"expected {MESSAGING} or {SENDER_NAME}")])


def _parse_organisation_id(fields: dict[str, str]) -> UUID:
    try:
        return UUID(fields.get("organisation", ""))
    except ValueError as error:
        raise Invalid([("organisation", "expected an organisation's id")]) from error


def _parse_limits(fields: dict[str, str]) -> GrantLimits:
    default = GrantLimits()
    return GrantLimits(
        _parse_whole(fields, "daily", default.daily_cap),
        _parse_whole(fields, "tenant_daily", default.tenant_daily_cap),
        _parse_cents(fields, "monthly", default.monthly_limit_cents),
    )


def _parse_whole(fields: dict[str, str], name: str, default: int) -> int:
    text = fields.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 7):
        raise Invalid([(name, "expected a whole number, of at most seven digits")])
    return int(text)


def _parse_cents(fields: dict[str, str], name: str, default: int) -> int:
    try:
        return parse_cents(fields[name]) if name in fields else default
    except ValueError as error:
        raise Invalid([(name, str(error))]) from error


def _serialize_grant(grant: Grant) -> dict[str, Any]:
    view: dict[str, Any] = {
        "organisation": str(grant.organisation_id),
        "organisation_name": grant.organisation_name,
        "kind": grant.kind,
        "by": grant.granted_by,
        "at": grant.granted_at.isoformat(timespec="seconds"),
        "note": grant.note,
    }
    if grant.kind == SENDER_NAME:
        return view | {"name": grant.sender_name}
    monthly = format_cents(grant.monthly_limit_cents or 0)
    return view | {"daily": grant.daily_cap, "tenant_daily": grant.tenant_daily_cap, "monthly": monthly}
