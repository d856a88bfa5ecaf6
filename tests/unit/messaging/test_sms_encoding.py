"""What an SMS takes: held against a splitter that makes the parts one character at a time."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.messaging.rules import measure_sms, normalize_sms, replaced_characters

# The table of 3GPP TS 23.038 section 6.2.1, row by row as it is printed there; the escape is not a character.
TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
EMOJI = "\N{HOUSE BUILDING}"
SWAHILI = "Habari Wanjiru, maji hayatakuwepo kesho. Ng\u2019ombe wako \u2013 tafadhali\u00a0mpe maji leo\u2026"

texts = st.text(st.sampled_from(TABLE + EXTENSION), max_size=700)
any_texts = st.text(
    st.sampled_from("aé€^{ \u2019\u2013ũ\u0301\u0303\u03b1Ω文\u200b\u200d" + EMOJI) | st.characters(codec="utf-8")
)


def reference(text: str) -> tuple[str, int, int]:
    """Return (encoding, characters, parts), by putting each character into the part that is being filled."""
    gsm7 = all(each in TABLE + EXTENSION for each in text)
    sizes = [len(each.encode("utf-16-le")) // 2 for each in text]
    if gsm7:
        sizes = [2 if each in EXTENSION else 1 for each in text]
    alone, joined = (160, 153) if gsm7 else (70, 67)
    if sum(sizes) <= alone:
        return "gsm7" if gsm7 else "ucs2", sum(sizes), 1 if text else 0
    parts: list[list[int]] = [[]]
    for size in sizes:
        if sum(parts[-1]) + size > joined:
            parts.append([])
        parts[-1].append(size)
    return "gsm7" if gsm7 else "ucs2", sum(sizes), len(parts)


def test_the_alphabet_has_its_127_characters_and_the_extension_ten() -> None:
    assert (len(set(TABLE)), len(TABLE), len(set(EXTENSION))) == (127, 127, 10)
    assert measure_sms(TABLE) == ("gsm7", 127, 1)
    assert measure_sms(EXTENSION) == ("gsm7", 20, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ("gsm7", 0, 0)),
        ("a", ("gsm7", 1, 1)),
        ("a" * 160, ("gsm7", 160, 1)),
        ("a" * 161, ("gsm7", 161, 2)),
        ("a" * 306, ("gsm7", 306, 2)),
        ("a" * 307, ("gsm7", 307, 3)),
        ("a" * 918, ("gsm7", 918, 6)),
        ("a" * 919, ("gsm7", 919, 7)),
        ("a" * 158 + "€", ("gsm7", 160, 1)),
        ("a" * 159 + "€", ("gsm7", 161, 2)),
        # 306 would fill two parts, but the euro's pair would lie across them: the first ends one short.
        ("a" * 152 + "€" + "a" * 152, ("gsm7", 306, 3)),
        ("a" * 151 + "€" + "a" * 153, ("gsm7", 306, 2)),
        ("文" * 70, ("ucs2", 70, 1)),
        ("文" * 71, ("ucs2", 71, 2)),
        ("文" * 134, ("ucs2", 134, 2)),
        ("文" * 135, ("ucs2", 135, 3)),
        ("a" * 69 + EMOJI, ("ucs2", 71, 2)),
        ("a" * 68 + EMOJI, ("ucs2", 70, 1)),
        ("a" * 66 + EMOJI + "a" * 66, ("ucs2", 134, 3)),  # the pair would lie across the first two parts
        ("a" * 65 + EMOJI + "a" * 67, ("ucs2", 134, 2)),
    ],
)
def test_what_a_text_takes(text: str, told: tuple[str, int, int]) -> None:
    assert measure_sms(text) == told == reference(text)


@given(texts)
@example("€" * 77)
@example("€" * 153)
def test_gsm_7_bit_is_measured_as_the_reference_splits_it(text: str) -> None:
    assert measure_sms(text) == reference(text)


@given(st.text(st.sampled_from("a文€" + EMOJI), max_size=300) | any_texts)
@example(EMOJI * 67)
def test_any_text_is_measured_as_the_reference_splits_it(text: str) -> None:
    assert measure_sms(text) == reference(text)


def test_a_swahili_text_with_a_curly_quote_is_one_sms() -> None:
    assert measure_sms(SWAHILI).parts == 2
    told = normalize_sms(SWAHILI)
    assert told == "Habari Wanjiru, maji hayatakuwepo kesho. Ng'ombe wako - tafadhali mpe maji leo..."
    assert measure_sms(told) == ("gsm7", len(told), 1)
    assert replaced_characters(SWAHILI) == ["\u2019", "\u2013", "\u00a0", "\u2026"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("\u2018a\u2019 \u201cb\u201d \u00abc\u00bb `d\u00b4", "'a' \"b\" \"c\" 'd'"),
        ("\u2010\u2011\u2012\u2013\u2014\u2212", "------"),
        ("a\u00a0b\u2009c\u202fd\u3000e\tf", "a b c d e f"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("\u2022 one\u2028\u2022 two", "- one\n- two"),
        ("Wanjirũ wa Mũthoni, Kĩambu", "Wanjiru wa Muthoni, Kiambu"),  # Kikuyu
        ("Ng\u02bcang\u02bca", "Ng'ang'a"),
        ("Ấ ǖ ç ł Đ ǿ œ", "A ü c l D ø oe"),
        ("éèñüàÇßø£€", "éèñüàÇßø£€"),  # the alphabet has them
        ("e\u0301 a\u030a n\u0303", "é å ñ"),  # as a Mac writes them
        ("x\u0301\u0308y", "xy"),
        ("\u2126 \u212b", "Ω Å"),
        ("Ώρα", "Ώρα"),  # Greek keeps its accents: no letter of it but the capitals is in the alphabet
        ("文字 العَرَبِيَّة हिन्दी", "文字 العَرَبِيَّة हिन्दी"),
        ("👩\u200d🔧 1\ufe0f\u20e3", "👩\u200d🔧 1\ufe0f\u20e3"),
    ],
)
def test_what_stands_for_what(written: str, told: str) -> None:
    assert normalize_sms(written) == unicodedata.normalize("NFC", told)


@given(texts)
def test_what_is_of_the_alphabet_stays(text: str) -> None:
    assert normalize_sms(text) is text
    assert replaced_characters(text) == []


@given(any_texts)
def test_what_is_harmless_stays_so(text: str) -> None:
    assert normalize_sms(normalize_sms(text)) == normalize_sms(text)


@given(any_texts)
def test_no_text_gets_dearer_and_none_is_lost(text: str) -> None:
    told = normalize_sms(text)
    assert measure_sms(told).encoding == "gsm7" or measure_sms(text).encoding == "ucs2"
    assert sum(each == EMOJI for each in told) == sum(each == EMOJI for each in text)
    assert bool(told.strip()) or not any(each.isalnum() for each in text)
