"""Corrections: what the product derived again because a fact came late, and why."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from chalicelib.billing import correction_repository
from chalicelib.billing.model import Correction
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context


def record_corrections(ctx: Context, corrections: Sequence[Correction]) -> None:
    """Keep the corrections; they are never changed. What they say was posted by others."""
    if corrections:
        correction_repository.add_corrections(ctx, corrections)


def list_corrections(
    ctx: Context,
    page_request: PageRequest,
    *,
    lease_id: UUID | None = None,
    property_id: UUID | None = None,
    period: dt.date | None = None,
) -> Page[Correction]:
    """Return a page of corrections, the latest first; ``period`` is the month in which they were made."""
    return correction_repository.list_corrections(
        ctx, page_request, lease_id=lease_id, property_id=property_id, period=period
    )
