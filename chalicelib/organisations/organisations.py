"""Organisations: founded by whoever signs in, under a name that is nobody else's; their settings."""

import datetime as dt
import math
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib.access.roles import OWNER
from chalicelib.brands import has_other_letters, is_brand
from chalicelib.clock import NAIROBI, day_of
from chalicelib.errors import (
    STALE_VERSION,
    Conflict,
    Invalid,
    NotFound,
    PreconditionFailed,
    TooManyRequests,
)
from chalicelib.ids import new_id
from chalicelib.organisations import repository
from chalicelib.organisations.model import DatedLateFee, Member, Organisation, OrganisationChange
from chalicelib.runtime.context import Context

MAX_FOUNDED_PER_DAY, MAX_FOUNDED_IN_TOTAL = 3, 10  # organisations, by one number

# Old debt and rent before services; what is disputed most often (damage, late fees) late.
DEFAULT_ALLOCATION_ORDER = [
    "opening_balance",
    "rent",
    "water",
    "electricity",
    "service",
    "garbage",
    "security",
    "damage",
    "late_fee",
    "other",
    "refund_recovery",
]


def found_organisation(db: Connection, phone: str, *, name: str, person_name: str, now: dt.datetime) -> Organisation:
    """Make an organisation with the person as its owner, and return it.

    Raises:
        Conflict: the number has founded as many as it may.
        Invalid: the name is a brand's, or of another script than Latin.
        TooManyRequests: the number has founded as many today as it may.
    """
    check_organisation_name(name, has_grant=False)
    repository.add_person(db, phone, person_name, now)
    _check_founder_limits(db, phone, now)
    organisation = Organisation(
        id=new_id(),
        name=name,
        currency="KES",
        time_zone=NAIROBI,
        due_day=5,
        grace_days=0,
        late_fee_kind="off",
        late_fee_cents=0,
        late_fee_bps=0,
        late_fee_grace_days=0,
        late_fee_cap_cents=None,
        allocation_order=DEFAULT_ALLOCATION_ORDER,
        bill_by_itself=False,
        founder_phone=phone,
        version=1,
        created_at=now,
    )
    repository.add_organisation(db, organisation)
    founder = Member(new_id(), phone, person_name, OWNER, "active", [], 1, now)
    repository.add_member(db, organisation.id, founder)
    return organisation


def check_organisation_name(name: str, *, has_grant: bool) -> None:
    """Refuse an organisation's name that is a brand's, or, where nobody vouches for it, may look like one.

    Raises:
        Invalid: it is, or has letters of another script than Latin, of which many look like Latin ones.
    """
    if is_brand(name):
        raise Invalid([("name", "it is, or contains, a protected brand; choose another name")])
    if not has_grant and has_other_letters(name):
        raise Invalid([("name", "expected Latin letters until your organisation has the messaging grant")])


def _check_founder_limits(db: Connection, phone: str, now: dt.datetime) -> None:
    """Refuse a number that founds too many; of two requests of one number at once, the second waits here."""
    repository.lock_person(db, phone)
    tomorrow = dt.datetime.combine(day_of(now, NAIROBI) + dt.timedelta(days=1), dt.time(), ZoneInfo(NAIROBI))
    in_all, today = repository.count_founded(db, phone, tomorrow - dt.timedelta(days=1))
    if in_all >= MAX_FOUNDED_IN_TOTAL:
        raise Conflict(f"A phone number can found at most {MAX_FOUNDED_IN_TOTAL} organisations.", founded=in_all)
    if today >= MAX_FOUNDED_PER_DAY:
        message = f"A phone number can found at most {MAX_FOUNDED_PER_DAY} organisations a day; try again tomorrow."
        raise TooManyRequests(message, retry_after_s=math.ceil((tomorrow - now).total_seconds()), founded_today=today)


def get_organisation(db: Connection, organisation_id: UUID) -> Organisation:
    found = repository.find_organisation(db, organisation_id)
    if found is None:
        raise NotFound("There is no such organisation.")
    return found


def system_context(db: Connection, organisation_id: UUID, now: dt.datetime, member_id: UUID | None = None) -> Context:
    """Return the context of a task on the organisation's own day, for whose time zone it is read."""
    today = day_of(now, get_organisation(db, organisation_id).time_zone)
    return Context.for_system(db, organisation_id, now=now, today=today, member_id=member_id)


def list_organisations(db: Connection, *, after: UUID | None, limit: int) -> list[Organisation]:
    """Return the next organisations, by id: for what is done by the clock, which belongs to none of them."""
    return repository.list_organisations(db, after, limit)


def change_organisation(ctx: Context, version: int | None, changes: OrganisationChange) -> Organisation:
    """Change the settings that ``changes`` names and return the organisation.

    Raises:
        Invalid: a late fee is asked for without its amount or rate, or the new name is refused.
        PreconditionFailed: it is no longer at ``version``.
    """
    if "name" in changes:
        check_organisation_name(changes["name"], has_grant=repository.has_active_grant(ctx.db, ctx.organisation_id))
    before = get_organisation(ctx.db, ctx.organisation_id)
    late_fee_kind = changes.get("late_fee_kind", before.late_fee_kind)
    if late_fee_kind == "fixed" and not changes.get("late_fee_cents", before.late_fee_cents):
        raise Invalid([("late_fee_amount", "a fixed late fee needs its amount")])
    if late_fee_kind == "percent" and not changes.get("late_fee_bps", before.late_fee_bps):
        raise Invalid([("late_fee_bps", "a late fee in percent needs its rate")])
    if not repository.update_organisation(ctx.db, ctx.organisation_id, version, changes):
        raise PreconditionFailed(STALE_VERSION)
    changed = get_organisation(ctx.db, ctx.organisation_id)
    if _late_fee(changed, ctx.today) != _late_fee(before, ctx.today):
        repository.replace_late_fee_policy(ctx, _late_fee(changed, ctx.today))
    return changed


def list_late_fee_policies(ctx: Context) -> list[DatedLateFee]:
    """Return every late fee policy that the organisation has had, by its first day; none if it never had one."""
    return repository.list_late_fee_policies(ctx)


def _late_fee(organisation: Organisation, on: dt.date) -> DatedLateFee:
    return DatedLateFee(
        on,
        organisation.late_fee_kind,
        organisation.late_fee_cents,
        organisation.late_fee_bps,
        organisation.late_fee_grace_days,
        organisation.late_fee_cap_cents,
    )
