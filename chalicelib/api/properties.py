"""Owners, properties and units."""

from uuid import UUID

from chalicelib import portfolio
from chalicelib.api.schemas import properties as schemas
from chalicelib.portfolio.model import Owner, Property, Unit
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="portfolio")


@routes.get("/owners", may="see_owners", query=Paging, answer=schemas.OwnerView)
def list_owners(request: RequestContext) -> Page[Owner]:
    """List property owners.

    Returns the owners of properties. For owners, managers and accountants of the organisation.
    """
    return portfolio.list_owners(request.ctx, request.page_request)


@routes.post(
    "/owners", may="edit_portfolio", body=schemas.NewOwner, answer=schemas.OwnerView, location="/v1/owners/{id}"
)
def add_owner(request: RequestContext) -> Owner:
    """Add a property owner.

    Adds somebody who owns properties that the organisation manages. For owners and managers.
    """
    return portfolio.add_owner(request.ctx, request.body)


@routes.get("/owners/{owner_id}", may="see_owners", answer=schemas.OwnerView)
def get_owner(request: RequestContext, owner_id: UUID) -> Owner:
    """Get a property owner.

    Returns one property owner, with the version as ETag. For owners, managers and accountants.
    """
    return portfolio.get_owner(request.ctx, owner_id)


@routes.patch(
    "/owners/{owner_id}", may="edit_portfolio", body=schemas.OwnerChange, answer=schemas.OwnerView, fresh=True
)
def change_owner(request: RequestContext, owner_id: UUID) -> Owner:
    """Change a property owner.

    Changes the given fields. For owners and managers, with a recent sign-in and If-Match.
    """
    return portfolio.change_owner(request.ctx, owner_id, request.if_match, request.body)


@routes.delete("/owners/{owner_id}", may="edit_portfolio")
def remove_owner(request: RequestContext, owner_id: UUID) -> None:
    """Remove a property owner.

    Deletes a property owner that no property refers to; otherwise refused (409). For owners and managers, with If-
    Match.
    """
    portfolio.remove_owner(request.ctx, owner_id, request.if_match)


@routes.get("/properties", may="see_portfolio", query=Paging, answer=schemas.PropertyView)
def list_properties(request: RequestContext) -> Page[Property]:
    """List properties.

    Returns properties; a caretaker sees the named ones only.
    """
    return portfolio.list_properties(request.ctx, request.page_request)


@routes.post(
    "/properties",
    may="edit_portfolio",
    body=schemas.NewProperty,
    answer=schemas.PropertyView,
    location="/v1/properties/{id}",
    fresh=True,
)
def add_property(request: RequestContext) -> Property:
    """Add a property.

    Adds a property, with its owner, its usual channel and its metered rates if known. A name already in use is
    refused (409). For owners and managers, with a recent sign-in.
    """
    return portfolio.add_property(request.ctx, request.body)


@routes.get("/properties/{property_id}", may="see_portfolio", answer=schemas.PropertyView)
def get_property(request: RequestContext, property_id: UUID) -> Property:
    """Get a property.

    Returns one property, with the version as ETag; a caretaker sees the named ones only.
    """
    return portfolio.get_property(request.ctx, property_id)


@routes.patch(
    "/properties/{property_id}",
    may="edit_portfolio",
    body=schemas.PropertyChange,
    answer=schemas.PropertyView,
    fresh=True,
)
def change_property(request: RequestContext, property_id: UUID) -> Property:
    """Change a property.

    Changes the given fields. For owners and managers, with a recent sign-in and If-Match.
    """
    return portfolio.change_property(request.ctx, property_id, request.if_match, request.body)


@routes.delete("/properties/{property_id}", may="edit_portfolio")
def remove_property(request: RequestContext, property_id: UUID) -> None:
    """Remove a property.

    Deletes a property that nothing refers to, such as a unit or a caretaker; otherwise refused (409). For owners
    and managers, with If-Match.
    """
    portfolio.remove_property(request.ctx, property_id, request.if_match)


@routes.get("/units", may="see_portfolio", query=schemas.UnitQuery, answer=schemas.UnitView)
def list_units(request: RequestContext) -> Page[Unit]:
    """List units.

    Returns units with their status today: vacant, reserved or occupied. Filter by property, status or type; a
    caretaker sees those of the named properties.
    """
    filters = {name: request.query[name] for name in ("property_id", "status", "type") if name in request.query}
    return portfolio.list_units(request.ctx, request.page_request, **filters)


@routes.post("/units", may="edit_portfolio", body=schemas.NewUnit, answer=schemas.UnitView, location="/v1/units/{id}")
def add_unit(request: RequestContext) -> Unit:
    """Add a unit.

    Adds a unit to a property; ``rent`` is the asking rent of a month. A name already used in the property is
    refused (409). For owners and managers.
    """
    return portfolio.add_unit(request.ctx, request.body)


@routes.get("/units/{unit_id}", may="see_portfolio", answer=schemas.UnitView)
def get_unit(request: RequestContext, unit_id: UUID) -> Unit:
    """Get a unit.

    Returns one unit with its status today. The status may change without a new version.
    """
    return portfolio.get_unit(request.ctx, unit_id)


@routes.patch("/units/{unit_id}", may="edit_portfolio", body=schemas.UnitChange, answer=schemas.UnitView)
def change_unit(request: RequestContext, unit_id: UUID) -> Unit:
    """Change a unit.

    Changes the given fields; a change of the asking rent changes no lease. For owners and managers, with If-Match.
    """
    return portfolio.change_unit(request.ctx, unit_id, request.if_match, request.body)


@routes.delete("/units/{unit_id}", may="edit_portfolio")
def remove_unit(request: RequestContext, unit_id: UUID) -> None:
    """Remove a unit.

    Deletes a unit that no lease refers to; otherwise refused (409). For owners and managers, with If-Match.
    """
    portfolio.remove_unit(request.ctx, unit_id, request.if_match)
