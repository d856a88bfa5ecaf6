"""The first tables, and the triggers that keep the append-only ones so."""

from alembic import op

from chalicelib.storage import append_only
from chalicelib.storage.tables import metadata
from chalicelib.storage.tables.base import MYSQL_OPTIONS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in metadata.tables.values():
        table.kwargs.update(MYSQL_OPTIONS)
    metadata.create_all(op.get_bind())
    append_only.create_triggers(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
