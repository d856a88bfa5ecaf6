"""Search tenants' names without accents and by any apostrophe: the keys of those that there are."""

import unicodedata

import sqlalchemy as sa
from alembic import op

from chalicelib.storage.types import Id

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u00b4`\uff07"), "'")
ROWS_PER_READ = 1000


def upgrade() -> None:
    tenant = sa.table(
        "tenant", sa.column("organisation_id", Id()), sa.column("id", Id()), sa.column("name_key", sa.String())
    )
    bind = op.get_bind()
    key = sa.tuple_(tenant.c.organisation_id, tenant.c.id)
    order = (tenant.c.organisation_id, tenant.c.id)
    after = None
    while True:
        query = sa.select(tenant).order_by(*order).limit(ROWS_PER_READ)
        rows = list(bind.execute(query if after is None else query.where(key > after)))
        for organisation_id, tenant_id, name_key in rows:
            plain = fold(name_key)
            if plain != name_key:
                mine = sa.and_(tenant.c.organisation_id == organisation_id, tenant.c.id == tenant_id)
                bind.execute(sa.update(tenant).where(mine).values(name_key=plain))
        if len(rows) < ROWS_PER_READ:
            return
        after = sa.tuple_(sa.literal(rows[-1][0], Id()), sa.literal(rows[-1][1], Id()))


def fold(name_key: str) -> str:
    """Return the key without accents and with one apostrophe for all; it was in lower case already."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name_key) if not unicodedata.combining(each))
    return plain.translate(APOSTROPHES)


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
