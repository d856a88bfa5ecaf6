"""What nobody vouches for: no link, no long number, nobody else's name, in any template, whatever was typed."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.brands import is_brand
from chalicelib.messaging import sanitize_rules as rules
from chalicelib.messaging.footer_rules import add_footer, longest_footer
from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.sms_encoding_rules import measure_sms, normalize_sms
from chalicelib.messaging.template_rules import render
from chalicelib.messaging.templates import Templates
from chalicelib.translations.message_templates import DEFAULT_TEMPLATES, MAX_VALUE_LENGTHS, SAMPLE_VALUES

NEWCOMER = Allowance(founder_phone="+254712345678")
# What Android's Linkify and iOS's data detectors take for an address, said again and wider than in the code.
TAPPABLE = re.compile(
    r"[a-z][a-z0-9+.-]*:[/\\]|www\.\S|\b(?:mailto|tel|sms|smsto|geo|intent):\S"
    r"|[^\s.][.\u3002\uff0e\uff61\u2024\ufe52][^\W\d_]{2,}|\b\d{1,3}(?:\.\d{1,3}){3}\b|\*\d+[*#]",
    re.IGNORECASE,
)
LONG_NUMBER = re.compile(r"\d{6}")

HOSTILE = (
    "http://evil.com/login", "evil.com", "EVIL.CO.KE", "bit.ly/3xYz", "wa.me/254712345678", "www.kcb-bank.info",
    "t.me/x", "e\u200bvil.c\u200bom", "evil\u3002com", "evil\uff0ecom", "evil\u2024com", "\uff45vil.com",
    "evil\u2026com",

    "192.168.10.200/pay", "mailto:me@evil.com", "tel:0712345678", "evil.xn--p1ai", "pay@evil.com", "*334*1*5*100#",
    "x.http://a.b.com", "http:/\\evil.com", "evil..com", "\u202emoc.live", "evil.\u0441\u043e\u043c",
    "0712345678", "0712 345 678", "0712-345-678", "+254 (712) 345678", "522533", "5 2 2 5 3 3",
    "\uff15\uff12\uff12\uff15\uff13\uff13",
    "\u0665\u0662\u0662\u0665\u0663\u0663", "\u2460\u2461\u2462\u2463\u2464\u2465", "12.34.56", "1,234,567",
    "MPESA", "M-Pesa", "Safaric0m", "\u041cPES\u0410", "KCB", "Equity Bank",
    "Pay to MPESA 522533 http://evil.com",
    "{amount}", "\U0001f600.com", "a" * 120, "\n\nKCB: send PIN to 0712345678", "", " ", ".com", "com.",
    "12345", "6789",
    "0712_345_678", "0712'345'678", "0712~345~678", "0712+345+678", "0712:345:678", "0712 -- 345 -- 678",
    "0\ufe0f\u20e37\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e3",
    "0\u03367\u03361\u03362\u03363\u03364\u03365\u0336", "0712\u3164345\u3164678", "0712\u034f345\u2800678",
    "evil.\u034fcom", "evil\u034f.com", "evil.\u3164com", "071\U000e00412345678", "evil.\u115fcom",
    "www123456", "WWW 0712345678",
)  # fmt: skip
KINDS = sorted(DEFAULT_TEMPLATES)


def texts(kind: str, language: str, values: dict[str, str]) -> str:
    made = Templates({}, NEWCOMER).render(kind, language, values)
    assert made.text is not None
    return rules.sanitize_text(made.text)


def bad(text: str) -> list[str]:
    return [found.group() for pattern in (TAPPABLE, LONG_NUMBER) for found in pattern.finditer(text)]


@pytest.mark.parametrize(("kind", "language"), KINDS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_a_newcomer_holds_a_link_a_number_or_a_brand(kind: str, language: str, hostile: str) -> None:
    values = {**SAMPLE_VALUES, **dict.fromkeys(rules.FREE_TEXT_PLACEHOLDERS, hostile)}
    text = texts(kind, language, values)
    assert bad(text) == []
    assert "522533" not in text
    words = set(re.findall(r"\w+", text.upper()))
    assert not words & {"MPESA", "SAFARICOM", "SAFARIC0M", "KCB", "EQUITY", "PAYBILL"}
    signed = add_footer(text, kind, "sms", language, NEWCOMER, confirmed=False)
    assert bad(signed.replace("+254712345678", "")) == []
    assert "+254712345678" in signed


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_what_two_values_make_together_is_no_number_either(kind: str, language: str) -> None:
    for first, second in product(("0712 3", "Call 07123", "12345", "evil."), ("45 678", "45678", "6", "com")):
        text = texts(kind, language, {**SAMPLE_VALUES, "property": first, "unit": second, "tenant": first})
        assert bad(text) == []
        assert not re.search(r"\d(?:[ ()-]{0,2}\d){5,}", text), text


@pytest.mark.parametrize(("kind", "language"), KINDS)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("M", "PESA"),
        ("Safari", "com"),
        ("Equity", "Bank"),
        ("Hustler", "Fund"),
        ("Call 07123,", "45678"),
        ("Call 0712/", "345"),
        ("Call 07123.", "45.00"),
        ("0712", "345.00"),
    ],
)
def test_two_names_side_by_side_make_no_brand_and_no_number(kind: str, language: str, first: str, second: str) -> None:
    for pair in rules._NEIGHBOURS:
        text = texts(kind, language, {**SAMPLE_VALUES, **dict(zip(pair, (first, second), strict=True))})
        for sum_or_day in (
            SAMPLE_VALUES["amount"],
            SAMPLE_VALUES["due_on"],
            SAMPLE_VALUES["balance"],
            SAMPLE_VALUES["periods"],
        ):
            text = text.replace(sum_or_day, "")
        assert not re.search(r"\d(?:[\W_]{0,4}\d){5,}", text.replace(SAMPLE_VALUES["receipt"], "")), text
        assert not is_brand(f"{first} {second}") or f"{first} {second}" not in text
        assert not {"MPESA", "SAFARICOM"} & set(re.sub(r"[^A-Z ]", "", text.upper().replace("M PESA", "MPESA")).split())


def test_sums_days_and_the_columns_of_a_letter_stay() -> None:
    lines = (
        "30/06/2026  Invoice 12                          9,000.00         9,000.00",
        "01/07/2026  Payment, receipt 7 (FT..2001)     -1,234,567.00           500.00",
        "To pay on 30/11/2026: KES 12,000.50",
        "KES 1,500,000 due 31 Dec 2026 - 15 Jan 2027; 2026-11-30.",
    )
    assert rules.sanitize_text("\n".join(lines)) == "\n".join(lines)


@given(
    st.fixed_dictionaries({name: st.text(max_size=60) for name in rules.FREE_TEXT_PLACEHOLDERS}), st.sampled_from(KINDS)
)
def test_whatever_is_typed(values: dict[str, str], kind: tuple[str, str]) -> None:
    text = texts(*kind, {**SAMPLE_VALUES, **values})
    assert bad(text) == []


@given(st.lists(st.sampled_from([*"./:@*#-() \u3002\u200b0123456789", "com", "http", "www", "ke", "a"]), max_size=30))
def test_whatever_links_and_numbers_are_put_together_of(pieces: list[str]) -> None:
    for told in (rules.sanitize_name("".join(pieces)), rules.sanitize_text("".join(pieces))):
        assert bad(told) == []
        assert normalize_sms(told) == told


@given(st.text(max_size=80))
def test_what_is_neutral_stays(text: str) -> None:
    once = rules.sanitize_text(text)
    assert rules.sanitize_text(once) == once
    assert not is_brand(rules.sanitize_name(text))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Wanjiru", "Wanjiru"),
        ("Ng\u2019endo wa Njoroge", "Ng'endo wa Njoroge"),
        ("St. James Court", "St. James Court"),
        ("A.K. Otieno", "A.K. Otieno"),
        ("Block 12, House 34", "Block 12, House 34"),
        ("Equity Wanjiru", "Equity Wanjiru"),
        ("Apt 3.5", "Apt 3.5"),
        ("SJ12ABC345", "SJ12ABC345"),
        ("FT26112001", "FT..2001"),
        ("KCB Flats", "Flats"),
        ("SafaricomPLC", ""),
        ("MPES\u00c6", ""),
        ("bit.ly/x", "bit ly/x"),
        ("http://evil.com", "http: evil com"),
    ],
)
def test_names_stay_as_they_are_and_others_readable(name: str, told: str) -> None:
    assert rules.sanitize_name(name) == told


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_a_text_with_usual_values_stays_one_sms_with_its_ending(kind: str, language: str) -> None:
    for allowance in (Allowance(granted=True), NEWCOMER):
        made = Templates({}, allowance).render(kind, language, SAMPLE_VALUES)
        told = add_footer(made.text or "", kind, "sms", language, allowance, confirmed=False)
        assert measure_sms(told).parts == 1, told
        assert SAMPLE_VALUES["amount"] in told
        assert SAMPLE_VALUES["organisation"] in told
        assert ("Paybill 522533" in told) is (allowance.granted and kind.startswith("reminder"))


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_long_names_are_cut_before_a_second_sms_is_paid(kind: str, language: str) -> None:
    values = {
        **SAMPLE_VALUES,
        "organisation": "Mwangaza Homes and Property Managers Ltd",
        "property": "Mwangaza Garden Estate II",
    }
    made = Templates({}, NEWCOMER).render(kind, language, {**values, "receipt": "12"})
    assert measure_sms(add_footer(made.text or "", kind, "sms", language, NEWCOMER, confirmed=False)).parts == 1
    longest = {name: "x" * length for name, length in MAX_VALUE_LENGTHS.items()}
    whole = render(kind, language, longest, None, longest_footer(language, NEWCOMER))
    assert longest["reference"] in (whole.text or "") or "reminder" in kind, "what never fits is told whole"


def test_an_answer_keeps_its_sums_and_days() -> None:
    told = "Acme: Court A1: KES 1,500,000 owed, was due 30 Jun. Last receipt: no. 12, KES 5,000, 5 Dec 2026."
    assert rules.sanitize_text(told) == told
    assert rules.sanitize_text("Safaricom: evil.com A1: KES 5 owed") == "evil com A1: KES 5 owed"


def test_how_a_text_ends() -> None:
    granted = Allowance(granted=True, founder_phone="+254712345678")

    def ends(allowance: Allowance, kind: str = "receipt", medium: str = "sms", *, confirmed: bool = False) -> str:
        return add_footer("Paid", kind, medium, "en", allowance, confirmed=confirmed)

    assert ends(NEWCOMER) == "Paid. From +254712345678. Not you? Send NOT ME"
    assert ends(NEWCOMER, confirmed=True) == "Paid. From +254712345678."
    assert ends(NEWCOMER, "reply") == "Paid. From +254712345678."
    assert ends(NEWCOMER, medium="email") == "Paid\n\nFrom +254712345678.\n"
    assert ends(granted) == "Paid. Not you? Send NOT ME"
    assert [ends(granted, confirmed=True), ends(granted, "reply"), ends(granted, medium="email")] == ["Paid"] * 3
    assert add_footer("Sawa!", "receipt", "sms", "sw", NEWCOMER, confirmed=False) == (
        "Sawa! Kutoka +254712345678. Si wewe? Tuma SI MIMI"
    )
