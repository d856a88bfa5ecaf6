"""Invoices one at a time: issued, told and made void; and what of their lines is settled."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.billing import charge_repository, invoice_repository, repository
from chalicelib.billing.issue_service import issue
from chalicelib.billing.model import BY_HAND, Draft, DraftLine, Invoice, Line, OpenLine
from chalicelib.billing.rules import Period, overdue_on, period_of
from chalicelib.billing.run_service import line_of_charge
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import LeaseTerms
from chalicelib.ledger import service as ledger
from chalicelib.pages import Asked, Page


def issue_invoice(
    db: Connection,
    organisation_id: UUID,
    lease_id: UUID,
    *,
    kind: str,
    lines: Sequence[tuple[str, str, int]],
    period: Period,
    issued_on: dt.date,
    due_on: dt.date | None = None,
    with_charges: bool = False,
    now: dt.datetime,
    member_id: UUID | None = None,
) -> Invoice:
    """Issue one invoice of (charge_type, description, cents) and return it. Locks the lease.

    A "final" invoice takes its month where the lease was not billed for it, so that no bill run
    bills it again.

    Args:
        due_on: None: on the day it is issued.
        with_charges: put the lease's waiting one-off charges on it too.

    Raises:
        Invalid: no lines, a sum that is not above 0, a type that is not billed by hand, due before issued.
        NotFound: the organisation has no such lease.
    """
    terms = leasing.get_lease_terms(db, organisation_id, lease_id)
    pending = charge_repository.lock_pending(db, organisation_id, [lease_id], None) if with_charges else []
    drafted = [DraftLine(*line) for line in lines]
    due = due_on or issued_on
    _check(kind, drafted, bool(pending), issued_on, due)
    claims = kind == "final" and not repository.billed_leases(db, organisation_id, period, [lease_id])
    draft = _draft(terms, kind, period, issued_on, due, drafted + [line_of_charge(charge) for charge in pending])
    draft = draft._replace(run_period=period if claims else None)
    issue(db, organisation_id, [draft], now=now, member_id=member_id)
    if pending:
        charge_repository.claim_for_invoice(db, organisation_id, [charge.id for charge in pending], draft.id)
    return get_invoice(db, organisation_id, draft.id)


def record_opening_balance(
    db: Connection,
    organisation_id: UUID,
    lease_id: UUID,
    amount_cents: int,
    on: dt.date,
    *,
    now: dt.datetime,
    member_id: UUID | None = None,
) -> Invoice:
    """Record what a lease owed when its books began, as an invoice due on that day.

    Raises:
        Conflict: the lease has an opening balance; void that first.
        Invalid: the amount is not above 0.
        NotFound: the organisation has no such lease.
    """
    made = record_opening_balances(db, organisation_id, [(lease_id, amount_cents)], on, now=now, member_id=member_id)
    return get_invoice(db, organisation_id, made[0])


def record_opening_balances(
    db: Connection,
    organisation_id: UUID,
    balances: Iterable[tuple[UUID, int]],
    on: dt.date,
    *,
    now: dt.datetime,
    member_id: UUID | None = None,
) -> list[UUID]:
    """Record many leases' opening balances (lease, cents) and return the invoices' ids in the order of lease ids."""
    ordered = sorted(balances)
    terms = [leasing.get_lease_terms(db, organisation_id, lease_id) for lease_id, _ in ordered]
    already = repository.has_opening(db, organisation_id, [lease_id for lease_id, _ in ordered])
    if already:
        raise Conflict("The lease has an opening balance already; void it first.", lease_id=str(min(already)))
    drafts = []
    for each, (_, amount_cents) in zip(terms, ordered, strict=True):
        line = DraftLine("opening_balance", "Balance brought forward", amount_cents)
        _check("opening", [line], False, on, on)
        drafts.append(_draft(each, "opening", period_of(on), on, on, [line]))
    issue(db, organisation_id, drafts, now=now, member_id=member_id)
    return [draft.id for draft in drafts]


def _draft(
    terms: LeaseTerms, kind: str, period: Period, issued_on: dt.date, due: dt.date, lines: list[DraftLine]
) -> Draft:
    return Draft(
        id=new_id(),
        kind=kind,
        lease_id=terms.id,
        property_id=terms.property_id,
        tenant_id=terms.tenant_id,
        period=period,
        run_period=None,
        issued_on=issued_on,
        due_on=due,
        overdue_on=overdue_on(due, terms.grace_days),
        lines=lines,
    )


def _check(kind: str, lines: Sequence[DraftLine], has_charges: bool, issued_on: dt.date, due: dt.date) -> None:
    allowed = ("opening_balance",) if kind == "opening" else BY_HAND
    wrong = []
    if not lines and not has_charges:
        wrong.append(("lines", "expected at least one line, or a charge that waits"))
    for place, line in enumerate(lines):
        if line.charge_type not in allowed:
            wrong.append((f"lines.{place}.charge_type", f"expected one of: {', '.join(allowed)}"))
        if line.amount_cents <= 0:
            wrong.append((f"lines.{place}.amount", "expected more than nothing"))
    if due < issued_on:
        wrong.append(("due_on", "may not be before the day of issue"))
    if wrong:
        raise Invalid(wrong)


def get_invoice(db: Connection, organisation_id: UUID, invoice_id: UUID) -> Invoice:
    """Return the invoice with its lines."""
    found = invoice_repository.find_invoice(db, organisation_id, invoice_id)
    if found is None:
        raise NotFound("There is no such invoice.")
    return found


def list_invoices(
    db: Connection, organisation_id: UUID, asked: Asked, *, today: dt.date, **filters: Any
) -> Page[Invoice]:
    """Return a page of invoices without their lines, by number.

    ``filters``: lease_id, property_id, period, and status: open, overdue (as of ``today``), paid, void.
    """
    return invoice_repository.list_invoices(db, organisation_id, asked, today=today, **filters)


def void_invoice(
    db: Connection,
    organisation_id: UUID,
    invoice_id: UUID,
    *,
    today: dt.date,
    now: dt.datetime,
    member_id: UUID | None = None,
) -> Invoice:
    """Cancel an invoice that nothing was paid or credited on, keeping its number, and return it as it now stands.

    Its journal is reversed, its one-off charges and late fees wait for the next invoice, and its
    month can be billed anew.

    Raises:
        NotFound: the organisation has no such invoice.
        Conflict: something was paid or credited on it, or it is void already.
    """
    lease_id = invoice_repository.lease_of(db, organisation_id, invoice_id)
    if lease_id is None:
        raise NotFound("There is no such invoice.")
    leasing.lock_lease(db, organisation_id, lease_id)
    if not repository.mark_void(db, organisation_id, invoice_id, today):
        invoice = get_invoice(db, organisation_id, invoice_id)
        raise Conflict(
            "Only an invoice that nothing was paid or credited on can be voided; credit it instead.",
            invoice_id=str(invoice.id), invoice_status=invoice.status, paid_cents=invoice.paid_cents,
            credited_cents=invoice.credited_cents,
        )  # fmt: skip
    charge_repository.release_charges(db, organisation_id, invoice_id)
    ledger.reverse(db, organisation_id, ("invoice", invoice_id), on=today, now=now, member_id=member_id)
    return get_invoice(db, organisation_id, invoice_id)


def settle(db: Connection, organisation_id: UUID, changes: Iterable[tuple[UUID, int]]) -> None:
    """Count cents as paid on lines, or take them back where below 0: the only way that what is paid changes.

    The leases are the caller's to lock, and the journal is the caller's to post.

    Raises:
        Conflict: a line is unknown or void, or would be paid by less than nothing or more than is owed.
    """
    move(db, organisation_id, changes, "paid_cents")


def move(db: Connection, organisation_id: UUID, changes: Iterable[tuple[UUID, int]], column: str) -> None:
    """Move open cents of lines, and of their invoices, to ``column``: paid_cents or credited_cents."""
    deltas: dict[UUID, int] = {}
    for line_id, delta in changes:
        deltas[line_id] = deltas.get(line_id, 0) + delta
    deltas = {line_id: delta for line_id, delta in deltas.items() if delta}
    if not deltas:
        return
    if not repository.settle_lines(db, organisation_id, deltas, column):
        raise Conflict("What is open of a line has changed meanwhile; read it again.")
    totals: dict[UUID, int] = {}
    for line_id, invoice_id in repository.invoices_of(db, organisation_id, list(deltas)):
        totals[invoice_id] = totals.get(invoice_id, 0) + deltas[line_id]
    repository.settle_invoices(db, organisation_id, totals, column)


def open_lines(db: Connection, organisation_id: UUID, lease_ids: Collection[UUID]) -> dict[UUID, list[OpenLine]]:
    """Return each lease's open lines, the oldest due first; a lease without any is left out."""
    grouped: dict[UUID, list[OpenLine]] = {}
    for line in repository.open_lines(db, organisation_id, lease_ids):
        grouped.setdefault(line.lease_id, []).append(line)
    return grouped


def get_lines(db: Connection, organisation_id: UUID, line_ids: Collection[UUID]) -> list[Line]:
    """Return the lines, by id.

    Raises:
        NotFound: the organisation lacks one of them.
    """
    found = repository.lines_by_id(db, organisation_id, line_ids)
    missing = set(line_ids) - {line.id for line in found}
    if missing:
        raise NotFound("There is no such invoice line.", line_id=str(min(missing)))
    return found
