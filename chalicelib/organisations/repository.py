"""SQL of organisations, members and the audit trail."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.ids import new_id
from chalicelib.organisations.model import PLATFORM, DatedLateFee, Member, Membership, Organisation
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.messaging import organisation_grants
from chalicelib.storage.tables.organisations import (
    audit_events,
    data_keys,
    late_fee_policies,
    member_properties,
    members,
    organisations,
    people,
)
from chalicelib.storage.tables.portfolio import properties

ACTIVE, INVITED, REMOVED = "active", "invited", "removed"

_CALLER_QUERY = (
    select(
        members.c.organisation_id,
        members.c.id,
        members.c.role,
        organisations.c.time_zone,
        organisations.c.name,
        member_properties.c.property_id,
    )
    .join(organisations, organisations.c.id == members.c.organisation_id)
    .outerjoin(
        member_properties,
        (member_properties.c.organisation_id == members.c.organisation_id)
        & (member_properties.c.member_id == members.c.id),
    )
    .where(members.c.status == ACTIVE)
)


def list_caller_memberships(db: Connection, phone: str, organisation_id: UUID | None) -> list[Row[Any]]:
    """Return a row for each (membership, named property) of ``phone``, in one indexed query."""
    query = _CALLER_QUERY.where(members.c.phone == phone)
    if organisation_id is not None:
        query = query.where(members.c.organisation_id == organisation_id)
    return list(db.execute(query))


def list_memberships(db: Connection, phone: str, invited_after: dt.datetime) -> list[Membership]:
    """Return where the person is a member, or has been invited since."""
    query = (
        select(members, organisations.c.name.label("organisation_name"))
        .join(organisations, organisations.c.id == members.c.organisation_id)
        .where(
            members.c.phone == phone,
            or_(members.c.status == ACTIVE, (members.c.status == INVITED) & (members.c.invited_at > invited_after)),
        )
        .order_by(members.c.id)
    )
    return [
        Membership(row.id, row.organisation_id, row.organisation_name, row.role, row.status)
        for row in db.execute(query)
    ]


def add_organisation(db: Connection, organisation: Organisation) -> None:
    names = Organisation._fields
    db.execute(insert(organisations).values({name: getattr(organisation, name) for name in names}))


def find_organisation(db: Connection, organisation_id: UUID) -> Organisation | None:
    row = db.execute(select(organisations).where(organisations.c.id == organisation_id)).one_or_none()
    return None if row is None else Organisation(**row._mapping)


def update_organisation(
    db: Connection, organisation_id: UUID, version: int | None, columns: Mapping[str, object]
) -> bool:
    """Set ``columns`` if the row still has ``version`` (None: whatever it has); return whether this call did it."""
    query = update(organisations).where(organisations.c.id == organisation_id)
    if version is not None:
        query = query.where(organisations.c.version == version)
    return db.execute(query.values(**columns, version=organisations.c.version + 1)).rowcount == 1


def replace_late_fee_policy(ctx: Context, policy: DatedLateFee) -> None:
    """Keep the policy as that of its first day, in place of another of the same day."""
    table = late_fee_policies
    same_day = and_(table.c.organisation_id == ctx.organisation_id, table.c.starts_on == policy.starts_on)
    ctx.db.execute(delete(table).where(same_day))
    ctx.db.execute(insert(table).values(organisation_id=ctx.organisation_id, **policy._asdict()))


def list_late_fee_policies(ctx: Context) -> list[DatedLateFee]:
    table = late_fee_policies
    query = select(*(table.c[name] for name in DatedLateFee._fields)).where(
        table.c.organisation_id == ctx.organisation_id
    )
    return [DatedLateFee(*row) for row in ctx.db.execute(query.order_by(table.c.starts_on))]


def has_active_grant(db: Connection, organisation_id: UUID) -> bool:
    """Return whether an operator has granted the organisation anything, and has not taken it back."""
    query = select(organisation_grants.c.id).where(
        organisation_grants.c.organisation_id == organisation_id, organisation_grants.c.revoked_at.is_(None)
    )
    return db.execute(query.limit(1)).first() is not None


def add_person(db: Connection, phone: str, name: str, at: dt.datetime) -> None:
    """Keep the person, unless we know them; their name stays as it was first given."""
    known = db.execute(select(people.c.id).where(people.c.phone == phone)).first()
    if known is None:
        row = {"id": new_id(), "phone": phone, "name": name, "created_at": at}
        # Another request of theirs may have kept them since.
        with contextlib.suppress(IntegrityError), db.begin_nested():
            db.execute(insert(people).values(row))


def lock_person(db: Connection, phone: str) -> None:
    """Hold the person of the number: whoever else acts for it waits until this transaction ends."""
    db.execute(select(people.c.id).where(people.c.phone == phone).with_for_update())


def count_founded(db: Connection, phone: str, since: dt.datetime) -> tuple[int, int]:
    """Return how many organisations the number has founded, and how many of them since then."""
    lately = func.coalesce(func.sum(case((organisations.c.created_at >= since, 1), else_=0)), 0)
    row = db.execute(select(func.count(), lately).where(organisations.c.founder_phone == phone)).one()
    return int(row[0]), int(row[1])


def add_member(db: Connection, organisation_id: UUID, member: Member) -> bool:
    """Add the member; return False where the organisation has one of that number."""
    names = ("id", "phone", "name", "role", "status", "version", "created_at", "invited_at")
    row = {name: getattr(member, name) for name in names}
    try:
        with db.begin_nested():
            db.execute(insert(members).values(organisation_id=organisation_id, **row))
    except IntegrityError:
        return False
    set_member_properties(db, organisation_id, member.id, member.properties)
    return True


def set_member_properties(db: Connection, organisation_id: UUID, member_id: UUID, named: Iterable[UUID]) -> None:
    """Make ``named`` the member's named properties, whatever they were."""
    mine = (member_properties.c.organisation_id == organisation_id) & (member_properties.c.member_id == member_id)
    db.execute(delete(member_properties).where(mine))
    rows = [{"organisation_id": organisation_id, "member_id": member_id, "property_id": each} for each in set(named)]
    if rows:
        db.execute(insert(member_properties), rows)


def lock_properties(db: Connection, organisation_id: UUID, named: Iterable[UUID]) -> list[UUID]:
    """Return those of ``named`` that are not the organisation's; the others stay until the transaction ends."""
    wanted = set(named)
    query = select(properties.c.id).where(properties.c.organisation_id == organisation_id, properties.c.id.in_(wanted))
    return sorted(wanted - set(db.scalars(query.with_for_update(read=True))))


def find_member(db: Connection, organisation_id: UUID, member_id: UUID) -> Member | None:
    query = select(members).where(members.c.organisation_id == organisation_id, members.c.id == member_id)
    row = db.execute(query).one_or_none()
    return None if row is None else _with_properties(db, organisation_id, [row])[0]


def find_member_by_phone(db: Connection, organisation_id: UUID, phone: str) -> Member | None:
    query = select(members).where(members.c.organisation_id == organisation_id, members.c.phone == phone)
    row = db.execute(query).one_or_none()
    return None if row is None else _with_properties(db, organisation_id, [row])[0]


def list_members(db: Connection, organisation_id: UUID, page_request: PageRequest) -> Page[Member]:
    query = select(members).where(members.c.organisation_id == organisation_id, members.c.status != REMOVED)
    page = fetch_page(db, query, [members.c.id], page_request)
    return Page(_with_properties(db, organisation_id, page.items), page.next_cursor)


def update_member(
    db: Connection, organisation_id: UUID, member_id: UUID, version: int | None, columns: Mapping[str, object]
) -> bool:
    """Set ``columns`` if the member still has ``version`` (None: whatever it has); return whether this call did it."""
    query = update(members).where(members.c.organisation_id == organisation_id, members.c.id == member_id)
    if version is not None:
        query = query.where(members.c.version == version)
    return db.execute(query.values(**columns, version=members.c.version + 1)).rowcount == 1


def lock_owners(db: Connection, organisation_id: UUID) -> list[UUID]:
    """Return the members who are owners, locked so that two of them cannot leave at once."""
    query = (
        select(members.c.id)
        .where(
            members.c.organisation_id == organisation_id,
            members.c.role == "owner",
            members.c.status == ACTIVE,
        )
        .order_by(members.c.id)
        .with_for_update()
    )
    return list(db.scalars(query))


def activate_member(db: Connection, member_id: UUID, phone: str, invited_after: dt.datetime) -> bool:
    """Make the invited member active if the invitation is ``phone``'s and of since; return whether this call did it."""
    query = update(members).where(
        members.c.id == member_id,
        members.c.phone == phone,
        members.c.status == INVITED,
        members.c.invited_at > invited_after,
    )
    return db.execute(query.values(status=ACTIVE, version=members.c.version + 1)).rowcount == 1


def add_audit_event(db: Connection, organisation_id: UUID, **values: Any) -> None:
    db.execute(insert(audit_events).values(organisation_id=organisation_id, id=new_id(), **values))


def list_audit_events(db: Connection, organisation_id: UUID, page_request: PageRequest) -> Page[Row[Any]]:
    query = select(audit_events).where(audit_events.c.organisation_id == organisation_id)
    return fetch_page(db, query, [audit_events.c.id], page_request, descending=True)


def add_data_key(db: Connection, organisation_id: UUID, owner_id: UUID, wrapped: bytes, at: dt.datetime) -> None:
    db.execute(insert(data_keys).values(organisation_id=organisation_id, id=owner_id, wrapped=wrapped, created_at=at))


def find_data_key(db: Connection, organisation_id: UUID, owner_id: UUID) -> bytes | None:
    query = select(data_keys.c.wrapped).where(
        data_keys.c.organisation_id == organisation_id, data_keys.c.id == owner_id
    )
    return db.scalar(query)


def destroy_data_key(db: Connection, organisation_id: UUID, owner_id: UUID) -> None:
    db.execute(delete(data_keys).where(data_keys.c.organisation_id == organisation_id, data_keys.c.id == owner_id))


def list_organisations(db: Connection, after: UUID | None, limit: int) -> list[Organisation]:
    """Return the next organisations, by id, without the platform's own."""
    query = select(organisations).where(organisations.c.id != PLATFORM).order_by(organisations.c.id).limit(limit)
    if after is not None:
        query = query.where(organisations.c.id > after)
    return [Organisation(**row._mapping) for row in db.execute(query)]


def _with_properties(db: Connection, organisation_id: UUID, rows: list[Row[Any]]) -> list[Member]:
    query = select(member_properties.c.member_id, member_properties.c.property_id).where(
        member_properties.c.organisation_id == organisation_id,
        member_properties.c.member_id.in_([row.id for row in rows]),
    )
    named: dict[UUID, list[UUID]] = {}
    for member_id, property_id in db.execute(query):
        named.setdefault(member_id, []).append(property_id)
    return [
        Member(
            id=row.id,
            phone=row.phone,
            name=row.name,
            role=row.role,
            status=row.status,
            properties=sorted(named.get(row.id, [])),
            version=row.version,
            created_at=row.created_at,
            invited_at=row.invited_at,
        )
        for row in rows
    ]
