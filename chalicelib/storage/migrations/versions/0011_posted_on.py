"""The day from which documents count in the books: that of their journal, which a closed month moves."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chalicelib.storage import append_only
from chalicelib.storage.types import Id

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CONFIRMED = ("matched", "unmatched", "reversed")
ALLOCATING = ("allocation", "release", "deposit_deduction", "deposit_release")
APPEND_ONLY = ("allocation", "deposit_entry", "refund")


def upgrade() -> None:
    for table in ("invoice", "invoice_line", "refund", "deposit_entry"):
        op.add_column(table, sa.Column("posted_on", sa.Date(), nullable=False, server_default=sa.text("'2000-01-01'")))
    for column in ("posted_on", "matched_on"):
        op.add_column("payment", sa.Column(column, sa.Date(), nullable=True))
    for table in APPEND_ONLY:  # the only way to date what is there; created again below
        op.execute(f"DROP TRIGGER {table}_no_update")
    _date_invoices()
    _date_payments()
    _date_deposits()
    _date_allocations()
    append_only.create_triggers(op.get_bind())
    op.drop_index("ix_invoice_line_open", "invoice_line")
    columns = ["organisation_id", "lease_id", "open_cents", "posted_on", "due_on", "overdue_on"]
    op.create_index("ix_invoice_line_open", "invoice_line", columns)
    op.drop_index("ix_payment_organisation_id_lease_id_unallocated_cents", "payment")
    columns = ["organisation_id", "lease_id", "unallocated_cents", "matched_on", "reversed_on", "amount_cents"]
    op.create_index("ix_payment_credit", "payment", columns)
    for column in ("posted_on", "reversed_on"):
        op.create_index(f"ix_payment_organisation_id_{column}", "payment", ["organisation_id", column])


def _table(name: str, *columns: str) -> sa.TableClause:
    ids = [sa.column(each, Id()) if each == "id" or each.endswith("_id") else sa.column(each) for each in columns]
    return sa.table(name, sa.column("organisation_id", Id()), *ids)


_JOURNAL = _table("journal", "source_kind", "source_id", "reverses_id", "kind", "effective_on", "idempotency_key")


def _journal_day(table: sa.TableClause, source_kind: str, source_id: Any, *conditions: Any) -> sa.ScalarSelect[Any]:
    """Select the day of the journal of ``source_id``."""
    query = sa.select(sa.func.min(_JOURNAL.c.effective_on)).where(
        _JOURNAL.c.organisation_id == table.c.organisation_id,
        _JOURNAL.c.source_kind == source_kind,
        _JOURNAL.c.source_id == source_id,
        *conditions,
    )
    return query.correlate(table).scalar_subquery()


def _date_invoices() -> None:
    invoice = _table("invoice", "id", "issued_on", "posted_on")
    day = _journal_day(invoice, "invoice", invoice.c.id, _JOURNAL.c.kind == "invoice")
    op.execute(sa.update(invoice).values(posted_on=sa.func.coalesce(day, invoice.c.issued_on)))
    line = _table("invoice_line", "invoice_id", "posted_on")
    mine = (invoice.c.organisation_id == line.c.organisation_id) & (invoice.c.id == line.c.invoice_id)
    of_invoice = sa.select(invoice.c.posted_on).where(mine).correlate(line).scalar_subquery()
    op.execute(sa.update(line).values(posted_on=of_invoice))


def _date_payments() -> None:
    payment = _table("payment", "id", "lease_id", "state", "received_on", "posted_on", "matched_on")
    day = _journal_day(payment, "payment", payment.c.id, _JOURNAL.c.kind == "payment")
    posted = sa.update(payment).where(payment.c.state.in_(CONFIRMED))
    op.execute(posted.values(posted_on=sa.func.coalesce(day, payment.c.received_on)))
    matched = sa.update(payment).where(payment.c.lease_id.is_not(None))
    op.execute(matched.values(matched_on=payment.c.posted_on))
    refund = _table("refund", "id", "refunded_on", "posted_on")
    day = _journal_day(refund, "refund", refund.c.id, _JOURNAL.c.kind == "refund")
    op.execute(sa.update(refund).values(posted_on=sa.func.coalesce(day, refund.c.refunded_on)))


def _date_deposits() -> None:
    """Date each entry by its own journal, and what undoes an entry by the reversal of that entry's journal.

    Those without either, such as deductions, were entered on the day that they count from.
    """
    entry = _table("deposit_entry", "id", "entered_on", "posted_on", "reverses_id")
    own = _journal_day(entry, "deposit", entry.c.id, _JOURNAL.c.reverses_id.is_(None))
    undoing = _journal_day(entry, "deposit", entry.c.reverses_id, _JOURNAL.c.reverses_id.is_not(None))
    op.execute(sa.update(entry).values(posted_on=sa.func.coalesce(own, undoing, entry.c.entered_on)))


def _date_allocations() -> None:
    """Move what was allocated in a month that was closed by then to the day of its journal.

    A journal holds one source's allocations, or releases, of one transaction and day; its key names the first.
    """
    allocation = _table("allocation", "id", "source_id", "amount_cents", "allocated_on", "created_at")
    of_source = (_JOURNAL.c.organisation_id == allocation.c.organisation_id) & (
        _JOURNAL.c.source_id == allocation.c.source_id
    )
    moved = (
        sa.select(allocation, _JOURNAL.c.effective_on, _JOURNAL.c.idempotency_key)
        .join(_JOURNAL, of_source)
        .where(_JOURNAL.c.kind.in_(ALLOCATING), _JOURNAL.c.effective_on != allocation.c.allocated_on)
    )
    bind = op.get_bind()
    for first in list(bind.execute(moved)):
        if first.idempotency_key != f"allocation:{first.id}":
            continue
        of_journal = (
            allocation.c.organisation_id == first.organisation_id,
            allocation.c.source_id == first.source_id,
            allocation.c.allocated_on == first.allocated_on,
            allocation.c.created_at == first.created_at,
            (allocation.c.amount_cents > 0) if first.amount_cents > 0 else (allocation.c.amount_cents < 0),
        )
        bind.execute(sa.update(allocation).where(*of_journal).values(allocated_on=first.effective_on))


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; restore a backup instead.")
