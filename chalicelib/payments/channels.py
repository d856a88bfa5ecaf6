"""Choose the channel of a payment that was recorded without one."""

from uuid import UUID

from chalicelib import portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.payments import payment_repository
from chalicelib.payments.model import CHANNEL_KINDS_FOR
from chalicelib.portfolio.model import NewChannel
from chalicelib.runtime.context import Context

# Channels created when a method is first used and none was set up. A channel other than a cash box
# needs a number; "main" is a placeholder until somebody enters the real one.
_DEFAULT_CHANNELS = {
    "cash": NewChannel("cash", "Cash box"),
    "bank": NewChannel("bank", "Bank account", "main"),
    "paybill": NewChannel("paybill", "Paybill", "main"),
}


def choose_channel(ctx: Context, method: str, *, channel_id: UUID | None, property_id: UUID | None) -> UUID:
    """Return the channel that was named, else the property's, else the organisation's only one of a fitting kind.

    If there is none at all, one is created. A member limited to some properties may only name their channels.

    Raises:
        Invalid: the channel named is not the organisation's, not in use or of another kind, or several would fit.
    """
    kinds = CHANNEL_KINDS_FOR[method]
    if channel_id is not None:
        return _check_named_channel(ctx, channel_id, kinds)
    if property_id is not None:
        its_own = payment_repository.find_property_channel(ctx, property_id, kinds)
        if its_own is not None:
            return its_own
    fitting = payment_repository.list_fitting_channels(ctx, kinds)
    if len(fitting) > 1 and method != "cash":
        raise Invalid([("channel_id", "several channels match; choose the one that received the money")])
    return fitting[0] if fitting else _create_default_channel(ctx, kinds)


def _check_named_channel(ctx: Context, channel_id: UUID, kinds: tuple[str, ...]) -> UUID:
    try:
        channel = portfolio.get_channel(ctx, channel_id)
    except NotFound as error:
        raise Invalid([("channel_id", "the organisation has no such channel")]) from error
    if channel.kind not in kinds:
        raise Invalid([("channel_id", f"money of this method comes in by: {', '.join(kinds)}")])
    if not channel.active:
        raise Invalid([("channel_id", "this channel is no longer in use")])
    return channel.id


def _create_default_channel(ctx: Context, kinds: tuple[str, ...]) -> UUID:
    try:
        return portfolio.add_channel(ctx, _DEFAULT_CHANNELS[kinds[0]]).id
    except Conflict:
        # A concurrent request created it, and has committed: the insert waited for that.
        fitting = payment_repository.list_fitting_channels(ctx, kinds)
        if not fitting:
            raise Invalid([("channel_id", "no active channel of a matching kind; choose or add one")]) from None
        return fitting[0]
