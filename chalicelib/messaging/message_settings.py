"""Message settings: sender, hours, caps and budget."""

from chalicelib import config
from chalicelib.errors import STALE_VERSION, GrantNeeded, Invalid, PreconditionFailed
from chalicelib.messaging import grant_rules
from chalicelib.messaging import message_settings_repository as repository
from chalicelib.messaging.grant_model import MESSAGING, SENDER_NAME, Allowance
from chalicelib.messaging.grants import get_sending_profile
from chalicelib.messaging.model import MessageSettings, MessageSettingsChange
from chalicelib.runtime.context import Context


def get_settings(ctx: Context) -> MessageSettings:
    """Return the settings in effect; the defaults, at version 0, until the organisation changes them.

    They never exceed the current grants, even if set under larger ones.
    """
    return get_sending_profile(ctx.db, ctx.organisation_id).settings


def change_settings(ctx: Context, version: int | None, values: MessageSettingsChange) -> MessageSettings:
    """Change the fields in ``values`` and return the settings in effect.

    Raises:
        GrantNeeded: a sender name, or overriding opt-outs, needs a grant that is missing.
        Invalid: a limit exceeds the grant, or the sender name is not the granted one.
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
        first = before._replace(**values)._replace(version=1, changed_at=ctx.now)
        done = repository.add_settings(ctx, first)
    if not done:
        raise PreconditionFailed(STALE_VERSION)
    return get_settings(ctx)


def _check_grants(values: MessageSettingsChange, allowance: Allowance) -> None:
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
    """Return the estimated price of an SMS part by gateway, in cents."""
    settings = config.settings()
    return {"africastalking": settings.sms_price_cents, "sns": settings.sns_price_cents}
