"""Whose name may not be borrowed, however it is spelled; and whom the list leaves alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.brands import (
    AMBIGUOUS_BRANDS,
    GENERIC_WORDS,
    UNIQUE_BRANDS,
    fold,
    has_other_letters,
    is_brand,
    without_brands,
)

LOOK_ALIKES = {
    "A": "Aa\u0410\u0391\u0430\uff21\u00c1\u1d00",
    "C": "Cc\u0421\u0441\uff23\u1d04",
    "E": "Ee\u0415\u0395\u0435\uff25\u00c9\u1d07",
    "I": "Ii1Ll|\u0406\u0456\u0399\uff29\u00cd\u026a",
    "L": "Ll1Ii|\uff2c\u029f",
    "M": "Mm\u041c\u039c\u043c\uff2d\u1d0d",
    "O": "Oo0\u041e\u039f\u043e\u03bf\uff2f\u00d6",
    "P": "Pp\u0420\u03a1\u0440\uff30\u1d18",
    "S": "Ss5$\u0405\u0455\uff33",
    "T": "Tt\u0422\u03a4\uff34\u1d1b",
}
BETWEEN = ("", "", "", " ", "-", ".", "_", "\u200b", "\u0301", "\u00a0", "\u202e")


@given(st.data(), st.sampled_from(UNIQUE_BRANDS + AMBIGUOUS_BRANDS))
def test_a_brand_is_found_however_it_is_spelled(data: st.DataObject, brand: str) -> None:
    spelled = "".join(
        data.draw(st.sampled_from(LOOK_ALIKES.get(letter, letter + letter.lower())))
        + data.draw(st.sampled_from(BETWEEN))
        for letter in brand
    )
    assert is_brand(spelled), spelled.encode("unicode_escape")
    assert is_brand(f"{spelled} Kenya Ltd")


@pytest.mark.parametrize(
    "name",
    [
        *("SAFARIC\u00d8M", "SAF\u039bRICOM", "MP\u03a3SA", "MP\u039eSA", "MP\u20acSA", "M\u20b1ESA", "rnpesa"),
        *("MPES@", "S@FARICOM", "pay@mpesa", "SAF4RICOM", "MP3SA", "MPE\u00a7SA", "MPE\u00a7A", "FU\u00a3IZA"),
        *("M\u115fPESA", "MPE\u3164SA", "M\uffa0PESA", "M\u2800PESA", "M\u034fPESA", "M\ufe0fPESA", "M\u0301PESA"),
        *("\U0001f17c\U0001f17f\U0001f174\U0001f182\U0001f170", "\u24c2\u24c5\u24ba\u24c8\u24b6"),
        *("SafaricomPLC", "MPESAKenya", "KCBBank", "EquityBank", "AirtelMoney", "LipaNaMpesa", "CoopBank", "KRAOffice"),
        *("Plotihub", "Ploti Hub", "Kenya Power", "KPLC Prepaid", "KPLC Tokens", "KRA iTax", "iTax"),
    ],
)
def test_what_was_thought_of_to_get_past_the_list_is_on_it(name: str) -> None:
    assert is_brand(name), name.encode("unicode_escape")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("\ua4df\ua4d1\ua4f0\ua4e2\ua4ee", True),
        ("\u13b7\u13e2\u13ac\u13da\u13aa", True),
        ("\u041c\u0430ua Homes", True),
        ("Ng\u2019ombe \u02bc & S\u00f8n \uff28omes 12, \U0001f600 \u00ba", False),
        ("\u3164", False),
    ],
)
def test_letters_of_other_scripts_are_told_apart(name: str, *, other: bool) -> None:
    assert has_other_letters(name) is other


@pytest.mark.parametrize(
    "name",
    [
        "Mwangaza Homes",
        "Shake Court",
        "Shana",
        "Equity Wanjiru",
        "Safari",
        "Safari Park Court",
        "Police Line Flats",
        "Co-op House",
        "Sha",  # a tenant of that name alone is taken for the fund: the whole name is all that there is to go by
        "Okoa Apartments",
        "Shalom Court",
        "Mpesani",
        "Karen",
        "Coop's Corner",
        "A1",
        "",
    ],
)
def test_names_of_people_and_houses_are_left_alone(name: str) -> None:
    assert is_brand(name) == (name == "Sha")


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Mwangaza MPESA Homes", "Mwangaza Homes"),
        ("KCB Flats", "Flats"),
        ("Safari Com", ""),
        ("Equity Bank Ltd", ""),
        ("Kenya Police", ""),
        ("M-PESA: Acme", "Acme"),
        ("Acme Homes", "Acme Homes"),
        ("MPESA24", ""),
    ],
)
def test_what_is_left_of_a_name_without_the_brands(name: str, left: str) -> None:
    assert without_brands(name) == left


@given(st.text(max_size=60))
def test_what_is_left_is_no_brand(name: str) -> None:
    left = without_brands(name)
    assert left == name or not set(left) - set(name)
    assert fold(fold(name)) == fold(name)
    assert unicodedata.normalize("NFC", fold(name)).isprintable() or not name.isprintable()


def test_the_list_is_short_and_sorted() -> None:
    for each in (UNIQUE_BRANDS, AMBIGUOUS_BRANDS, GENERIC_WORDS):
        assert list(each) == sorted(set(each))
    assert len(UNIQUE_BRANDS + AMBIGUOUS_BRANDS) < 50
