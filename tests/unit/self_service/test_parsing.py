"""What people type: the word, however it is written, and what follows it."""

import datetime as dt

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chalicelib.messaging.rules import measure_sms, normalize_sms
from chalicelib.self_service import parsing_rules, text_fitting
from chalicelib.self_service.parsing_rules import CommandText


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("BALANCE", CommandText("BALANCE", "")),
        ("  salio ", CommandText("SALIO", "")),
        ("Salio?", CommandText("SALIO", "")),
        ("+SALIO", CommandText("SALIO", "")),
        ("SALIO+", CommandText("SALIO", "")),
        ("*salio#", CommandText("SALIO", "")),
        ("«Salio»", CommandText("SALIO", "")),
        ("sálîo", CommandText("SALIO", "")),
        ("sa\u0301lio", CommandText("SALIO", "")),  # an accent that stands by itself
        ("\uff33\uff21\uff2c\uff29\uff2f", CommandText("SALIO", "")),  # full-width letters
        ("sa\u200blio", CommandText("SALIO", "")),
        ("stop. sending, me this", CommandText("STOP", "sending, me this")),
        ("TATIZO: Bomba linavuja!", CommandText("TATIZO", "Bomba linavuja!")),
        ("tatizo\nTaa\tya ngazi", CommandText("TATIZO", "Taa ya ngazi")),
        ("FAULT-tap drips", CommandText("FAULT", "tap drips")),
        ("BAL2", CommandText("BAL", "2")),
        ("STOPPED working", CommandText("STOPPED", "working")),
        ("please stop", CommandText("PLEASE", "stop")),
        ("", CommandText("", "")),
        ("?!", CommandText("", "?!")),
        ("1234", CommandText("", "1234")),
    ],
)
def test_the_leading_word_is_read_however_it_is_written(text: str, parsed: CommandText) -> None:
    assert parsing_rules.parse_command_text(text) == parsed


@given(st.text(st.characters(exclude_categories=[])))
@example("tatizo \ud800")
def test_whatever_is_typed_can_be_kept_on_one_line(text: str) -> None:
    parsed = parsing_rules.parse_command_text(text)
    assert parsed.rest == " ".join(parsed.rest.split())
    assert "\x00" not in parsed.rest
    parsed.rest.encode()  # no half of a surrogate pair, which the database would refuse


def test_a_text_is_cut_and_told_on_one_line() -> None:
    assert parsing_rules.clean_line(" a\x00\r\n b\u202e c ", 5) == "a b c"
    assert parsing_rules.clean_line("x" * 600, 500) == "x" * 500
    assert parsing_rules.clean_line("ab cd", 3) == "ab"


@pytest.mark.parametrize(
    ("text", "place", "rest"),
    [
        ("A1 no water", 0, "no water"),
        ("a 1: no water", 0, "no water"),
        ("A12 no water", 1, "no water"),  # not A1
        ("shop 3 - the door", 2, "the door"),
        ("SHOP3 the door", 2, "the door"),
        ("A1", 0, ""),
        ("no water in A1", None, "no water in A1"),
        ("A13 is dark", None, "A13 is dark"),
        ("", None, ""),
    ],
)
def test_a_unit_is_meant_where_the_text_begins_with_its_name(text: str, place: int | None, rest: str) -> None:
    assert parsing_rules.match_unit(text, ["A1", "A12", "Shop 3"]) == (place, rest)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "billed", "today", "due"),
    [
        ((2026, 1, 1), None, None, (2026, 6, 1), (2026, 6, 5)),
        ((2026, 1, 1), None, None, (2026, 6, 5), (2026, 6, 5)),
        ((2026, 1, 1), None, None, (2026, 6, 6), None),  # not billed, and its day has passed
        ((2026, 1, 1), None, (2026, 6, 1), (2026, 6, 6), (2026, 7, 5)),
        ((2026, 1, 1), None, (2026, 12, 1), (2026, 12, 31), (2027, 1, 5)),
        ((2026, 1, 1), None, (2026, 2, 1), (2026, 6, 1), (2026, 6, 5)),  # billed long ago
        ((2026, 1, 1), (2026, 6, 30), (2026, 6, 1), (2026, 6, 6), None),
        ((2026, 1, 1), (2026, 7, 1), (2026, 6, 1), (2026, 6, 6), (2026, 7, 5)),
        ((2026, 8, 20), None, None, (2026, 6, 6), (2026, 8, 20)),  # begins after its first due day
    ],
)
def test_what_is_due_next(
    starts_on: tuple[int, int, int],
    ends_on: tuple[int, int, int] | None,
    billed: tuple[int, int, int] | None,
    today: tuple[int, int, int],
    due: tuple[int, int, int] | None,
) -> None:
    last = dt.date(*ends_on) if ends_on else None
    through = dt.date(*billed) if billed else None
    expected = dt.date(*due) if due else None
    assert parsing_rules.next_due_on(5, dt.date(*starts_on), last, through, dt.date(*today)) == expected


@pytest.mark.parametrize(
    ("width", "shortened"),
    [
        (20, "Mwangaza Court A12"),
        (18, "Mwangaza Court A12"),
        (17, "Mwangaza Co.. A12"),
        (10, "Mwan.. A12"),
    ],
)
def test_a_place_is_cut_at_the_property(width: int, shortened: str) -> None:
    assert text_fitting.place_name("Mwangaza Court", "A12", width) == shortened
    assert len(shortened) <= width


@given(st.text(max_size=130), st.text(min_size=1, max_size=50), st.integers(10, 60))
def test_a_place_is_never_wider_than_it_may_be(property_name: str, unit_name: str, width: int) -> None:
    assume(normalize_sms(unit_name))  # it may be nothing but characters that nobody sees
    assert 0 < measure_sms(text_fitting.place_name(property_name, unit_name, width)).characters <= width


@pytest.mark.parametrize(
    ("text", "names", "sure"),
    [
        ("A1 no water", ["A1", "B2"], True),
        ("a 1: no water", ["A1", "B2"], True),
        ("gas is leaking", ["gas", "B2"], False),  # a word
        ("1 gas tap leaks in B 2", ["1", "B2"], False),
        ("1 tap in shop 3, upstairs", ["1", "Shop 3"], False),
        ("A1 no water in B22", ["A1", "B2"], True),
        ("A1 no water", ["A1", "a-1"], False),
        ("A1 no water", ["A1", "??"], True),
        ("A1 no water", ["A1"], True),
    ],
)
def test_a_name_is_unmistakable_where_it_is_no_word_and_no_other_stands_there(
    text: str, names: list[str], sure: bool
) -> None:
    assert parsing_rules.is_unambiguous(text, 0, names) is sure
