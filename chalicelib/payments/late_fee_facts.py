"""The facts that the late fees of leases follow from, as read now. Money is whole cents."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib import billing, organisations
from chalicelib.billing.model import Charge
from chalicelib.billing.rules import LateFeePolicy
from chalicelib.leasing.model import PayerLease
from chalicelib.payments import late_fee_repository as repository
from chalicelib.payments import late_fee_rules as rules
from chalicelib.payments.late_fee_rules import ChargedFee, DatedPolicy, DebtLine, FeeLine, LateInvoice
from chalicelib.payments.rules import payable_leases
from chalicelib.runtime.context import Context


class LateFeeFacts(NamedTuple):
    """What the fees of some leases are derived from."""

    lines: Mapping[UUID, repository.BilledLine]
    invoices: Mapping[UUID, LateInvoice]
    charged: Mapping[UUID, ChargedFee]
    charges: Mapping[UUID, list[Charge]]  # by the late invoice
    wanted: Mapping[UUID, int]
    currency: str


def list_policies(ctx: Context) -> list[DatedPolicy]:
    """Return the policies by day; none if there is none that charges anything."""
    listed = organisations.list_late_fee_policies(ctx)
    if all(each.kind == "off" for each in listed):
        return []
    return [
        DatedPolicy(
            each.starts_on,
            LateFeePolicy(each.kind, each.amount_cents, each.rate_bps, each.grace_days, each.cap_cents),
        )
        for each in listed
    ]


def load_facts(ctx: Context, group: Sequence[PayerLease], policies: Sequence[DatedPolicy], on: dt.date) -> LateFeeFacts:
    """Read what the leases' fees follow from, in six queries, and compute what should stand charged by ``on``."""
    lease_ids = [lease.id for lease in group]
    organisation = organisations.get_organisation(ctx.db, ctx.organisation_id)
    billed = {line.id: line for line in repository.list_billed_lines(ctx, lease_ids)}
    credited: defaultdict[UUID, list[repository.CreditedPart]] = defaultdict(list)
    for part in repository.list_credited_parts(ctx, lease_ids):
        credited[part.line_id].append(part)
    decided = repository.list_decided_allocations(ctx, lease_ids)
    charges: defaultdict[UUID, list[Charge]] = defaultdict(list)
    for charge in billing.list_late_fees(ctx, lease_ids):
        if charge.late_for_id is not None:
            charges[charge.late_for_id].append(charge)
    invoiced = [line for line in billed.values() if line.charge_id is not None and line.voided_on is None]
    by_charge = {line.charge_id: line for line in invoiced}
    charged = {invoice_id: _charged_fee(mine, by_charge, credited, decided) for invoice_id, mine in charges.items()}
    debts = [_debt_line(line, credited.get(line.id, ()), decided.get(line.id, ())) for line in billed.values()]
    invoices = _late_invoices(billed.values())
    wanted = rules.compute_fees(
        invoices.values(),
        debts,
        repository.list_money(ctx, lease_ids),
        {lease.id: payable_leases(lease, group) for lease in group},
        charged,
        policies,
        organisation.allocation_order,
        on=on,
    )
    return LateFeeFacts(billed, invoices, charged, charges, wanted, organisation.currency)


def _late_invoices(lines: Iterable[repository.BilledLine]) -> dict[UUID, LateInvoice]:
    found: dict[UUID, LateInvoice] = {}
    for line in lines:
        if line.charge_type not in rules.NO_LATE_FEE:
            before = found.get(line.invoice_id)
            is_open = line.open_cents > 0 or (before is not None and before.is_open)
            found[line.invoice_id] = LateInvoice(
                line.invoice_id, line.number, line.lease_id, line.due_on, line.overdue_on, is_open
            )
    return found


def _debt_line(
    line: repository.BilledLine,
    credited: Iterable[repository.CreditedPart],
    decided: Iterable[tuple[str, dt.date, int]],
) -> DebtLine:
    parts = list(credited)
    never_owed_cents = sum(part.amount_cents for part in parts if part.kind == "never_owed")
    given_up = [(part.issued_on, part.amount_cents) for part in parts if part.kind != "never_owed"]
    return DebtLine(
        line.id,
        line.lease_id,
        line.invoice_id,
        line.charge_type,
        line.seq,
        line.due_on,
        line.amount_cents - never_owed_cents if line.voided_on is None else 0,
        (*given_up, *((on, cents) for _, on, cents in decided)),
    )


def _charged_fee(
    charges: Sequence[Charge],
    by_charge: Mapping[UUID | None, repository.BilledLine],
    credited: Mapping[UUID, Sequence[repository.CreditedPart]],
    decided: Mapping[UUID, Sequence[tuple[str, dt.date, int]]],
) -> ChargedFee:
    """Return what stands charged for one late invoice by its charges, which come in the order of creation."""
    pending = [charge for charge in charges if charge.status == "pending"]
    lines = [by_charge[charge.id] for charge in charges if charge.id in by_charge]
    parts = [part for line in lines for part in credited.get(line.id, ())]
    never_owed_cents = sum(part.amount_cents for part in parts if part.kind == "never_owed")
    by_person = any(part.kind == "never_owed" and not part.automatic for part in parts)
    return ChargedFee(
        pending_id=pending[0].id if pending else None,
        pending_cents=sum(charge.amount_cents for charge in pending),
        invoiced_cents=sum(line.amount_cents for line in lines) - never_owed_cents,
        lines=tuple(FeeLine(line.id, line.invoice_id, _creditable_cents(line, decided)) for line in lines),
        withdrawn=any(charge.status == "withdrawn" for charge in charges),
        decided=by_person or any(charge.status == "cancelled" for charge in charges),
    )


def _creditable_cents(line: repository.BilledLine, decided: Mapping[UUID, Sequence[tuple[str, dt.date, int]]]) -> int:
    """Return what of the line can be credited: what a deposit paid stays paid until a person reverses the deduction."""
    from_deposit = sum(cents for kind, _, cents in decided.get(line.id, ()) if kind == "deposit")
    return line.amount_cents - line.credited_cents - from_deposit
