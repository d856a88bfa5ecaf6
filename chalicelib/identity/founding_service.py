"""Founding organisations: whoever signs in may, under a name that is nobody else's and not without end."""

import datetime as dt
import math
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib.brands import has_other_letters, is_brand
from chalicelib.clock import NAIROBI, day_of
from chalicelib.errors import Conflict, Invalid, TooManyRequests
from chalicelib.identity import repository
from chalicelib.identity.model import Member, Organisation
from chalicelib.identity.roles import OWNER
from chalicelib.ids import new_id

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
