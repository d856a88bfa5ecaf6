"""Grants by operators. There is no HTTP route: only people with access to the deployment can grant."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import organisations
from chalicelib.brands import is_brand
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.messaging import grant_repository as repository
from chalicelib.messaging.grant_model import (
    GRANT_KINDS,
    MESSAGING,
    SENDER_NAME,
    SENDER_PATTERN,
    Grant,
    GrantLimits,
    SendingProfile,
)
from chalicelib.runtime.context import Context

MAX_BY, MAX_NOTE = 60, 200


def get_sending_profile(db: Connection, organisation_id: UUID) -> SendingProfile:
    """Return the organisation's settings in effect and its grants, in one query."""
    found = repository.find_sending_profile(db, organisation_id)
    if found is None:
        raise NotFound("There is no such organisation.")
    return found


def grant_messaging(
    ctx: Context, *, by: str, limits: GrantLimits | None = None, note: str = "", request_id: str = ""
) -> None:
    """Allow the organisation to send texts of its own, up to ``limits``; replaces its current grant.

    Raises:
        Invalid: ``by`` is empty, or a limit is negative.
        NotFound: there is no such organisation.
    """
    bounds = limits or GrantLimits()
    wrong = [(name, "expected 0 or more") for name, value in bounds._asdict().items() if value < 0]
    if wrong:
        raise Invalid(wrong)
    _grant(ctx, MESSAGING, by, request_id, sender_name="", note=note, **bounds._asdict())


def grant_sender_name(ctx: Context, name: str, *, by: str, note: str = "", request_id: str = "") -> None:
    """Allow the organisation to send under ``name``, once registered with the gateways; it then sets it itself.

    Raises:
        Conflict: it is not granted messaging.
        Invalid: ``by`` is empty, or the name is not a valid sender id, or a brand's.
        NotFound: there is no such organisation.
    """
    if not name or not re.fullmatch(SENDER_PATTERN, name):
        raise Invalid([("name", "expected 1 to 11 letters, digits and signs that a phone shows as a sender")])
    if is_brand(name):
        raise Invalid([("name", "it is a protected brand")])
    if not get_sending_profile(ctx.db, ctx.organisation_id).allowance.granted:
        raise Conflict("The organisation lacks the messaging grant; grant that first.")
    none = dict.fromkeys(GrantLimits._fields)
    _grant(ctx, SENDER_NAME, by, request_id, sender_name=name, note=note, **none)


def revoke_grant(ctx: Context, kind: str, *, by: str, request_id: str = "") -> None:
    """Revoke a grant: from now on the defaults apply to the organisation.

    Queued messages in its own words are cancelled when due; what a sender already has is sent.

    Raises:
        Invalid: there is no such kind, or ``by`` is empty.
        NotFound: the organisation has no grant of the kind.
    """
    _check_request(by, kind)
    if not repository.lock_organisation(ctx) or not repository.revoke_grant(ctx, kind, by, ctx.now):
        raise NotFound("The organisation does not have this grant.")
    organisations.record_operator_event(ctx, action=f"revoke_{kind}", fields=[], request_id=request_id)


def list_grants(db: Connection) -> Sequence[Grant]:
    """Return the grants in force, of all organisations, latest first: for operators."""
    return repository.list_grants(db)


def _grant(
    ctx: Context,
    kind: str,
    by: str,
    request_id: str,
    **values: str | int | None,
) -> None:
    _check_request(by, kind)
    if len(str(values["note"])) > MAX_NOTE:
        raise Invalid([("note", f"expected at most {MAX_NOTE} characters")])
    if not repository.lock_organisation(ctx):
        raise NotFound("There is no such organisation.")
    repository.revoke_grant(ctx, kind, by, ctx.now)
    repository.add_grant(ctx, kind, {**values, "granted_by": by, "granted_at": ctx.now})
    fields = sorted(name for name, value in values.items() if value not in (None, ""))
    organisations.record_operator_event(ctx, action=f"grant_{kind}", fields=fields, request_id=request_id)


def _check_request(by: str, kind: str) -> None:
    if kind not in GRANT_KINDS:
        raise Invalid([("kind", f"expected one of: {', '.join(GRANT_KINDS)}")])
    if not by.strip() or len(by) > MAX_BY:
        raise Invalid([("by", f"expected who grants or revokes it, in at most {MAX_BY} characters")])
