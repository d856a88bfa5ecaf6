"""An idempotency key is a member's own and says whose answer it keeps; an invitation says when it was made.

Only adds, so that code of before goes on: its keys are the organisation's, and code of after does not find them. A
request that is repeated across the two is done anew.
"""

import sqlalchemy as sa
from alembic import op

from chalicelib.storage.types import Id, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotency_key", sa.Column("organisation_id", Id(), nullable=True))
    # Of before: the organisation's, or a person's, who then has no tenants to be erased.
    op.execute(sa.text("UPDATE idempotency_key SET organisation_id = scope_id"))
    op.create_index("ix_idempotency_key_organisation_id", "idempotency_key", ["organisation_id"])
    op.add_column("member", sa.Column("invited_at", Instant(), nullable=True))
    op.execute(sa.text("UPDATE member SET invited_at = created_at WHERE status = 'invited'"))


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
