"""The doors of values: texts, numbers, days, papers and phones, each let in or refused whoever asks."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import phones, values
from chalicelib.errors import Invalid
from chalicelib.money import MAX_CENTS, format_cents, parse_cents, to_cents
from chalicelib.values import InvalidValue

UNSEEN = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u00ad", "\u061c", "\u200b", "\u200e", "\u200f", "\u2028", "\u202a"]
TURNING = ["\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u2060", "\ufeff", "\ufffc", "\ufffe"]


@pytest.mark.parametrize("character", [*UNSEEN, *TURNING, "\ufffd"], ids=ascii)
def test_a_text_with_what_cannot_be_seen_or_kept_is_refused_and_says_which(character: str) -> None:
    for lines in (False, True):
        with pytest.raises(InvalidValue, match=f"U\\+{ord(character):04X}") as refused:
            values.parse_text(f"Mwangaza{character}Court", most=40, lines=lines)
        assert refused.value.code == "unsafe"
        assert values.clean_text(f"Mwangaza{character}Court", lines=lines) in ("MwangazaCourt", "Mwangaza Court")


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_of_a_surrogate_pair_is_no_text(code: int) -> None:
    with pytest.raises(InvalidValue, match=f"U\\+{code:04X}"):
        values.parse_text(f"a{chr(code)}", most=40)
    assert values.clean_text(f"a{chr(code)}") == "a"


@given(st.text(st.characters(codec=None), max_size=30), st.booleans())
def test_what_was_cleaned_is_let_in_and_what_is_let_in_needs_no_cleaning(text: str, lines: bool) -> None:
    cleaned = values.clean_text(text, lines=lines)
    assert values.parse_text(cleaned, most=60, lines=lines) == cleaned.strip()
    try:
        parsed = values.parse_text(text, most=60, lines=lines)
    except InvalidValue:
        return
    assert values.clean_text(parsed, lines=lines) == (parsed if lines else " ".join(parsed.split()))


def test_line_breaks_are_for_texts_of_lines() -> None:
    assert values.parse_text("one\n\ttwo", most=20, lines=True) == "one\n\ttwo"
    with pytest.raises(InvalidValue, match=r"U\+000A"):
        values.parse_text("one\ntwo", most=20)


@pytest.mark.parametrize(
    "spelled",
    [
        *("0712345678", "712345678", "+254712345678", "254712345678", "0712 345 678", "0712-345-678", "(0712) 345678"),
        *("+254 0712 345 678", "+254 (0) 712 345 678", "00254712345678", "00 254 712 345 678", "+ 254 712345678"),
        *("254712345678.0", "712345678.0", "0712345678.00", "0712.345.678", "0712345678.", "0712345678\n"),
        *("\u202a+254712345678\u202c", "\u202d0712 345 678\u202c", "0712\u200b345678", "\ufeff0712345678"),
        *("0712\u00a0345\u00a0678", "0712\u2009345\u2009678", "0712\u2013345\u2013678", "\u2068+254 712 345 678\u2069"),
    ],
    ids=ascii,
)
def test_a_phone_is_known_in_every_spelling_that_means_one_number(spelled: str) -> None:
    assert phones.parse_phone(spelled) == "+254712345678"


@pytest.mark.parametrize(
    "spelled",
    [
        *("", "0", "12345", "0812345678", "07123456789", "2547123456780", "+0712345678", "0254712345678"),
        *("254254712345678", "++254712345678", "+1 712 345 678", "0712 345 67x", "0712345678, 0722345678", "tel"),
        # Digits that are not there, or not where they are seen to be.
        *("71234567.0", "7123456.00", "07123456.78", "2.547E+11", "\u202e876543217", "\u200f0712 345 678"),
        *("\uff10712345678", "\u0660\u0667\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "0712_345_678"),
        *("0712345678" + " " * 40, "0712\x00345678", "0712\u0000345678"),
    ],
    ids=ascii,
)
def test_what_may_mean_another_number_or_none_is_no_phone(spelled: str) -> None:
    with pytest.raises(Invalid, match="not valid"):
        phones.parse_phone(spelled)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        *((Decimal("1E400"), "too_large"), (Decimal("1E999999999"), "too_large"), (10**10, "too_large")),
        *((Decimal("1E-400"), "fraction"), (Decimal("1E-999999999"), "fraction"), (Decimal("0.001"), "fraction")),
        *((Decimal("NaN"), "form"), (Decimal("sNaN"), "form"), (Decimal("-Infinity"), "form")),
        (Decimal("1000000000." + "0" * 60 + "1"), "fraction"),
    ],
)
def test_only_a_finite_number_of_cents_is_an_amount(number: Decimal | int, code: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        to_cents(number)
    assert refused.value.code == code


@given(st.integers(-MAX_CENTS, MAX_CENTS))
def test_an_amount_is_read_the_same_as_text_and_as_number(cents: int) -> None:
    assert parse_cents(format_cents(cents), signed=True) == cents
    assert to_cents(Decimal(cents).scaleb(-2)) == cents


@pytest.mark.parametrize(
    "text", ["", "1_000", "+1", "0x10", "1e3", "NaN", "Infinity", "\uff11\uff12", "\u0661", "1,000", " 1", "1\n", "01"]
)
def test_a_number_is_written_in_ascii_digits_alone(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_cents(text, signed=True)
    with pytest.raises(InvalidValue):
        values.parse_int(text)


@pytest.mark.parametrize("text", ["0000-00-00", "2026-02-31", "1899-12-31", "1989-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_exists_and_is_near_enough_to_be_meant(text: str) -> None:
    with pytest.raises(InvalidValue):
        values.parse_day(text)


def test_the_days_of_a_sheet_are_those_of_the_api() -> None:
    for day in (values.EARLIEST_DAY, values.LATEST_DAY):
        assert values.check_day(day) == values.parse_day(day.isoformat()) == day
    for day in (values.EARLIEST_DAY - dt.timedelta(1), values.LATEST_DAY + dt.timedelta(1)):
        with pytest.raises(InvalidValue):
            values.check_day(day)


def test_identity_numbers() -> None:
    assert values.parse_identity_number("national_id", " 20 007 919 ") == "20007919"
    assert values.parse_identity_number("passport", "ak0123456") == "AK0123456"
    for kind, wrong in [
        *(("national_id", "AK0123456"), ("national_id", "12345678.0"), ("national_id", "123456"), ("passport", "A.1")),
        *(("passport", "\u017f123456"), ("alien_id", "\uff11\uff12\uff13\uff14"), ("military_id", "1" * 21)),
    ]:
        with pytest.raises(InvalidValue):
            values.parse_identity_number(kind, wrong)
