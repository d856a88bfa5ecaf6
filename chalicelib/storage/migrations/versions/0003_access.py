"""Idempotency keys are a member's own; an invitation says when it was made.

Keys of before do not say whose they were, so they go: a request from before that is repeated after is done anew.
"""

import sqlalchemy as sa
from alembic import op

from chalicelib.storage.tables.base import MYSQL_OPTIONS
from chalicelib.storage.types import Id, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("idempotency_key")
    op.create_table(
        "idempotency_key",
        sa.Column("scope_id", Id(), nullable=False),
        sa.Column("asker_id", Id(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(length=4000000), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("scope_id", "asker_id", "key", name="pk_idempotency_key"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"])
    op.add_column("member", sa.Column("invited_at", Instant(), nullable=True))
    op.execute(sa.text("UPDATE member SET invited_at = created_at WHERE status = 'invited'"))


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
