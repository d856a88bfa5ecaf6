"""What must hold of an organisation's money, asked of the database in SQL that shares nothing with the application.

Each check yields lines that say what differs; ``broken`` returns them all, and an empty list is a proof
as far as this file reaches. Used by tests of services, by the state machine and by the race.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

CONFIRMED = "('matched', 'unmatched')"


class Books:
    """Reads one organisation's rows; every query has ``:me`` for its id."""

    def __init__(self, db: Connection, organisation_id: UUID) -> None:
        self._db = db
        self._me = organisation_id.bytes

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._db.execute(text(sql), {"me": self._me})]

    def sums(self, sql: str) -> dict[Any, int]:
        """Return key → whole number of a query of two columns; nothing where the number is 0."""
        return {key: int(number) for key, number in self.rows(sql) if number}

    def number(self, sql: str) -> int:
        return int(self.rows(sql)[0][0] or 0)

    def balances(self, by: str, code: str) -> dict[Any, int]:
        """Return what stands on the accounts like ``code``, debit above 0, by a column of the posting or account."""
        return self.sums(
            f"SELECT {by}, SUM(p.amount_cents) FROM posting p JOIN ledger_account a"
            " ON a.organisation_id = p.organisation_id AND a.id = p.ledger_account_id"
            f" WHERE p.organisation_id = :me AND a.code LIKE '{code}' GROUP BY {by}"
        )


def broken(db: Connection, organisation_id: UUID) -> list[str]:
    """Return every difference found; none when all invariants hold."""
    books = Books(db, organisation_id)
    return [f"{check.__name__}: {words}" for check in CHECKS for words in check(books)]


def journals_balance(books: Books) -> Iterator[str]:
    for row in books.rows(
        "SELECT j.id, j.kind, COUNT(p.seq), SUM(p.amount_cents) FROM journal j LEFT JOIN posting p"
        " ON p.organisation_id = j.organisation_id AND p.journal_id = j.id WHERE j.organisation_id = :me"
        " GROUP BY j.id, j.kind HAVING COUNT(p.seq) < 2 OR SUM(p.amount_cents) <> 0"
    ):
        yield f"journal {row}"


def mirrors_mirror(books: Books) -> Iterator[str]:
    legs: defaultdict[bytes, Counter[Any]] = defaultdict(Counter)
    for journal_id, account, lease_id, cents in books.rows(
        "SELECT journal_id, ledger_account_id, lease_id, amount_cents FROM posting WHERE organisation_id = :me"
    ):
        legs[bytes(journal_id)][bytes(account), lease_id] += cents
    for mirror, original in books.rows(
        "SELECT id, reverses_id FROM journal WHERE organisation_id = :me AND reverses_id IS NOT NULL"
    ):
        if legs[bytes(mirror)] != Counter({key: -cents for key, cents in legs[bytes(original)].items()}):
            yield f"journal {bytes(mirror).hex()} does not mirror {bytes(original).hex()}"


def receivable_is_what_is_open(books: Books) -> Iterator[str]:
    yield from _differ(
        books.balances("p.lease_id", "receivable"),
        books.sums("SELECT lease_id, SUM(open_cents) FROM invoice_line WHERE organisation_id = :me GROUP BY lease_id"),
    )


def unallocated_is_credit(books: Books) -> Iterator[str]:
    posted = -sum(books.balances("a.code", "unallocated").values())
    credit = books.number(
        f"SELECT SUM(unallocated_cents) FROM payment WHERE organisation_id = :me AND state IN {CONFIRMED}"
    )
    yield from _differ({"unallocated": posted}, {"unallocated": credit})


def deposits_are_what_is_held(books: Books) -> Iterator[str]:
    held = books.sums(
        "SELECT lease_id, SUM(amount_cents) FROM deposit_entry WHERE organisation_id = :me GROUP BY lease_id"
    )
    posted = {lease: -cents for lease, cents in books.balances("p.lease_id", "deposits").items()}
    yield from _differ(posted, held)
    days: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    for lease, kind, on, cents in books.rows(
        "SELECT lease_id, kind, entered_on, amount_cents FROM deposit_entry WHERE organisation_id = :me"
    ):
        days[bytes(lease), kind][str(on)] += cents
    for (lease, kind), moved in days.items():
        at_ends = accumulate(cents for _, cents in sorted(moved.items()))
        if min(at_ends) < 0:
            yield f"{lease.hex()} held below nothing of {kind}: {sorted(moved.items())}"


def channels_hold_what_came_in(books: Books) -> Iterator[str]:
    came: Counter[bytes] = Counter()
    for sign, sql in (
        (1, f"payment WHERE organisation_id = :me AND channel_id IS NOT NULL AND state IN {CONFIRMED}"),
        (1, "deposit_entry WHERE organisation_id = :me AND channel_id IS NOT NULL"),
        (-1, "refund WHERE organisation_id = :me"),
    ):
        found = books.sums(f"SELECT channel_id, SUM(amount_cents) FROM {sql} GROUP BY channel_id")
        for channel, cents in found.items():
            came[bytes(channel)] += sign * cents
    posted = books.balances("a.channel_id", "channel.%")
    yield from _differ({bytes(key): cents for key, cents in posted.items()}, {k: c for k, c in came.items() if c})


def income_is_what_was_billed(books: Books) -> Iterator[str]:
    billed = books.sums(
        "SELECT charge_type, SUM(amount_cents - credited_cents) FROM invoice_line"
        " WHERE organisation_id = :me AND voided_on IS NULL"
        " AND charge_type NOT IN ('opening_balance', 'deposit', 'refund_recovery')"
        " GROUP BY charge_type"
    )
    posted = {code.removeprefix("income."): -cents for code, cents in books.balances("a.code", "income.%").items()}
    yield from _differ(posted, billed)


def opening_is_what_was_brought_in(books: Books) -> Iterator[str]:
    brought = (
        books.number(
            "SELECT SUM(amount_cents) FROM payment WHERE organisation_id = :me AND channel_id IS NULL"
            f" AND state IN {CONFIRMED}"
        )
        + books.number(
            "SELECT SUM(d.amount_cents) FROM deposit_entry d LEFT JOIN deposit_entry o"
            " ON o.organisation_id = d.organisation_id AND o.id = d.reverses_id"
            " WHERE d.organisation_id = :me AND (d.entry = 'opening' OR o.entry = 'opening')"
        )
        - books.number(
            "SELECT SUM(amount_cents - credited_cents) FROM invoice_line"
            " WHERE organisation_id = :me AND charge_type = 'opening_balance' AND voided_on IS NULL"
        )
    )
    yield from _differ({"opening": sum(books.balances("a.code", "opening").values())}, {"opening": brought})


def lines_add_up(books: Books) -> Iterator[str]:
    for row in books.rows(
        "SELECT id, amount_cents, paid_cents, credited_cents, open_cents, voided_on FROM invoice_line"
        " WHERE organisation_id = :me AND (open_cents < 0 OR paid_cents < 0 OR credited_cents < 0"
        " OR (voided_on IS NULL AND open_cents <> amount_cents - paid_cents - credited_cents)"
        " OR (voided_on IS NOT NULL AND (open_cents <> 0 OR paid_cents <> 0 OR credited_cents <> 0)))"
    ):
        yield f"line {row}"
    for column, sql in (
        ("paid_cents", "SELECT invoice_line_id, SUM(amount_cents) FROM allocation"),
        ("credited_cents", "SELECT invoice_line_id, SUM(amount_cents) FROM credit_note_line"),
    ):
        shown = books.sums(f"SELECT id, {column} FROM invoice_line WHERE organisation_id = :me")
        yield from _differ(shown, books.sums(f"{sql} WHERE organisation_id = :me GROUP BY invoice_line_id"))


def invoices_are_their_lines(books: Books) -> Iterator[str]:
    for column, of_lines in (("total_cents", "amount_cents"), ("paid_cents",) * 2, ("credited_cents",) * 2):
        yield from _differ(
            books.sums(f"SELECT id, {column} FROM invoice WHERE organisation_id = :me"),
            books.sums(
                f"SELECT invoice_id, SUM({of_lines}) FROM invoice_line WHERE organisation_id = :me GROUP BY invoice_id"
            ),
        )
    yield from _differ(
        books.sums("SELECT id, total_cents FROM credit_note WHERE organisation_id = :me"),
        books.sums(
            "SELECT credit_note_id, SUM(amount_cents) FROM credit_note_line"
            " WHERE organisation_id = :me GROUP BY credit_note_id"
        ),
    )


def payments_are_spent_once(books: Books) -> Iterator[str]:
    allocated = books.sums(
        "SELECT source_id, SUM(amount_cents) FROM allocation"
        " WHERE organisation_id = :me AND source_kind = 'payment' GROUP BY source_id"
    )
    refunded = books.sums(
        "SELECT payment_id, SUM(amount_cents) FROM refund WHERE organisation_id = :me GROUP BY payment_id"
    )
    for key, state, amount, credit, refunds in books.rows(
        "SELECT id, state, amount_cents, unallocated_cents, refunded_cents FROM payment WHERE organisation_id = :me"
    ):
        spent = amount - credit - refunds if state in ("matched", "unmatched") else credit
        if allocated.get(key, 0) != spent or refunded.get(key, 0) != refunds:
            found = (amount, credit, refunds, allocated.get(key), refunded.get(key))
            yield f"payment {bytes(key).hex()} {state}: {found}"


def deductions_are_allocated(books: Books) -> Iterator[str]:
    yield from _differ(
        books.sums(
            "SELECT d.id, -d.amount_cents FROM deposit_entry d LEFT JOIN deposit_entry r"
            " ON r.organisation_id = d.organisation_id AND r.reverses_id = d.id"
            " WHERE d.organisation_id = :me AND d.entry = 'deducted' AND r.id IS NULL"
        ),
        books.sums(
            "SELECT source_id, SUM(amount_cents) FROM allocation"
            " WHERE organisation_id = :me AND source_kind = 'deposit' GROUP BY source_id"
        ),
    )


def no_day_counts_money_twice(books: Books) -> Iterator[str]:
    """At the end of no day has a source given, or a line been relieved of, less than nothing or too much."""
    most = {(1, bytes(key)): (cents, first) for key, cents, first in books.rows(
        "SELECT id, amount_cents, received_on FROM payment WHERE organisation_id = :me"
    )}  # fmt: skip
    most |= {(2, bytes(key)): (cents, first) for key, cents, first in books.rows(
        "SELECT id, amount_cents, issued_on FROM invoice_line WHERE organisation_id = :me"
    )}  # fmt: skip
    days: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    for source, line, on, cents in books.rows(
        "SELECT source_id, invoice_line_id, allocated_on, amount_cents FROM allocation WHERE organisation_id = :me"
    ):
        days[1, bytes(source)][str(on)] += cents
        days[2, bytes(line)][str(on)] += cents
    for line, on, cents in books.rows(
        "SELECT invoice_line_id, issued_on, amount_cents FROM credit_note_line WHERE organisation_id = :me"
    ):
        days[2, bytes(line)][str(on)] += cents
    for payment, on, cents in books.rows(
        "SELECT payment_id, refunded_on, amount_cents FROM refund WHERE organisation_id = :me"
    ):
        days[1, bytes(payment)][str(on)] += cents
    for key, moved in days.items():
        if key not in most:
            continue  # a deposit's
        given = 0
        for day, cents in sorted(moved.items()):
            given += cents
            if not 0 <= given <= most[key][0] or day < str(most[key][1]):
                yield f"{key[0]} {key[1].hex()} on {day}: {given} of {most[key]}"


def documents_count_from_the_day_of_their_journal(books: Books) -> Iterator[str]:
    for table, kind, source, on in (
        ("invoice", "invoice", "d.id", "d.posted_on"),
        ("payment", "payment", "d.id", "d.posted_on"),
        ("payment", "match", "d.id", "d.matched_on"),
        ("refund", "refund", "d.id", "d.posted_on"),
        ("credit_note", "credit_note", "d.id", "d.issued_on"),
        ("deposit_entry", "deposit_received", "d.id", "d.posted_on"),
        ("deposit_entry", "deposit_refunded", "d.id", "d.posted_on"),
        ("deposit_entry", "deposit_opening", "d.id", "d.posted_on"),
    ):
        for row in books.rows(
            f"SELECT d.id, j.effective_on, {on} FROM {table} d JOIN journal j ON j.organisation_id = d.organisation_id"
            f" AND j.source_id = {source} AND j.kind = '{kind}'"
            f" WHERE d.organisation_id = :me AND (j.effective_on <> {on} OR {on} IS NULL)"
        ):
            yield f"{table} {row}"
    for row in books.rows(
        "SELECT l.id, l.posted_on, i.posted_on FROM invoice_line l JOIN invoice i"
        " ON i.organisation_id = l.organisation_id AND i.id = l.invoice_id"
        " WHERE l.organisation_id = :me AND l.posted_on <> i.posted_on"
    ):
        yield f"line {row}"


def leases_stand_as_their_postings_on_every_day(books: Books) -> Iterator[str]:
    """A lease's documents change what it owes, less its credit, by as much as its postings on each day."""
    documents: defaultdict[tuple[bytes, str], int] = defaultdict(int)
    recovery = "SELECT invoice_id FROM invoice_line WHERE organisation_id = :me AND charge_type = 'refund_recovery'"
    for lease, on, sign, cents in books.rows(
        " UNION ALL ".join(
            f"SELECT {lease}, {on}, {sign}, {cents} FROM {table} WHERE organisation_id = :me AND {condition}"
            for table, lease, on, sign, cents, condition in (
                # What recovers a refund is posted against the money that was reversed, and changes nothing.
                ("invoice", "lease_id", "posted_on", 1, "total_cents", f"id NOT IN ({recovery})"),
                ("invoice", "lease_id", "voided_on", -1, "total_cents", "voided_on IS NOT NULL"),
                ("credit_note", "lease_id", "issued_on", -1, "total_cents", f"invoice_id NOT IN ({recovery})"),
                ("payment", "lease_id", "matched_on", -1, "amount_cents", "matched_on IS NOT NULL"),
                ("payment", "lease_id", "reversed_on", 1, "amount_cents", "matched_on IS NOT NULL"),
                ("refund", "lease_id", "posted_on", 1, "amount_cents", "1 = 1"),
                ("allocation", "lease_id", "allocated_on", -1, "amount_cents", "source_kind = 'deposit'"),
                ("allocation", "lease_id", "allocated_on", -1, "amount_cents", "payer_lease_id IS NOT NULL"),
                ("allocation", "payer_lease_id", "allocated_on", 1, "amount_cents", "payer_lease_id IS NOT NULL"),
            )
        )
    ):
        if on is not None:
            documents[bytes(lease), str(on)] += sign * cents
    posted = {
        (bytes(lease), str(on)): int(cents)
        for lease, on, cents in books.rows(
            "SELECT p.lease_id, j.effective_on, SUM(p.amount_cents) FROM posting p"
            " JOIN journal j ON j.organisation_id = p.organisation_id AND j.id = p.journal_id"
            " JOIN ledger_account a ON a.organisation_id = p.organisation_id AND a.id = p.ledger_account_id"
            " WHERE p.organisation_id = :me AND p.lease_id IS NOT NULL AND a.code IN ('receivable', 'unallocated')"
            " GROUP BY p.lease_id, j.effective_on"
        )
    }
    for key in documents.keys() | posted.keys():
        if documents.get(key, 0) != posted.get(key, 0):
            yield f"{key[0].hex()} on {key[1]}: {documents.get(key, 0)}, posted {posted.get(key, 0)}"


def numbers_have_no_gaps(books: Books) -> Iterator[str]:
    counters = books.sums("SELECT kind, next_number FROM counter WHERE organisation_id = :me")
    for kind in ("invoice", "credit_note", "receipt"):
        numbers = sorted(row[0] for row in books.rows(f"SELECT number FROM {kind} WHERE organisation_id = :me"))
        if numbers != list(range(1, counters.get(kind, 1))):
            yield f"{kind}: {numbers[:50]}, the counter is at {counters.get(kind, 1)}"


def receipts_follow_payments(books: Books) -> Iterator[str]:
    issued = Counter({bytes(key): count for key, count in books.rows(
        "SELECT payment_id, COUNT(*) FROM receipt WHERE organisation_id = :me AND status = 'issued' GROUP BY payment_id"
    )})  # fmt: skip
    for key, state, method in books.rows("SELECT id, state, method FROM payment WHERE organisation_id = :me"):
        if issued[bytes(key)] != (1 if state == "matched" and method != "opening" else 0):
            yield f"payment {bytes(key).hex()} {state}: {issued[bytes(key)]} receipts"


def closed_months_stay_closed(books: Books) -> Iterator[str]:
    for row in books.rows(
        "SELECT j.id, j.kind, j.effective_on, c.period FROM journal j JOIN period_close c"
        " ON c.organisation_id = j.organisation_id AND j.created_at > c.created_at"
        " WHERE j.organisation_id = :me AND SUBSTR(j.effective_on, 1, 7) <= SUBSTR(c.period, 1, 7)"
    ):
        yield f"journal {row}"


def _differ(found: dict[Any, int], expected: dict[Any, int]) -> Iterator[str]:
    for key in found.keys() | expected.keys():
        if found.get(key, 0) != expected.get(key, 0):
            name = key.hex() if isinstance(key, bytes) else key
            yield f"{name}: {found.get(key, 0)}, expected {expected.get(key, 0)}"


CHECKS: tuple[Callable[[Books], Iterator[str]], ...] = (
    journals_balance,
    mirrors_mirror,
    receivable_is_what_is_open,
    unallocated_is_credit,
    deposits_are_what_is_held,
    channels_hold_what_came_in,
    income_is_what_was_billed,
    opening_is_what_was_brought_in,
    lines_add_up,
    invoices_are_their_lines,
    payments_are_spent_once,
    deductions_are_allocated,
    no_day_counts_money_twice,
    documents_count_from_the_day_of_their_journal,
    leases_stand_as_their_postings_on_every_day,
    numbers_have_no_gaps,
    receipts_follow_payments,
    closed_months_stay_closed,
)
