"""Owners, channels, properties and units over HTTP."""

from uuid import UUID

from chalicelib.portfolio import service
from chalicelib.portfolio.model import Channel, Owner, Property, Unit
from chalicelib.portfolio.schemas import (
    CHANNEL,
    CHANNEL_CHANGE,
    NEW_CHANNEL,
    NEW_OWNER,
    NEW_PROPERTY,
    NEW_UNIT,
    OWNER,
    OWNER_CHANGE,
    PAGING,
    PROPERTY,
    PROPERTY_CHANGE,
    UNIT,
    UNIT_CHANGE,
    UNIT_QUERY,
)
from chalicelib.web.routing import ApiBlueprint, Call, Page

portfolio = ApiBlueprint(__name__, tag="portfolio")


@portfolio.get("/owners", may="see_owners", query=PAGING, answer=OWNER)
def list_owners(call: Call) -> Page[Owner]:
    """List owners."""
    return service.list_owners(call.ctx, call.asked)


@portfolio.post("/owners", may="edit_portfolio", body=NEW_OWNER, answer=OWNER, location="/v1/owners/{id}")
def add_owner(call: Call) -> Owner:
    """Add an owner."""
    return service.add_owner(call.ctx, call.body)


@portfolio.get("/owners/{owner_id}", may="see_owners", answer=OWNER)
def get_owner(call: Call, owner_id: UUID) -> Owner:
    """Tell one owner."""
    return service.get_owner(call.ctx, owner_id)


@portfolio.patch("/owners/{owner_id}", may="edit_portfolio", body=OWNER_CHANGE, answer=OWNER, fresh=True)
def change_owner(call: Call, owner_id: UUID) -> Owner:
    """Change an owner."""
    return service.change_owner(call.ctx, owner_id, call.if_match, call.body)


@portfolio.delete("/owners/{owner_id}", may="edit_portfolio")
def remove_owner(call: Call, owner_id: UUID) -> None:
    """Remove an owner that nothing depends on."""
    service.remove_owner(call.ctx, owner_id, call.if_match)


@portfolio.get("/channels", may="see_portfolio", query=PAGING, answer=CHANNEL)
def list_channels(call: Call) -> Page[Channel]:
    """List channels."""
    return service.list_channels(call.ctx, call.asked)


@portfolio.post(
    "/channels", may="edit_portfolio", body=NEW_CHANNEL, answer=CHANNEL, location="/v1/channels/{id}", fresh=True
)
def add_channel(call: Call) -> Channel:
    """Add a channel."""
    return service.add_channel(call.ctx, call.body)


@portfolio.get("/channels/{channel_id}", may="see_portfolio", answer=CHANNEL)
def get_channel(call: Call, channel_id: UUID) -> Channel:
    """Tell one channel."""
    return service.get_channel(call.ctx, channel_id)


@portfolio.patch("/channels/{channel_id}", may="edit_portfolio", body=CHANNEL_CHANGE, answer=CHANNEL, fresh=True)
def change_channel(call: Call, channel_id: UUID) -> Channel:
    """Change a channel."""
    return service.change_channel(call.ctx, channel_id, call.if_match, call.body)


@portfolio.get("/properties", may="see_portfolio", query=PAGING, answer=PROPERTY)
def list_properties(call: Call) -> Page[Property]:
    """List properties."""
    return service.list_properties(call.ctx, call.asked)


@portfolio.post(
    "/properties",
    may="edit_portfolio",
    body=NEW_PROPERTY,
    answer=PROPERTY,
    location="/v1/properties/{id}",
    fresh=True,
)
def add_property(call: Call) -> Property:
    """Add a property."""
    return service.add_property(call.ctx, call.body)


@portfolio.get("/properties/{property_id}", may="see_portfolio", answer=PROPERTY)
def get_property(call: Call, property_id: UUID) -> Property:
    """Tell one property."""
    return service.get_property(call.ctx, property_id)


@portfolio.patch("/properties/{property_id}", may="edit_portfolio", body=PROPERTY_CHANGE, answer=PROPERTY, fresh=True)
def change_property(call: Call, property_id: UUID) -> Property:
    """Change a property."""
    return service.change_property(call.ctx, property_id, call.if_match, call.body)


@portfolio.delete("/properties/{property_id}", may="edit_portfolio")
def remove_property(call: Call, property_id: UUID) -> None:
    """Remove a property that nothing depends on."""
    service.remove_property(call.ctx, property_id, call.if_match)


@portfolio.get("/units", may="see_portfolio", query=UNIT_QUERY, answer=UNIT)
def list_units(call: Call) -> Page[Unit]:
    """List units."""
    filters = {name: call.query[name] for name in ("property_id", "status", "type") if name in call.query}
    return service.list_units(call.ctx, call.asked, **filters)


@portfolio.post("/units", may="edit_portfolio", body=NEW_UNIT, answer=UNIT, location="/v1/units/{id}")
def add_unit(call: Call) -> Unit:
    """Add a unit."""
    return service.add_unit(call.ctx, call.body)


@portfolio.get("/units/{unit_id}", may="see_portfolio", answer=UNIT)
def get_unit(call: Call, unit_id: UUID) -> Unit:
    """Tell one unit."""
    return service.get_unit(call.ctx, unit_id)


@portfolio.patch("/units/{unit_id}", may="edit_portfolio", body=UNIT_CHANGE, answer=UNIT)
def change_unit(call: Call, unit_id: UUID) -> Unit:
    """Change a unit."""
    return service.change_unit(call.ctx, unit_id, call.if_match, call.body)


@portfolio.delete("/units/{unit_id}", may="edit_portfolio")
def remove_unit(call: Call, unit_id: UUID) -> None:
    """Remove a unit that nothing depends on."""
    service.remove_unit(call.ctx, unit_id, call.if_match)
