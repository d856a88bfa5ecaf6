"""Whose name may not be borrowed, however it is spelled; and whom the list leaves alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.brands import ALONE, ANYWHERE, GENERIC, fold, is_brand, without_brands

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


@given(st.data(), st.sampled_from(ANYWHERE + ALONE))
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
        "Mwangaza Homes",
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
    for each in (ANYWHERE, ALONE, GENERIC):
        assert list(each) == sorted(set(each))
    assert len(ANYWHERE + ALONE) < 50
