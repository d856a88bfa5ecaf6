"""What organisations are granted, the number that each was founded by, and what numbers had of those not granted."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from chalicelib.storage.tables.base import MYSQL_OPTIONS
from chalicelib.storage.types import Id, Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PLATFORM = UUID("00000000-0000-7000-8000-000000000001")  # made by 0005
PLATFORMS_LIMITS = {"daily_cap": 2000, "tenant_daily_cap": 3, "monthly_limit_cents": 50_000_00}  # as 0005 set them


def upgrade() -> None:
    op.create_table(
        "organisation_grant",
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("sender_name", sa.String(length=11), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("tenant_daily_cap", sa.Integer(), nullable=True),
        sa.Column("monthly_limit_cents", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("granted_by", sa.String(length=60), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("revoked_by", sa.String(length=60), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_organisation_grant"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_organisation_grant_organisation_id_kind_revoked_at",
        "organisation_grant",
        ["organisation_id", "kind", "revoked_at"],
    )
    op.create_table(
        "phone_day",
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("phone", "counted_on", name="pk_phone_day"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_phone_day_counted_on", "phone_day", ["counted_on"])
    op.add_column("organisation", sa.Column("founder_phone", sa.String(length=16), nullable=True))
    op.create_index("ix_organisation_founder_phone_created_at", "organisation", ["founder_phone", "created_at"])
    _name_founders()
    _grant_platform()


def _name_founders() -> None:
    """Take each organisation's earliest owner for its founder; whoever founded one began as its owner."""
    member = sa.table(
        "member",
        sa.column("organisation_id", Id()),
        sa.column("phone", sa.String()),
        sa.column("role", sa.String()),
        sa.column("created_at", Instant()),
        sa.column("id", Id()),
    )
    organisation = sa.table("organisation", sa.column("id", Id()), sa.column("founder_phone", sa.String()))
    bind = op.get_bind()
    owners = sa.select(member.c.organisation_id, member.c.phone).where(member.c.role == "owner")
    found: dict[object, str] = {}
    for organisation_id, phone in bind.execute(owners.order_by(member.c.created_at, member.c.id)):
        found.setdefault(organisation_id, phone)
    for organisation_id, phone in found.items():
        bind.execute(sa.update(organisation).where(organisation.c.id == organisation_id).values(founder_phone=phone))


def _grant_platform() -> None:
    """Let the platform's own organisation answer phones: it has no founder whose number its texts could tell."""
    grant = sa.table(
        "organisation_grant",
        sa.column("organisation_id", Id()),
        sa.column("id", Id()),
        *(sa.column(name) for name in ("kind", "sender_name", *PLATFORMS_LIMITS, "note", "granted_by", "revoked_by")),
        sa.column("granted_at", Instant()),
    )
    row = {
        "organisation_id": PLATFORM,
        "id": PLATFORM,
        "kind": "messaging",
        "sender_name": "",
        **PLATFORMS_LIMITS,
        "note": "answers to phones whose holder has not said whose tenant they are",
        "granted_by": "migration 0006",
        "revoked_by": "",
        "granted_at": dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
    }
    op.bulk_insert(grant, [row])


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
