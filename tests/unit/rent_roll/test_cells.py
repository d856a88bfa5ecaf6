"""Amounts, dates, units and charges in the spellings of Kenyan landlords; people have a file of their own."""

import contextlib
import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.portfolio.model import UNIT_TYPES
from chalicelib.rent_roll.amounts import read_amount, read_positive_amount
from chalicelib.rent_roll.cells import Cell, UnreadableCell, cell_label, cell_text, column_letter
from chalicelib.rent_roll.charges import Charges, parse_remark_charges, read_charges
from chalicelib.rent_roll.contacts import (
    is_vacant,
    read_email,
    read_identity,
    read_kin,
    read_kra_pin,
    read_name,
    read_phones,
)
from chalicelib.rent_roll.dates import read_date, read_due_day
from chalicelib.rent_roll.model import RecurringCharge
from chalicelib.rent_roll.unit_types import _WORDS, read_unit_type


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        *(("44500.00", 44_500_00), ("KES 29,500", 29_500_00), ("Ksh 43,000/=", 43_000_00), ("Kshs. 1,500/-", 1_500_00)),
        *(("Ksh 0/=", 0), ("0.00", 0), ("KES 0", 0), ("nil", 0), ("29 500", 29_500_00), ("29\u00a0500", 29_500_00)),
        *(("(500)", -500_00), ("-500", -500_00), ("\u2212500", -500_00), ("500 CR", -500_00), ("(Ksh 500/=)", -500_00)),
        *(("500 DR", 500_00), ("12k", 12_000_00), ("12.5K", 12_500_00), ("29,500 bob", 29_500_00), ("10.5", 10_50)),
        *(("", None), ("-", None), ("\u2013", None), ("n/a", None), (None, None), ("  ", None)),
        *((29500, 29_500_00), (Decimal("29500.10"), 29_500_10), (Decimal(-500), -500_00)),
    ],
)
def test_amounts(cell: Cell, cents: int | None) -> None:
    assert read_amount(cell) == cents


@pytest.mark.parametrize(
    "cell",
    [
        *("15,000 Ksh", "15000ksh", "15,000KSHS", "15000kes", "15,000 Kes.", "15 000 Ksh", "15,000 KSh."),
        *("Ksh. 15,000/=", "15,000 Ksh/=", "15,000/= Ksh", "15,000 K.Sh", "15,000 k sh", "15000sh", "KSHS 15,000 KSHS"),
        *("15,000 Ksh p.m", "15,000 Ksh pm.", "Kshs15,000/= pm", "15,000 per month", "15000/month", "15,000 only"),
    ],
)
def test_the_k_of_a_currency_is_no_thousand(cell: str) -> None:
    assert read_amount(cell) == 15_000_00
    assert read_amount(f"({cell})") == -15_000_00


@pytest.mark.parametrize(
    "cell", ["15k", "15K/=", "15k ksh", "15 K", "15K.", "15k sh", "Ksh 15k", "Ksh. 15 K/-", "15k p.m", "15.0k"]
)
def test_a_k_of_its_own_is_a_thousand(cell: str) -> None:
    assert read_amount(cell) == 15_000_00


WHOLE = st.integers(0, 999_999_999)
CURRENCIES = st.sampled_from(["ksh", "kshs", "kes", "sh", "shs", "bob"])
SPELLED = st.sampled_from([str.lower, str.upper, str.capitalize])


@given(WHOLE, CURRENCIES, SPELLED, st.sampled_from(["", " ", "  "]), st.sampled_from(["", ".", "/=", " /-", " p.m."]))
def test_a_currency_behind_the_number_changes_nothing(
    shillings: int, currency: str, spelled: Callable[[str], str], gap: str, after: str
) -> None:
    for digits in (str(shillings), f"{shillings:,}", f"{shillings:,}.00"):
        assert read_amount(f"{digits}{gap}{spelled(currency)}{after}") == shillings * 100


@given(st.integers(0, 999), st.sampled_from(["k", "K", " k", " K"]), st.one_of(st.just(""), CURRENCIES), SPELLED)
def test_a_thousand_stays_one_before_a_currency(
    count: int, thousand: str, currency: str, spelled: Callable[[str], str]
) -> None:
    written = f"{count}{thousand} {spelled(currency)}"
    if thousand.startswith(" ") and currency.startswith("s"):
        with pytest.raises(UnreadableCell):  # "15 k sh": of thousands, or Ksh
            read_amount(written)
    else:
        assert read_amount(written) == count * 1000_00


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        *(
            ("1.5m", "not_an_amount"),
            ("2,9500", "not_an_amount"),
            ("29.500,00", "not_an_amount"),
            ("KES", "not_an_amount"),
        ),
        *(("12,000 + 500", "not_an_amount"), ("-(500)", "not_an_amount"), ("(-500)", "not_an_amount")),
        *(("=44500", "not_an_amount"), ("paid", "not_an_amount"), ("\u0661\u0662", "not_an_amount")),
        *(
            ("44.500", "fraction_of_a_cent"),
            (Decimal("0.001"), "fraction_of_a_cent"),
            ("1.2345678k", "fraction_of_a_cent"),
        ),
        *(("15,000k", "thousands_twice"), ("15000 K", "thousands_twice"), ("15 000 k/=", "thousands_twice")),
        *(
            ("15kksh", "not_an_amount"),
            ("15 k sh", "not_an_amount"),
            ("K", "not_an_amount"),
        ),
        *(("9" * 15, "amount_too_large"), (10**15, "amount_too_large"), (dt.date(2025, 1, 1), "not_an_amount")),
        *(("2.95E+04", "digits_lost"), ("#REF!", "formula_error"), ("#####", "formula_error")),
    ],
)
def test_amounts_that_are_refused(cell: Cell, code: str) -> None:
    with pytest.raises(UnreadableCell) as refused:
        read_amount(cell)
    assert refused.value.code == code


def test_a_rent_below_nothing_is_refused() -> None:
    with pytest.raises(UnreadableCell, match="not negative"):
        read_positive_amount("(500)")


@given(
    cents=st.integers(0, 10**11),
    before=st.sampled_from(["", "KES ", "Ksh ", "Kshs. ", "ksh", "Sh "]),
    after=st.sampled_from(["", "/=", "/-", " KES"]),
    credit=st.sampled_from(["{}", "({})", "-{}", "{} CR"]),
    commas=st.booleans(),
)
def test_an_amount_in_any_spelling_reads_back(cents: int, before: str, after: str, credit: str, commas: bool) -> None:
    shillings, rest = divmod(cents, 100)
    digits = f"{shillings:,}" if commas else str(shillings)
    written = credit.format(f"{before}{digits}.{rest:02d}{after}")
    assert read_amount(written) == (cents if credit == "{}" else -cents)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        *(("1/6/24", (2024, 6, 1)), ("01/07/2025", (2025, 7, 1)), ("15 Sep 2025", (2025, 9, 15))),
        *(("2025-04-28", (2025, 4, 28)), ("1 Mar 2023", (2023, 3, 1)), ("15-05-2025", (2025, 5, 15))),
        *(("15th September, 2025", (2025, 9, 15)), ("1st Sept '24", (2024, 9, 1)), ("15-Sep-25", (2025, 9, 15))),
        *(("September 15, 2025", (2025, 9, 15)), ("5 Juni 2024", (2024, 6, 5)), ("28.2.79", (2079, 2, 28))),
        *(("1/1/90", (1990, 1, 1)), ("2025-04-28 00:00:00", (2025, 4, 28)), ("29/2/2024", (2024, 2, 29))),
    ],
)
def test_dates_have_the_day_before_the_month(cell: Cell, day: tuple[int, int, int]) -> None:
    assert read_date(cell) == dt.date(*day)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        *(("31/6/2025", "no_such_day"), ("12/25/2024", "no_such_day"), ("29/2/2025", "no_such_day")),
        *(("0/1/2025", "no_such_day"), ("45444", "bare_number"), (45444, "bare_number"), ("2025", "bare_number")),
        *(("Sep 2025", "not_a_date"), ("soon", "not_a_date"), ("1/6", "not_a_date"), ("15 Foo 2025", "not_a_date")),
        *(("1/6/1890", "date_out_of_range"), ("5 marble 2024", "not_a_date"), (Decimal("45444.5"), "bare_number")),
        *(("31/12/89", "date_out_of_range"), (dt.date(1989, 12, 31), "date_out_of_range")),
        *(("9" * 50, "bare_number"), (dt.date(1900, 1, 1), "date_out_of_range")),
    ],
)
def test_dates_that_are_refused(cell: Cell, code: str) -> None:
    with pytest.raises(UnreadableCell) as refused:
        read_date(cell)
    assert refused.value.code == code


def test_a_bare_number_is_told_which_day_it_may_mean() -> None:
    with pytest.raises(UnreadableCell, match="perhaps Excel's count for 1 Jun 2024"):
        read_date("45444")


@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2079, 12, 31)), spelling=st.integers(0, 8))
def test_a_date_in_any_spelling_reads_back(day: dt.date, spelling: int) -> None:
    d, m, y = day.day, day.month, day.year
    spellings: list[Cell] = [
        *(f"{d}/{m}/{y}", f"{d:02d}/{m:02d}/{y % 100:02d}", f"{d}-{m}-{y}", f"{d}.{m}.{y}", day.isoformat()),
        *(day.strftime("%d %b %Y"), day.strftime("%-d %B %Y"), day.strftime("%B %d, %Y")),
        day,
    ]
    assert read_date(spellings[spelling]) == day


@pytest.mark.parametrize(
    ("cell", "day"),
    [("5th", 5), ("1st", 1), ("10", 10), (5, 5), (Decimal(5), 5), ("by 5th of every month", 5), ("", None), (28, 28)],
)
def test_due_days(cell: Cell, day: int | None) -> None:
    assert read_due_day(cell) == day


@pytest.mark.parametrize(("cell", "day"), [("31", 31), ("29th", 29), (30, 30)])
def test_a_due_day_that_some_months_lack_is_taken(cell: Cell, day: int) -> None:
    assert read_due_day(cell) == day


@pytest.mark.parametrize("cell", ["32", "0", 0, "end month", "5.5", dt.date(2025, 1, 5), "-3"])
def test_due_days_that_no_month_has_are_refused(cell: Cell) -> None:
    with pytest.raises(UnreadableCell, match="due"):
        read_due_day(cell)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        *(
            ("2BR", ("apartment", 2)),
            ("2 bedroom", ("apartment", 2)),
            ("1 br", ("apartment", 1)),
            ("3-BR", ("apartment", 3)),
        ),
        *(
            ("bedsitter", ("bedsitter", 0)),
            ("Bed-sitter", ("bedsitter", 0)),
            ("shop", ("shop", 0)),
            ("SQ", ("single_room", 0)),
        ),
        *(("Studio", ("studio", 0)), ("single rooms", ("single_room", 0)), ("two bedroom", ("apartment", 2))),
        *(("3 bedroom maisonette", ("maisonette", 3)), ("castle", None), ("", None)),
    ],
)
def test_unit_types(cell: str, kind: tuple[str, int] | None) -> None:
    assert read_unit_type(cell) == kind


def test_unit_types_are_those_of_the_portfolio() -> None:
    assert {kind for kind, _ in _WORDS.values()} <= set(UNIT_TYPES)


GARBAGE = RecurringCharge("garbage", "Garbage", 300_00)


@pytest.mark.parametrize(
    ("cell", "charges"),
    [
        *(("garbage 300", Charges((GARBAGE,))), ("Garbage: Ksh 300/= p.m.", Charges((GARBAGE,))), ("", Charges())),
        *(("300", Charges((RecurringCharge("other", "Other charges", 300_00),), unnamed=True)), ("incl.", Charges())),
        (300, Charges((RecurringCharge("other", "Other charges", 300_00),), unnamed=True)),
        *(
            ("water 120/unit", Charges(water_rate_cents=120_00)),
            ("Water @120 per m3", Charges(water_rate_cents=120_00)),
        ),
        ("garbage 300, security 1,500", Charges((GARBAGE, RecurringCharge("security", "Security", 1_500_00)))),
        ("garbage 300 & water 120/unit", Charges((GARBAGE,), 120_00)),
        (
            "garbage 300 ksh, security 1,500 Kshs p.m",
            Charges((GARBAGE, RecurringCharge("security", "Security", 1_500_00))),
        ),
        ("trash 300", Charges((RecurringCharge("garbage", "Trash", 300_00),))),
        ("cash sh 300", Charges((RecurringCharge("other", "Cash", 300_00),))),
        ("wifi 2000", Charges((RecurringCharge("other", "Wifi", 2_000_00),))),
    ],
)
def test_other_charges(cell: Cell, charges: Charges) -> None:
    assert read_charges(cell) == charges


@pytest.mark.parametrize(
    "cell", ["see agreement", "garbage", "power 25/unit", "garbage -300", "water 120/unit, water 130/unit"]
)
def test_other_charges_that_are_refused(cell: str) -> None:
    with pytest.raises(UnreadableCell):
        read_charges(cell)


def test_a_remark_is_a_charge_only_in_so_many_words() -> None:
    assert parse_remark_charges("garbage 300") == Charges((GARBAGE,))
    for remark in ("owes garbage 300", "brother pays", "vacant since sept", "paid 300", "", "room 12"):
        assert parse_remark_charges(remark) == Charges()


def test_labels_that_a_program_has_spoilt_are_refused() -> None:
    assert cell_label(Decimal("101.0")) == "101"
    for spoilt in (dt.date(2026, 1, 2), "2.55E+11", "#N/A"):
        with pytest.raises(UnreadableCell):
            cell_label(spoilt)


@given(st.one_of(st.text(), st.integers(), st.decimals(), st.dates()))
def test_no_cell_raises_anything_but_unreadable(cell: Cell) -> None:
    readers = (read_amount, read_date, read_due_day, read_phones, read_name, read_identity, read_email, read_kra_pin)
    for reader in (*readers, read_kin, read_charges, read_unit_type, is_vacant, parse_remark_charges):
        with contextlib.suppress(UnreadableCell):
            reader(cell)


@pytest.mark.parametrize(
    "cell",
    [Decimal("1E400"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E-400"), Decimal("1E999999")],
)
def test_a_number_that_is_not_finite_or_not_to_be_written_out_is_refused(cell: Decimal) -> None:
    for reader in (read_amount, read_date, read_due_day, read_phones, read_identity):
        with pytest.raises(UnreadableCell):
            reader(cell)
    assert len(cell_text(cell)) < 20


def test_charges_are_bounded_as_the_api_bounds_them() -> None:
    assert len(read_charges(", ".join(f"wifi {n}" for n in range(1, 21))).recurring) == 20
    for wrong in (", ".join(f"wifi {n}" for n in range(1, 22)), f"{'w' * 141} 300"):
        with pytest.raises(UnreadableCell):
            read_charges(wrong)


def test_column_letters() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
