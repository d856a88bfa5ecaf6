"""What was typed wrongly about money can be corrected.

References are unique among live payments only; a payment says which one of another lease it replaces, by which
invoice what was refunded of it is recovered, and what the payer named; a refund may reverse another.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from chalicelib.storage.types import Id

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_payment = sa.table(
    "payment",
    sa.column("organisation_id", Id()),
    sa.column("id", Id()),
    sa.column("channel_id", Id()),
    sa.column("method", sa.String()),
    sa.column("provider_reference", sa.String()),
    sa.column("state", sa.String()),
    sa.column("reference_key", sa.String()),
)
ROWS_AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("payment", sa.Column("reference_key", sa.String(length=80), nullable=True))
    op.add_column("payment", sa.Column("moved_from_id", Id(), nullable=True))
    op.add_column("payment", sa.Column("recovery_invoice_id", Id(), nullable=True))
    op.add_column("payment", sa.Column("invoice_id", Id(), nullable=True))
    op.add_column("payment", sa.Column("spread", sa.Boolean(), nullable=True))
    op.add_column("refund", sa.Column("reverses_id", Id(), nullable=True))
    _set_keys()
    for column, unique in (
        ("reference_key", True),
        ("channel_id", False),  # the foreign key needs one that begins with its columns
        ("provider_reference", False),
        ("moved_from_id", True),
        ("recovery_invoice_id", False),
    ):
        name = f"ix_payment_organisation_id_{column}"
        op.create_index(name, "payment", ["organisation_id", column], unique=unique)
    op.create_index("ix_refund_organisation_id_reverses_id", "refund", ["organisation_id", "reverses_id"], unique=True)
    op.drop_index("ix_payment_organisation_id_channel_id_provider_reference", table_name="payment")


def _set_keys() -> None:
    """Give the live payments their keys; of an M-Pesa code on two channels the first payment holds it."""
    bind = op.get_bind()
    at = _payment.c
    live = sa.select(at.organisation_id, at.id, at.channel_id, at.method, at.provider_reference).where(
        at.method.in_(("mpesa", "bank")),
        at.provider_reference.is_not(None),
        at.state.in_(("pending", "unmatched", "matched")),
    )
    held: set[tuple[UUID, str]] = set()
    keys: list[dict[str, Any]] = []
    for row in bind.execute(live.order_by(at.organisation_id, at.id)).all():
        whose = "mpesa" if row.method == "mpesa" else row.channel_id.hex
        key = (row.organisation_id, f"{whose}:{row.provider_reference}")
        if key not in held:
            held.add(key)
            keys.append({"whose": row.organisation_id, "payment": row.id, "key": key[1]})
    query = sa.update(_payment).where(
        at.organisation_id == sa.bindparam("whose", type_=Id()), at.id == sa.bindparam("payment", type_=Id())
    )
    for start in range(0, len(keys), ROWS_AT_ONCE):
        bind.execute(query.values(reference_key=sa.bindparam("key")), keys[start : start + ROWS_AT_ONCE])


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
