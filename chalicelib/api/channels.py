"""Payment channels."""

from uuid import UUID

from chalicelib import portfolio
from chalicelib.api.schemas import channels as schemas
from chalicelib.portfolio.model import Channel
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="portfolio")


@routes.get("/channels", may="see_portfolio", query=Paging, answer=schemas.ChannelView)
def list_channels(request: RequestContext) -> Page[Channel]:
    """List payment channels.

    Returns the paybills, tills, bank accounts and cash boxes that money comes in by. A caretaker sees those of
    their named properties, and those of no property.
    """
    return portfolio.list_channels(request.ctx, request.page_request)


@routes.post(
    "/channels",
    may="edit_portfolio",
    body=schemas.NewChannel,
    answer=schemas.ChannelView,
    location="/v1/channels/{id}",
    fresh=True,
)
def add_channel(request: RequestContext) -> Channel:
    """Add a payment channel.

    Adds a paybill, till, bank account or cash box; money received by it is posted to a ledger account of its own.
    All but a cash box need a number (422); the same kind, number and name twice is refused (409). For owners and
    managers, with a recent sign-in.
    """
    return portfolio.add_channel(request.ctx, request.body)


@routes.get("/channels/{channel_id}", may="see_portfolio", answer=schemas.ChannelView)
def get_channel(request: RequestContext, channel_id: UUID) -> Channel:
    """Get a payment channel.

    Returns one channel, with the version as ETag. A caretaker sees those of their named properties, and those of no
    property.
    """
    return portfolio.get_channel(request.ctx, channel_id)


@routes.patch(
    "/channels/{channel_id}", may="edit_portfolio", body=schemas.ChannelChange, answer=schemas.ChannelView, fresh=True
)
def change_channel(request: RequestContext, channel_id: UUID) -> Channel:
    """Change a payment channel.

    Renames a channel, or takes it out of use (``active``: false); its kind and number stay. For owners and
    managers, with a recent sign-in and If-Match.
    """
    return portfolio.change_channel(request.ctx, channel_id, request.if_match, request.body)
