"""How an organisation's messages are sent: by whom, when, how many and for how much at most."""

from typing import Any

from chalicelib import config
from chalicelib.errors import GrantNeeded, Invalid, PreconditionFailed
from chalicelib.identity.service import STALE_VERSION
from chalicelib.messaging import grant_rules
from chalicelib.messaging import settings_repository as repository
from chalicelib.messaging.grant_model import MESSAGING, SENDER_NAME, Allowance
from chalicelib.messaging.grant_service import get_sending_profile
from chalicelib.messaging.model import MessageSettings
from chalicelib.runtime.context import Context


def get_settings(ctx: Context) -> MessageSettings:
    """Return the organisation's settings as they take effect; the usual ones, at version 0, until it changes them.

    They are never more than what it is granted, whatever was set when it was granted more.
    """
    return get_sending_profile(ctx.db, ctx.organisation_id).settings


def change_settings(ctx: Context, version: int | None, values: dict[str, Any]) -> MessageSettings:
    """Change what ``values`` names and return the settings as they then take effect.

    Raises:
        GrantNeeded: a sender's name, or passing opt-outs, is asked for without the grant that it takes.
        Invalid: a limit is above what is granted, or the sender's name is another than the one granted.
        PreconditionFailed: they are no longer at ``version``.
    """
    sending = get_sending_profile(ctx.db, ctx.organisation_id)
    before = sending.own
    _check_grants(values, sending.allowance)
    if version is not None and version != before.version:
        raise PreconditionFailed(STALE_VERSION)
    if before.version:
        done = repository.change_settings(ctx, before.version, values, ctx.now)
    else:
        first = before._replace(**{**values, "version": 1, "changed_at": ctx.now})
        done = repository.add_settings(ctx, first)
    if not done:
        raise PreconditionFailed(STALE_VERSION)
    return get_settings(ctx)


def _check_grants(values: dict[str, Any], allowance: Allowance) -> None:
    if values.get("legal_notices_pass_opt_out") and not allowance.granted:
        raise GrantNeeded("Legal notices can bypass opt-outs only with the messaging grant.", grant=MESSAGING)
    name = values.get("sender_name")
    if name and not allowance.granted:
        raise GrantNeeded("Your own sender name requires the messaging grant first.", grant=MESSAGING)
    if name and not allowance.sender_name:
        raise GrantNeeded("Your own sender name requires a grant of that name.", grant=SENDER_NAME)
    errors = list(grant_rules.find_excess(values, allowance))
    if name and name != allowance.sender_name:
        errors.append(
            ("sender_name", f"expected {allowance.sender_name}, the sender name that your organisation is granted")
        )
    if errors:
        raise Invalid(errors)


def get_part_prices() -> dict[str, int]:
    """Return what a part is reckoned to cost by each gateway, in cents."""
    settings = config.settings()
    return {"africastalking": settings.sms_price_cents, "sns": settings.sns_price_cents}
