"""Large books, made inside MariaDB by INSERT … SELECT over its sequence engine: millions of rows in minutes.

Everything follows from a lease's number n and a month's number m, so rows find each other by sum
instead of by look-up. Organisation 1 is the large one; the others share the rest evenly.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.engine.interfaces import DBAPICursor

from chalicelib.storage.engines import make_engine
from chalicelib.storage.tables import metadata

CHUNK = 200_000
UNITS_A_PROPERTY = 20
CHARGES = ("channel", "receivable", "unallocated", "income.rent")
STANDING = ("organisation", "member", "channel", "property", "unit", "tenant", "lease")
MONTHLY = ("invoice", "line", "payment", "allocation", "bill_journal", "pay_journal")
TAGS = {kind: number for number, kind in enumerate(STANDING + MONTHLY)}


@dataclass(frozen=True, slots=True)
class Book:
    """What is in the database: ``leases`` in all, ``large`` of them in organisation 1, ``months`` of history each."""

    leases: int
    large: int
    organisations: int
    months: int
    last_period: dt.date

    @property
    def phone(self) -> str:
        """The owner of organisation 1 signs in with this number."""
        return "+254700000001"


def id_of(kind: str, number: int) -> UUID:
    return UUID(f"0190{TAGS[kind]:04x}000070008{number:015x}")


def make(url: str, book: Book, *, deep_months: int = 0) -> None:
    """Fill the migrated, empty database at ``url``; ``deep_months`` of history for lease 1 besides."""
    engine = make_engine(url)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        for setting in ("unique_checks = 0", "foreign_key_checks = 0", "autocommit = 1"):
            cursor.execute(f"SET SESSION {setting}")
        _Maker(cursor, book).make(deep_months)
    finally:
        connection.close()
        engine.dispose()


def leave_open(url: str, book: Book, count: int) -> None:
    """Have nothing paid of the last month's invoices of the first ``count`` leases, and all of the others'."""
    engine = make_engine(url)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SET SESSION autocommit = 1")
        for table, column, of_table in (
            ("invoice_line", "amount_cents", "invoice_id"),
            ("invoice", "total_cents", "id"),
        ):
            open_cents = f", open_cents = {column} - paid_cents" if table == "invoice_line" else ""
            opened = f"(CONV(HEX(RIGHT({of_table}, 8)), 16, 10) & 0xFFFFFFFFFFFFFFF) <= {count * book.months}"
            cursor.execute(
                f"UPDATE `{table}` SET paid_cents = IF({opened}, 0, {column}){open_cents} "
                f"WHERE issued_on = '{book.last_period}'"
            )
        for table in ("invoice_line", "invoice", "message", "reminder"):
            cursor.execute(f"ANALYZE TABLE `{table}`")
            cursor.fetchall()
    finally:
        connection.close()
        engine.dispose()


def _id(kind: str, expression: str) -> str:
    return f"UNHEX(CONCAT('0190{TAGS[kind]:04x}000070008', LPAD(HEX({expression}), 15, '0')))"


def _uuid5(name_sql: str) -> str:
    """Return SQL for uuid5 of (organisation_id, ``name_sql``), as ledger.service names accounts (RFC 9562 5.5)."""
    h = f"SHA1(CONCAT(organisation_id, CONVERT({name_sql} USING binary)))"
    variant = f"HEX((CONV(SUBSTR({h}, 17, 1), 16, 10) & 3) | 8)"
    return f"UNHEX(CONCAT(SUBSTR({h}, 1, 12), '5', SUBSTR({h}, 14, 3), {variant}, SUBSTR({h}, 18, 15)))"


@dataclass(slots=True)
class _Maker:
    cursor: DBAPICursor
    book: Book

    def make(self, deep_months: int) -> None:
        self._organisations()
        self._portfolio()
        self._leases()
        months = self.book.months
        self._history(self.book.leases * months, f"(seq - 1) DIV {months} + 1", f"(seq - 1) MOD {months}", months, 0)
        if deep_months:
            # Ids behind all others; the newest month is already there.
            base = self.book.leases * months
            self._history(deep_months - months, "1", "seq - 1", deep_months, base)

    def _org(self, n: str) -> str:
        book = self.book
        if book.organisations == 1:
            return "1"
        share = max(1, (book.leases - book.large) // (book.organisations - 1))
        return f"IF({n} <= {book.large}, 1, LEAST({book.organisations}, 2 + ({n} - {book.large} - 1) DIV {share}))"

    def _insert(self, table: str, count: int, values: dict[str, str], source: str = "") -> None:
        """Insert ``count`` rows; each value is SQL over ``seq``; the rest takes its default, or a neutral value."""
        wanted = [column for column in metadata.tables[table].columns if not column.nullable]
        columns = {column.name: _neutral(column) for column in wanted if column.server_default is None}
        columns |= values
        names = ", ".join(f"`{name}`" for name in columns)
        for begin in range(1, count + 1, CHUNK):
            end = min(begin + CHUNK - 1, count)
            numbers = f"seq_{begin}_to_{end}"
            self.cursor.execute(
                f"INSERT INTO `{table}` ({names}) SELECT {', '.join(columns.values())} "
                + (source.format(numbers=numbers) if source else f"FROM {numbers}")
            )

    def _organisations(self) -> None:
        count = self.book.organisations
        mine = {"organisation_id": _id("organisation", "seq")}
        named = {"name": "CONCAT('Organisation ', seq)", "time_zone": "'Africa/Nairobi'", "currency": "'KES'"}
        policy = {"late_fee_kind": "'off'", "due_day": "5", "allocation_order": "'[]'"}
        self._insert("organisation", count, {"id": _id("organisation", "seq"), **named, **policy})
        phone = "CONCAT('+2547', LPAD(seq, 8, '0'))"
        member = {
            "id": _id("member", "seq"),
            "phone": phone,
            "name": "'Owner'",
            "role": "'owner'",
            "status": "'active'",
        }
        self._insert("member", count, mine | member)
        self._insert("ledger_book", count, mine)
        channel = {"id": _id("channel", "seq"), "kind": "'paybill'", "name": "'Paybill'", "number": "'400200'"}
        self._insert("channel", count, mine | channel | {"active": "1"})
        for code in CHARGES:
            name = f"'{code}'" if code != "channel" else f"CONCAT('channel.', {_hyphened(_id('channel', 'seq'))})"
            kind = "'income'" if code.startswith("income") else "'liability'" if code == "unallocated" else "'asset'"
            account = _uuid5("code")
            source = f"FROM (SELECT {_id('organisation', 'seq')} AS organisation_id, {name} AS code FROM {{numbers}}) x"
            self._insert(
                "ledger_account",
                count,
                {"organisation_id": "organisation_id", "id": account, "code": "code", "name": "code", "type": kind},
                source,
            )

    def _portfolio(self) -> None:
        n = self.book.leases
        org = {"organisation_id": _id("organisation", self._org("seq"))}
        group = f"(seq - 1) DIV {UNITS_A_PROPERTY}"
        columns = {
            "organisation_id": "organisation_id",
            "id": _id("property", "place"),
            "name": "CONCAT('Property ', place)",
            "name_key": "CONCAT('property ', place)",
            "town": "'Nairobi'",
        }
        # CHUNK is a multiple of UNITS_A_PROPERTY, so no property is made twice.
        source = (
            f"FROM (SELECT DISTINCT {org['organisation_id']} AS organisation_id, {group} AS place FROM {{numbers}}) x"
        )
        self._insert("property", n, columns, source)
        self._insert(
            "unit",
            n,
            {
                **org,
                "id": _id("unit", "seq"),
                "property_id": _id("property", group),
                "name": f"CONCAT('A', (seq - 1) MOD {UNITS_A_PROPERTY} + 1)",
                "name_key": f"CONCAT('a', (seq - 1) MOD {UNITS_A_PROPERTY} + 1)",
                "type": "'apartment'",
                "bedrooms": "2",
                "rent_cents": self._rent("seq"),
            },
        )
        names = {"given_name": "'Imani'", "family_name": "CONCAT('Maina', seq)", "language": "'en'"}
        self._insert(
            "tenant",
            n,
            {**org, "id": _id("tenant", "seq"), **names, "name_key": "CONCAT('imani maina', seq)"},
        )
        phone = "CONCAT('+2541', LPAD(seq, 8, '0'))"
        self._insert("tenant_phone", n, {**org, "tenant_id": _id("tenant", "seq"), "phone": phone})

    def _leases(self) -> None:
        n = self.book.leases
        org = {"organisation_id": _id("organisation", self._org("seq"))}
        starts = f"DATE('{self.book.last_period}') - INTERVAL {max(self.book.months, 30)} MONTH"
        lease = {"lease_id": _id("lease", "seq")}
        self._insert(
            "lease",
            n,
            {
                **org,
                "id": _id("lease", "seq"),
                "unit_id": _id("unit", "seq"),
                "property_id": _id("property", f"(seq - 1) DIV {UNITS_A_PROPERTY}"),
                "tenant_id": _id("tenant", "seq"),
                "starts_on": starts,
                "billed_from": f"DATE('{self.book.last_period}') - INTERVAL {max(self.book.months - 1, 0)} MONTH",
                "due_day": "5",
                "notice_days": "30",
            },
        )
        self._insert("lease_tenant", n, {**org, **lease, "tenant_id": _id("tenant", "seq")})
        self._insert("lease_rent", n, {**org, **lease, "starts_on": starts, "rent_cents": self._rent("seq")})

    def _rent(self, n: str) -> str:
        return f"({n} MOD 40 + 5) * 100000"

    def _history(self, count: int, n: str, m: str, months: int, base: int) -> None:
        """Make ``count`` monthly invoices and what was paid of them; (n, m) are the lease and month of ``seq``."""
        org = {"organisation_id": _id("organisation", self._org(f"({n})"))}
        number = f"(seq + {base})"
        period = f"DATE('{self.book.last_period}') - INTERVAL {months - 1} MONTH + INTERVAL ({m}) MONTH"
        due, overdue = f"{period} + INTERVAL 4 DAY", f"{period} + INTERVAL 5 DAY"
        rent = self._rent(f"({n})")
        # One in eleven is unpaid, another half paid.
        fate = f"(({n}) * 7 + ({m})) MOD 11"
        paid = f"CASE {fate} WHEN 0 THEN 0 WHEN 1 THEN {rent} DIV 2 ELSE {rent} END"
        about = {
            **org,
            "lease_id": _id("lease", n),
            "property_id": _id("property", f"(({n}) - 1) DIV {UNITS_A_PROPERTY}"),
        }
        dates = {"issued_on": period, "due_on": due, "overdue_on": overdue, "posted_on": period}
        self._insert(
            "invoice",
            count,
            {
                **about,
                **dates,
                "id": _id("invoice", number),
                "number": number,
                "kind": "'run'",
                "tenant_id": _id("tenant", n),
                "period": period,
                "run_period": period,
                "status": "'issued'",
                "total_cents": rent,
                "paid_cents": paid,
            },
        )
        self._insert(
            "invoice_line",
            count,
            {
                **about,
                **dates,
                "id": _id("line", number),
                "invoice_id": _id("invoice", number),
                "charge_type": "'rent'",
                "description": "'Rent'",
                "amount_cents": rent,
                "paid_cents": paid,
                "open_cents": f"{rent} - ({paid})",
            },
        )
        some = f"FROM {{numbers}} WHERE {fate} <> 0"
        received = f"{period} + INTERVAL ({n}) MOD 20 DAY"
        self._insert(
            "payment",
            count,
            {
                **about,
                "id": _id("payment", number),
                "channel_id": _id("channel", self._org(f"({n})")),
                "method": "'mpesa'",
                "provider_reference": f"CONCAT('B', {number})",
                "amount_cents": paid,
                "received_on": received,
                "posted_on": received,
                "matched_on": received,
                "tenant_id": _id("tenant", n),
                "state": "'matched'",
                "unallocated_cents": "0",
            },
            some,
        )
        self._insert(
            "allocation",
            count,
            {
                "organisation_id": org["organisation_id"],
                "lease_id": about["lease_id"],
                "id": _id("allocation", number),
                "source_kind": "'payment'",
                "source_id": _id("payment", number),
                "invoice_line_id": _id("line", number),
                "amount_cents": paid,
                "allocated_on": received,
            },
            some,
        )
        self._journal(count, "bill_journal", "invoice", number, period, org, about, rent, ("receivable", "income.rent"))
        legs = ("channel", "receivable")
        self._journal(count, "pay_journal", "payment", number, received, org, about, paid, legs, some)

    def _journal(
        self,
        count: int,
        tag: str,
        source_kind: str,
        number: str,
        on: str,
        org: dict[str, str],
        about: dict[str, str],
        amount: str,
        legs: tuple[str, str],
        source: str = "",
    ) -> None:
        self._insert(
            "journal",
            count,
            {
                **org,
                "id": _id(tag, number),
                "kind": f"'{source_kind}'",
                "effective_on": on,
                "idempotency_key": f"CONCAT('{source_kind}.', {number})",
                "source_kind": f"'{source_kind}'",
                "source_id": _id(source_kind, number),
            },
            source,
        )
        for place, code in enumerate(legs):
            made = {
                "organisation_id": "made.organisation_id",
                "journal_id": "made.journal_id",
                "seq": str(place),
                "ledger_account_id": "account.id",
                "amount_cents": "made.amount" if place == 0 else "-made.amount",
                "lease_id": "made.lease_id",
                "property_id": "made.property_id",
                "charge_type": "'rent'",
            }
            inner = (
                f"SELECT {org['organisation_id']} AS organisation_id, {_id(tag, number)} AS journal_id, "
                f"{amount} AS amount, {about['lease_id']} AS lease_id, {about['property_id']} AS property_id "
            ) + (source or "FROM {numbers}")
            # A channel's code holds its id, so it is found by its beginning.
            match = "account.code LIKE 'channel.%%'" if code == "channel" else f"account.code = '{code}'"
            self._insert(
                "posting",
                count,
                made,
                f"FROM ({inner}) made JOIN ledger_account account "
                f"ON account.organisation_id = made.organisation_id AND {match}",
            )


def _hyphened(binary: str) -> str:
    h = f"LOWER(HEX({binary}))"
    cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return "CONCAT_WS('-', " + ", ".join(f"SUBSTR({h}, {begin}, {size})" for begin, size in cuts) + ")"


def _neutral(column: object) -> str:
    kind = column.type.python_type  # type: ignore[attr-defined]  # a Column of any type
    if kind is dt.datetime:
        return "NOW(6)"
    if kind in {int, bool}:
        return "1" if column.name == "version" else "0"  # type: ignore[attr-defined]
    return "''"
