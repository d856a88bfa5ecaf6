"""How an organisation's messages are sent: by whom, when, how many and for how much at most."""

from typing import Any

from chalicelib import config
from chalicelib.errors import GrantNeeded, Invalid, PreconditionFailed
from chalicelib.identity.service import CHANGED
from chalicelib.messaging import grant_rules
from chalicelib.messaging import settings_repository as repository
from chalicelib.messaging.grant_model import MESSAGING, SENDER_NAME, Allowance
from chalicelib.messaging.grant_service import get_sending
from chalicelib.messaging.model import Settings
from chalicelib.runtime.context import Context


def get_settings(ctx: Context) -> Settings:
    """Return the organisation's settings as they take effect; the usual ones, at version 0, until it changes them.

    They are never more than what it is granted, whatever was set when it was granted more.
    """
    return get_sending(ctx.db, ctx.organisation_id).settings


def change_settings(ctx: Context, version: int | None, values: dict[str, Any]) -> Settings:
    """Change what ``values`` names and return the settings as they then take effect.

    Raises:
        GrantNeeded: a sender's name, or passing opt-outs, is asked for without the grant that it takes.
        Invalid: a limit is above what is granted, or the sender's name is another than the one granted.
        PreconditionFailed: they are no longer at ``version``.
    """
    sending = get_sending(ctx.db, ctx.organisation_id)
    before = sending.own
    _check(values, sending.allowance)
    if version is not None and version != before.version:
        raise PreconditionFailed(CHANGED)
    if before.version:
        done = repository.change_settings(ctx, before.version, values, ctx.now)
    else:
        first = before._replace(**{**values, "version": 1, "changed_at": ctx.now})
        done = repository.add_settings(ctx, first)
    if not done:
        raise PreconditionFailed(CHANGED)
    return get_settings(ctx)


def _check(values: dict[str, Any], allowance: Allowance) -> None:
    if values.get("legal_notices_pass_opt_out") and not allowance.granted:
        raise GrantNeeded("Legal notices pass opt-outs once your organisation is granted messaging.", grant=MESSAGING)
    name = values.get("sender_name")
    if name and not allowance.granted:
        raise GrantNeeded("A sender name of your own takes the grant of messaging first.", grant=MESSAGING)
    if name and not allowance.sender_name:
        raise GrantNeeded("A sender name of your own takes the grant of that name.", grant=SENDER_NAME)
    wrong = list(grant_rules.too_much(values, allowance))
    if name and name != allowance.sender_name:
        wrong.append(("sender_name", f"expected {allowance.sender_name}, which is what your organisation is granted"))
    if wrong:
        raise Invalid(wrong)


def part_prices() -> dict[str, int]:
    """Return what a part is reckoned to cost by each gateway, in cents."""
    settings = config.settings()
    return {"africastalking": settings.sms_price_cents, "sns": settings.sns_price_cents}
