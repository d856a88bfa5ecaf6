"""What organisations are granted, the number that each was founded by, and what numbers had of those not granted."""

import sqlalchemy as sa
from alembic import op

from chalicelib.storage.tables.base import MYSQL_OPTIONS
from chalicelib.storage.types import Id, Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
