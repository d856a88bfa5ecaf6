"""When a task is served: organisations take turns."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("turn", sa.BigInteger, nullable=True))
    op.create_index("ix_task_organisation_id_status", "task", ["organisation_id", "status"])
