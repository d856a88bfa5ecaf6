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
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

portfolio = ApiBlueprint(__name__, tag="portfolio")


@portfolio.get("/owners", may="see_owners", query=PAGING, answer=OWNER)
def list_owners(request: RequestContext) -> Page[Owner]:
    """List property owners.

    Returns the owners of properties. For owners, managers and accountants of the organisation.
    """
    return service.list_owners(request.ctx, request.page_request)


@portfolio.post("/owners", may="edit_portfolio", body=NEW_OWNER, answer=OWNER, location="/v1/owners/{id}")
def add_owner(request: RequestContext) -> Owner:
    """Add a property owner.

    Adds somebody who owns properties that the organisation manages. For owners and managers.
    """
    return service.add_owner(request.ctx, request.body)


@portfolio.get("/owners/{owner_id}", may="see_owners", answer=OWNER)
def get_owner(request: RequestContext, owner_id: UUID) -> Owner:
    """Get a property owner.

    Returns one property owner, with the version as ETag. For owners, managers and accountants.
    """
    return service.get_owner(request.ctx, owner_id)


@portfolio.patch("/owners/{owner_id}", may="edit_portfolio", body=OWNER_CHANGE, answer=OWNER, fresh=True)
def change_owner(request: RequestContext, owner_id: UUID) -> Owner:
    """Change a property owner.

    Changes the given fields. For owners and managers, with a recent sign-in and If-Match.
    """
    return service.change_owner(request.ctx, owner_id, request.if_match, request.body)


@portfolio.delete("/owners/{owner_id}", may="edit_portfolio")
def remove_owner(request: RequestContext, owner_id: UUID) -> None:
    """Remove a property owner.

    Deletes a property owner that no property refers to; otherwise refused (409). For owners and managers, with If-
    Match.
    """
    service.remove_owner(request.ctx, owner_id, request.if_match)


@portfolio.get("/channels", may="see_portfolio", query=PAGING, answer=CHANNEL)
def list_channels(request: RequestContext) -> Page[Channel]:
    """List payment channels.

    Returns the paybills, tills, bank accounts and cash boxes that money comes in by. A caretaker sees those of
    their named properties, and those of no property.
    """
    return service.list_channels(request.ctx, request.page_request)


@portfolio.post(
    "/channels", may="edit_portfolio", body=NEW_CHANNEL, answer=CHANNEL, location="/v1/channels/{id}", fresh=True
)
def add_channel(request: RequestContext) -> Channel:
    """Add a payment channel.

    Adds a paybill, till, bank account or cash box; money received by it is posted to a ledger account of its own.
    All but a cash box need a number (422); the same kind, number and name twice is refused (409). For owners and
    managers, with a recent sign-in.
    """
    return service.add_channel(request.ctx, request.body)


@portfolio.get("/channels/{channel_id}", may="see_portfolio", answer=CHANNEL)
def get_channel(request: RequestContext, channel_id: UUID) -> Channel:
    """Get a payment channel.

    Returns one channel, with the version as ETag. A caretaker sees those of their named properties, and those of no
    property.
    """
    return service.get_channel(request.ctx, channel_id)


@portfolio.patch("/channels/{channel_id}", may="edit_portfolio", body=CHANNEL_CHANGE, answer=CHANNEL, fresh=True)
def change_channel(request: RequestContext, channel_id: UUID) -> Channel:
    """Change a payment channel.

    Renames a channel, or takes it out of use (``active``: false); its kind and number stay. For owners and
    managers, with a recent sign-in and If-Match.
    """
    return service.change_channel(request.ctx, channel_id, request.if_match, request.body)


@portfolio.get("/properties", may="see_portfolio", query=PAGING, answer=PROPERTY)
def list_properties(request: RequestContext) -> Page[Property]:
    """List properties.

    Returns properties; a caretaker sees the named ones only.
    """
    return service.list_properties(request.ctx, request.page_request)


@portfolio.post(
    "/properties",
    may="edit_portfolio",
    body=NEW_PROPERTY,
    answer=PROPERTY,
    location="/v1/properties/{id}",
    fresh=True,
)
def add_property(request: RequestContext) -> Property:
    """Add a property.

    Adds a property, with its owner, its usual channel and its metered rates if known. A name already in use is
    refused (409). For owners and managers, with a recent sign-in.
    """
    return service.add_property(request.ctx, request.body)


@portfolio.get("/properties/{property_id}", may="see_portfolio", answer=PROPERTY)
def get_property(request: RequestContext, property_id: UUID) -> Property:
    """Get a property.

    Returns one property, with the version as ETag; a caretaker sees the named ones only.
    """
    return service.get_property(request.ctx, property_id)


@portfolio.patch("/properties/{property_id}", may="edit_portfolio", body=PROPERTY_CHANGE, answer=PROPERTY, fresh=True)
def change_property(request: RequestContext, property_id: UUID) -> Property:
    """Change a property.

    Changes the given fields. For owners and managers, with a recent sign-in and If-Match.
    """
    return service.change_property(request.ctx, property_id, request.if_match, request.body)


@portfolio.delete("/properties/{property_id}", may="edit_portfolio")
def remove_property(request: RequestContext, property_id: UUID) -> None:
    """Remove a property.

    Deletes a property that nothing refers to, such as a unit or a caretaker; otherwise refused (409). For owners
    and managers, with If-Match.
    """
    service.remove_property(request.ctx, property_id, request.if_match)


@portfolio.get("/units", may="see_portfolio", query=UNIT_QUERY, answer=UNIT)
def list_units(request: RequestContext) -> Page[Unit]:
    """List units.

    Returns units with their status today: vacant, reserved or occupied. Filter by property, status or type; a
    caretaker sees those of the named properties.
    """
    filters = {name: request.query[name] for name in ("property_id", "status", "type") if name in request.query}
    return service.list_units(request.ctx, request.page_request, **filters)


@portfolio.post("/units", may="edit_portfolio", body=NEW_UNIT, answer=UNIT, location="/v1/units/{id}")
def add_unit(request: RequestContext) -> Unit:
    """Add a unit.

    Adds a unit to a property; ``rent`` is the asking rent of a month. A name already used in the property is
    refused (409). For owners and managers.
    """
    return service.add_unit(request.ctx, request.body)


@portfolio.get("/units/{unit_id}", may="see_portfolio", answer=UNIT)
def get_unit(request: RequestContext, unit_id: UUID) -> Unit:
    """Get a unit.

    Returns one unit with its status today. The status may change without a new version.
    """
    return service.get_unit(request.ctx, unit_id)


@portfolio.patch("/units/{unit_id}", may="edit_portfolio", body=UNIT_CHANGE, answer=UNIT)
def change_unit(request: RequestContext, unit_id: UUID) -> Unit:
    """Change a unit.

    Changes the given fields; a change of the asking rent changes no lease. For owners and managers, with If-Match.
    """
    return service.change_unit(request.ctx, unit_id, request.if_match, request.body)


@portfolio.delete("/units/{unit_id}", may="edit_portfolio")
def remove_unit(request: RequestContext, unit_id: UUID) -> None:
    """Remove a unit.

    Deletes a unit that no lease refers to; otherwise refused (409). For owners and managers, with If-Match.
    """
    service.remove_unit(request.ctx, unit_id, request.if_match)
