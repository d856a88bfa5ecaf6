"""Organisations that were there before grants take their earliest owner's number for their founder's."""

import datetime as dt
from uuid import UUID

from alembic import command
from alembic.config import Config
from sqlalchemy import insert, select

from chalicelib.ids import new_id
from chalicelib.organisations.model import PLATFORM
from chalicelib.storage import migrate
from chalicelib.storage.engines import WRITING_OPTION, make_engine
from chalicelib.storage.tables.organisations import members, organisations

AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
BEFORE = "0002"


def test_the_earliest_owner_is_taken_for_the_founder(empty_database: str) -> None:
    engine = make_engine(empty_database)
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    mine, theirs, nobodys = new_id(), new_id(), new_id()
    with engine.connect() as raw, raw.execution_options(**WRITING_OPTION).begin():
        config.attributes["connection"] = raw
        command.upgrade(config, BEFORE)
        for organisation_id in (mine, theirs, nobodys):
            raw.execute(insert(organisations).values(organisation(organisation_id)))
        for whose, phone, role, days in (
            (mine, "+254700000002", "owner", 2),
            (mine, "+254700000001", "owner", 1),
            (mine, "+254700000000", "manager", 0),
            (theirs, "+254700000003", "owner", 5),
        ):
            raw.execute(insert(members).values(member(whose, phone, role, AT + dt.timedelta(days=days))))
    migrate.upgrade(empty_database)
    with engine.connect() as db:
        query = select(organisations.c.id, organisations.c.founder_phone).where(organisations.c.id != PLATFORM)
        rows = db.execute(query)
        assert {row.id: row.founder_phone for row in rows} == {
            mine: "+254700000001",
            theirs: "+254700000003",
            nobodys: None,
        }
    engine.dispose()


def organisation(organisation_id: UUID) -> dict[str, object]:
    return {
        "id": organisation_id, "name": "Acme", "currency": "KES", "time_zone": "Africa/Nairobi", "due_day": 5,
        "grace_days": 0, "late_fee_kind": "off", "late_fee_cents": 0, "late_fee_bps": 0, "late_fee_grace_days": 0,
        "allocation_order": [], "bill_by_itself": False, "version": 1, "created_at": AT,
    }  # fmt: skip


def member(organisation_id: UUID, phone: str, role: str, at: dt.datetime) -> dict[str, object]:
    return {
        "organisation_id": organisation_id, "id": new_id(), "phone": phone, "name": "Amina", "role": role,
        "status": "active", "version": 1, "created_at": at,
    }  # fmt: skip
