"""People in the spellings of Kenyan landlords: phones, names, empty houses, papers, next of kin."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rent_roll.cells import Cell, UnreadableCell, cell_label
from chalicelib.rent_roll.contacts import (
    Name,
    is_vacant,
    read_email,
    read_identity,
    read_kin,
    read_kra_pin,
    read_name,
    read_phones,
)
from chalicelib.values import InvalidValue, parse_email, parse_text


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        *((700000009, ("+254700000009",)), ("0700 000 003", ("+254700000003",)), ("0110000014", ("+254110000014",))),
        *(
            ("+254700000001", ("+254700000001",)),
            (254700000017, ("+254700000017",)),
            (Decimal("7E8"), ("+254700000000",)),
        ),
        ("0700 000 003 / 0711 000 000", ("+254700000003", "+254711000000")),
        ("0700000003 or 0700-000-003", ("+254700000003",)),
        *(("Tel: 0700000003", ("+254700000003",)), ("", ()), (None, ())),
    ],
)
def test_phones(cell: Cell, phones: tuple[str, ...]) -> None:
    assert read_phones(cell) == phones


@pytest.mark.parametrize("cell", ["07000", "2.547E+11", "0700000003 / 12", "call him", "/", dt.date(2025, 1, 1)])
def test_phones_that_are_refused(cell: Cell) -> None:
    with pytest.raises(UnreadableCell):
        read_phones(cell)


@given(
    number=st.from_regex(r"[17][0-9]{8}", fullmatch=True),
    prefix=st.sampled_from(["+254", "254", "0", "", "+254 "]),
    gap=st.sampled_from(["", " ", "-"]),
)
def test_a_phone_in_any_spelling_reads_back(number: str, prefix: str, gap: str) -> None:
    written = prefix + gap.join([number[:3], number[3:6], number[6:]])
    assert read_phones(written) == (f"+254{number}",)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("  Barasa  Imani Maina ", ("Barasa", "Imani", "Maina")),
        *(("JUMA KOECH WAWERU", ("Juma", "Koech", "Waweru")), ("Owino Hamisi", ("Owino", "", "Hamisi"))),
        *(("NG'ANG'A", ("Ng'ang'a", "", "")), ("SEAN O\u2019BRIEN", ("Sean", "", "O'Brien"))),
        *(
            ("WANJIKU-MAINA A. B. OTIENO", ("Wanjiku-Maina", "A. B.", "Otieno")),
            ("Mr. Lulu Okoth", ("Lulu", "", "Okoth")),
        ),
        ("McOwino deSouza", ("McOwino", "", "deSouza")),
        *(("Ochieng Peter", ("Ochieng", "", "Peter")), ("Adams Barasa", ("Adams", "", "Barasa"))),
        *(("Williams Kiprono", ("Williams", "", "Kiprono")), ("Peter Dr", ("Peter", "", "Dr"))),
        *(("Eng. Ochieng", ("Ochieng", "", "")), ("Eng Ochieng Peter", ("Ochieng", "", "Peter"))),
        *(("Dr.Otieno", ("Otieno", "", "")), ("Mrs. A. Wanjiku", ("A.", "", "Wanjiku"))),
        *(("PROF. DR. JANE AUMA", ("Jane", "", "Auma")), ("Mr", ("Mr", "", "")), ("Dr.", ("Dr.", "", ""))),
    ],
)
def test_names(cell: Cell, name: tuple[str, str, str]) -> None:
    assert read_name(cell) == Name(*name)


TITLES = ["Mr", "Mrs", "Ms", "Miss", "Dr", "Eng", "Prof", "Rev", "Pst", "Hon"]
SYLLABLES = st.sampled_from(["Ochi", "Ada", "Wanji", "Kama", "Kip", "Mo"])


@given(title=st.sampled_from(TITLES), head=SYLLABLES, tail=SYLLABLES)
def test_only_a_word_at_the_beginning_is_a_title(title: str, head: str, tail: str) -> None:
    for inside in (head + title.lower(), title + head.lower(), head + title.lower() + tail.lower()):
        assert read_name(f"{inside} Peter") == Name(inside, "", "Peter")
        assert read_name(f"Peter {inside}") == Name("Peter", "", inside)
        for before in (f"{title} ", f"{title}. ", f"{title}.", f"{title.upper()}  "):
            assert read_name(f"{before}{inside} Peter") == Name(inside, "", "Peter")


def test_a_couple_is_asked_about_and_not_halved() -> None:
    for couple in ("Mr & Mrs Kamau", "Mr. and Mrs. Kamau", "Dr. Auma & Eng Otieno"):
        with pytest.raises(UnreadableCell, match="who pays first"):
            read_name(couple)


@pytest.mark.parametrize("cell", ["Lulu & Juma Okoth", "0700000001", "A B C D E", "...", "x" * 61, "Lulu na Juma"])
def test_names_that_are_refused(cell: Cell) -> None:
    with pytest.raises(UnreadableCell):
        read_name(cell)


@pytest.mark.parametrize(
    "cell", ["VACANT", "vacant unit", "(Vacant)", "VACANT!!", "To-Let", "empty", "Wazi", "Not occupied"]
)
def test_words_for_vacant(cell: str) -> None:
    assert is_vacant(cell)


@pytest.mark.parametrize("cell", ["", None, "-", "Vacantia Otieno", "Freeman"])
def test_words_that_do_not_say_vacant(cell: Cell) -> None:
    assert not is_vacant(cell)


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200b", "\x00", "\u2028", "\ufffd"], ids=ascii)
def test_what_the_api_refuses_in_a_text_is_refused_in_a_cell_for_the_same_reason(character: str) -> None:
    written = f"Juma{character}Koech"
    with pytest.raises(InvalidValue) as refused:
        parse_text(written, most=60)
    for reader in (read_name, read_kin, read_email, cell_label):
        with pytest.raises(UnreadableCell) as unreadable:
            reader(written)
        assert unreadable.value.expected == str(refused.value)


def test_an_invisible_character_is_left_out_of_a_phone() -> None:
    for spelled in (
        "\u202a+254 712 345 678\u202c",
        "0712\u200b345678",
        "254712345678.0",
        "'+254712345678",
        "00254712345678",
    ):
        assert read_phones(spelled) == ("+254712345678",)
    assert read_phones("0712345678\n0722345678") == ("+254712345678", "+254722345678")
    assert read_kin("Akinyi \u202d0712\u00a0345 678\u202c") == ("Akinyi", "+254712345678")
    for wrong in ("\u202e876543217", "71234567.0", " / ".join(f"071234567{n}" for n in range(6))):
        with pytest.raises(UnreadableCell):
            read_phones(wrong)


@pytest.mark.parametrize(
    "address",
    [
        *("a,b@x.ke", "a@x.ke,b@x.ke", "Lulu <a@x.ke>", ".a@x.ke", "a..b@x.ke", "a@x_y.ke", "a@x", '"a b"@x.ke'),
        *("a@x.ke\nbcc: b@x.ke", "lülu@x.ke", "a@\u202ex.ke", "a@x.ke\u200b", "a@münchen.de", "a" * 250 + "@x.ke"),
    ],
)
def test_the_api_and_a_sheet_have_one_rule_for_addresses(address: str) -> None:
    for door in (read_email, parse_email):
        with pytest.raises((UnreadableCell, InvalidValue)):
            door(address)


def test_a_middle_name_is_refused_rather_than_cut() -> None:
    with pytest.raises(UnreadableCell, match="at most 60"):
        read_name(f"Juma {'a' * 40} {'b' * 40} Koech")


def test_identity_documents() -> None:
    assert read_identity(20007919) == ("national_id", "20007919")
    assert read_identity("20 007 919") == ("national_id", "20007919")
    assert read_identity("ak0123456") == ("passport", "AK0123456")
    assert read_identity("") is None
    for labelled in ("ID 23456789", "ID No. 23456789", "NO. 23456789", "National ID: 23456789", "ID23456789"):
        assert read_identity(labelled) == ("national_id", "23456789")
    assert read_identity("12345678.0") == read_identity(Decimal("12345678.0")) == ("national_id", "12345678")
    for wrong in ("123", "2.00E+07", "see file", "\u017f1234567", "1234567890"):
        with pytest.raises(UnreadableCell):
            read_identity(wrong)


def test_email_pin_and_kin() -> None:
    assert read_email("lulu@example.com") == "lulu@example.com"
    assert read_kra_pin("a012345678z") == "A012345678Z"
    assert read_kin("Akinyi (0712 345 678)") == ("Akinyi", "+254712345678")
    assert read_kin("Akinyi, sister") == ("Akinyi, sister", None)
    for reader, wrong in ((read_email, "lulu at home"), (read_kra_pin, "B012345678Z"), (read_kin, "Akinyi 12345678")):
        with pytest.raises(UnreadableCell):
            reader(wrong)
