"""Payments that were there before references became unique among live payments hold the references that they held."""

import datetime as dt
from uuid import UUID

from alembic import command
from alembic.config import Config
from sqlalchemy import insert, select

from chalicelib.ids import new_id
from chalicelib.storage import migrate
from chalicelib.storage.engines import WRITING_OPTION, make_engine
from chalicelib.storage.tables.payments import payments
from chalicelib.storage.tables.portfolio import channels

AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
BEFORE = "0006"


def test_live_payments_hold_their_references_and_the_first_of_a_code_on_two_channels_does(empty_database: str) -> None:
    engine = make_engine(empty_database)
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    ours, theirs, one, other = (new_id() for _ in range(4))
    wanted = {}
    with engine.connect() as raw, raw.execution_options(**WRITING_OPTION).begin():
        config.attributes["connection"] = raw
        command.upgrade(config, BEFORE)
        for whose, channel_id in ((ours, one), (ours, other), (theirs, one)):
            raw.execute(insert(channels).values(channel(whose, channel_id)))
        for whose, channel_id, method, reference, state, key in (
            (ours, one, "mpesa", "TKC1", "pending", "mpesa:TKC1"),
            (ours, other, "mpesa", "TKC1", "matched", None),
            (theirs, one, "mpesa", "TKC1", "matched", "mpesa:TKC1"),
            (ours, one, "bank", "FT1", "unmatched", f"{one.hex}:FT1"),
            (ours, other, "bank", "FT1", "matched", f"{other.hex}:FT1"),
            (ours, one, "bank", "FT2", "reversed", None),
            (ours, one, "cheque", "000123", "matched", None),
            (ours, one, "cash", None, "matched", None),
        ):
            row = payment(whose, channel_id, method, reference, state)
            raw.execute(insert(payments).values(row))
            wanted[row["id"]] = key
    migrate.upgrade(empty_database)
    with engine.connect() as db:
        rows = db.execute(select(payments.c.id, payments.c.reference_key))
        assert {row.id: row.reference_key for row in rows} == wanted
    engine.dispose()


def channel(organisation_id: UUID, channel_id: UUID) -> dict[str, object]:
    return {
        "organisation_id": organisation_id, "id": channel_id, "kind": "bank", "name": "Bank",
        "number": channel_id.hex[-20:], "active": True, "version": 1, "created_at": AT,
    }  # fmt: skip


def payment(
    organisation_id: UUID, channel_id: UUID, method: str, reference: str | None, state: str
) -> dict[str, object]:
    return {
        "organisation_id": organisation_id, "id": new_id(), "channel_id": channel_id, "method": method,
        "provider_reference": reference, "amount_cents": 100, "received_on": AT.date(), "state": state,
        "reference_raw": "", "payer_name": "", "note": "", "unallocated_cents": 0, "refunded_cents": 0,
        "version": 1, "created_at": AT,
    }  # fmt: skip
