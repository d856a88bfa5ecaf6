"""Prove the books: recompute every invariant from the rows, and report where it fails."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select

from chalicelib import tasks
from chalicelib.errors import Conflict
from chalicelib.money import format_cents
from chalicelib.periods import last_day
from chalicelib.reporting import proof_document_repository as documents
from chalicelib.reporting import proof_repository as ledger
from chalicelib.reporting.proof_model import Difference, Finding, Proof
from chalicelib.runtime.context import Context
from chalicelib.tasks.model import Task


class Check(NamedTuple):
    """``subject`` is what a row's key names; ``format_sum`` formats a sum for people."""

    name: str
    statement: str
    subject: str
    rows: Callable[[UUID], Select[Any]]
    format_sum: Callable[[int], str] = format_cents


Step = Callable[[Context], Finding]

_LEDGER_CHECKS = (
    Check("journals_balance", "The postings of every journal add up to nothing.", "journal", ledger.journals_balance),
    Check(
        "journals_have_two_sides",
        "Every journal has two postings or more.",
        "journal",
        ledger.journals_have_two_sides,
        str,
    ),
    Check("postings_sum", "All postings together add up to nothing.", "organisation", ledger.postings_sum),
    Check(
        "receivable",
        "What a lease owes in the ledger is what is open on its invoice lines.",
        "lease",
        ledger.receivable,
    ),
    Check(
        "unallocated",
        "Unallocated money in the ledger is the credit that is left of confirmed payments.",
        "organisation",
        ledger.unallocated,
    ),
    Check("deposits", "A lease's deposit in the ledger is the sum of its deposit entries.", "lease", ledger.deposits),
    Check(
        "channels",
        "A channel's account holds its confirmed payments and deposits, less what was given back.",
        "channel",
        ledger.channels,
    ),
)
_DOCUMENT_CHECKS = (
    Check("line_paid", "What is paid of a line is what is allocated to it.", "invoice_line", documents.line_paid),
    Check(
        "line_credited",
        "What is credited of a line is what credit notes took off it.",
        "invoice_line",
        documents.line_credited,
    ),
    Check(
        "line_open",
        "What is open of a line is its amount less paid and credited, or nothing once void.",
        "invoice_line",
        documents.line_open,
    ),
    Check("invoice_totals", "An invoice's total is the sum of its lines.", "invoice", documents.invoice_totals),
    Check("invoice_paid", "What is paid of an invoice is paid of its lines.", "invoice", documents.invoice_paid),
    Check(
        "invoice_credited",
        "What is credited of an invoice is credited of its lines.",
        "invoice",
        documents.invoice_credited,
    ),
    Check(
        "credit_note_totals",
        "A credit note's total is the sum of its lines.",
        "credit_note",
        documents.credit_note_totals,
    ),
    Check(
        "payment_allocated",
        "What is allocated of a confirmed payment is its amount less credit and refunds; of any other, nothing.",
        "payment",
        documents.payment_allocated,
    ),
    Check(
        "payment_refunded",
        "What is refunded of a payment is the sum of its refunds.",
        "payment",
        documents.payment_refunded,
    ),
)
_NUMBER_CHECKS = tuple(
    Check(
        f"{kind}_numbers",
        f"{words} numbers run from 1 without gap or repeat, and the counter follows the last.",
        kind,
        partial(documents.numbers, kind=kind),
        str,
    )
    for kind, words in (("invoice", "Invoice"), ("receipt", "Receipt"), ("credit_note", "Credit note"))
)
CHECKS = (*_LEDGER_CHECKS, *_DOCUMENT_CHECKS, *_NUMBER_CHECKS)
STEPS = len(CHECKS) + 1  # the closed periods
PROVE_BOOKS = "prove_books"
MAX_PLACES = 20  # per check in a failed task's facts


class BooksDiffer(Conflict):
    """The books do not agree with themselves."""


def compute_proof(ctx: Context, *, after_each: Callable[[int], None] | None = None) -> Proof:
    """Recompute every invariant; ``ctx.db`` must be a consistent snapshot.

    Args:
        after_each: Called after each check with how many of ``STEPS`` are done.
    """
    steps: list[Step] = [partial(_run_check, check=each) for each in CHECKS]
    findings = []
    for step in [*steps, _check_closed_periods]:
        findings.append(step(ctx))
        if after_each is not None:
            after_each(len(findings))
    return Proof(all(finding.holds for finding in findings), ctx.now, findings)


def raise_unless_holds(proof: Proof) -> None:
    """Check that the proof holds.

    Raises:
        BooksDiffer: it does not; the facts name the checks that failed, with the first places of each.
    """
    failed = [finding for finding in proof.findings if not finding.holds]
    if failed:
        raise BooksDiffer(
            "The books do not add up: nothing was changed, and whoever keeps this service was told.",
            findings=[_describe_finding(finding) for finding in failed],
        )


def queue_proof(ctx: Context) -> Task:
    """Queue the proof of the organisation's books."""
    return tasks.queue_task(ctx, PROVE_BOOKS, {}, created_by=None)


def _describe_finding(finding: Finding) -> dict[str, Any]:
    places = [each._asdict() for each in finding.differences[:MAX_PLACES]]
    facts = {"name": finding.name, "statement": finding.statement, "differences": len(finding.differences)}
    return {**facts, "places": places}


def _run_check(ctx: Context, *, check: Check) -> Finding:
    checked, unequal = ledger.compare(ctx.db, check.rows(ctx.organisation_id))
    differences = [
        Difference(check.subject, str(key or ""), check.format_sum(expected), check.format_sum(found))
        for key, expected, found in unequal
    ]
    return Finding(check.name, check.statement, not differences, checked, differences)


def _check_closed_periods(ctx: Context) -> Finding:
    closes = [(last_day(period), at) for period, at in ledger.closed_periods(ctx)]
    checked, late = ledger.posted_when_closed(ctx, closes)
    expected = f"after {closes[-1][0]}" if closes else ""
    differences = [Difference("journal", str(journal_id), expected, str(day)) for journal_id, day in late]
    statement = "Nothing was posted into a period after it was closed."
    return Finding("closed_periods", statement, not differences, checked, differences)
