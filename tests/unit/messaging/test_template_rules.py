"""Templates: what they say, what is wrong with one, and what stands in for what cannot be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.messaging import template_rules as rules
from chalicelib.messaging.model import KINDS, RenderedText
from chalicelib.translations.message_templates import DEFAULT_TEMPLATES, MAX_VALUE_LENGTHS, SAMPLE_VALUES
from chalicelib.translations.wording import LANGUAGES

VALUES = {**SAMPLE_VALUES, "tenant": "Achieng"}
KIND = "reminder_due"


def test_every_kind_with_placeholders_is_said_in_every_language_with_them_alone() -> None:
    worded = {(kind, language) for kind in KINDS if KINDS[kind].placeholders for language in LANGUAGES}
    assert set(DEFAULT_TEMPLATES) == worded
    assert (
        {name for kind in KINDS.values() for name in kind.placeholders} == set(SAMPLE_VALUES) == set(MAX_VALUE_LENGTHS)
    )
    assert {
        key: rules.find_template_problem(key[0], rules.default_text(*key)) for key in DEFAULT_TEMPLATES
    } == dict.fromkeys(DEFAULT_TEMPLATES, "")


@pytest.mark.parametrize(("kind", "language"), DEFAULT_TEMPLATES)
def test_our_own_words_are_one_sms_with_usual_values(kind: str, language: str) -> None:
    measured = rules.measure_template(kind, language, SAMPLE_VALUES, None, "")
    assert (measured.encoding, measured.parts) == ("gsm7", 1)


@pytest.mark.parametrize(("kind", "language"), DEFAULT_TEMPLATES)
def test_whatever_but_the_sum_is_missing_our_words_still_say_the_rest(kind: str, language: str) -> None:
    made = rules.render(kind, language, {"amount": "KES 15,000"})
    assert made.text
    assert "KES 15,000" in made.text
    assert not {"{", "}", "  "} & {made.text, *made.text, *zip(made.text, made.text[1:], strict=False)}
    for name in KINDS[kind].placeholders:
        told = rules.render(kind, language, {**VALUES, name: ""})
        assert told == (RenderedText(None, "no_value:amount") if name == "amount" else RenderedText(told.text))
        assert told.text is None or "{" not in told.text


def test_own_words_are_taken_and_made_harmless() -> None:
    made = rules.render(KIND, "sw", VALUES, "{tenant}, lipa\u00a0{amount} \u2013 {tenant}!")
    assert made == RenderedText("Achieng, lipa KES 15,000 - Achieng!")


def test_own_words_that_lack_a_value_give_way_to_ours_and_say_why() -> None:
    values = {name: value for name, value in VALUES.items() if name != "paybill"}
    made = rules.render(KIND, "en", values, "Pay {amount} to {paybill}")
    assert made.reason == "no_value:paybill"
    assert (
        made.text == "Dear Achieng, KES 15,000 for Mwangaza Court A12 (Dec 2026) is due today. Thank you, Acme Homes."
    )
    assert rules.render(KIND, "en", {**values, "paybill": "  "}, "Pay {amount} to {paybill}") == made


def test_own_words_that_get_too_long_give_way_to_ours() -> None:
    own = "{property} " * 20
    assert rules.find_template_problem(KIND, own) == ""
    made = rules.render(KIND, "en", {**VALUES, "property": "x" * 120}, own)
    assert made.reason == "too_long"
    assert made.text is not None
    assert made.text.startswith("Dear Achieng, KES 15,000 for xxx")


def test_a_language_that_nobody_wrote_is_told_in_english() -> None:
    assert rules.render(KIND, "fr", VALUES) == rules.render(KIND, "en", VALUES)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{rent} is due", "unknown placeholder {rent}; expected one of: {tenant}, {amount}, "),
        ("{receipt} is due", "unknown placeholder {receipt}"),  # another kind's
        ("{amount", "a brace must belong to a placeholder"),
        ("amount}", "a brace must belong to a placeholder"),
        ("{{amount}}", "a brace must belong to a placeholder"),
        ("{}", "a brace must belong to a placeholder"),
        ("{0}", "a brace must belong to a placeholder"),
        ("{amount!r}", "a brace must belong to a placeholder"),
        ("{amount:>1000000000}", "a brace must belong to a placeholder"),
        ("{tenant.__class__}", "a brace must belong to a placeholder"),
        ("{tenant[0]}", "a brace must belong to a placeholder"),
        ("{ amount }", "a brace must belong to a placeholder"),
        ("{Amount}", "a brace must belong to a placeholder"),
        ("   ", "expected text"),
        ("\u200b", "expected text"),
        ("a" * 919, "expected at most 6 parts; with usual values it takes 7"),
        ("\N{HOUSE BUILDING}" * 202, "expected at most 6 parts; with usual values it takes 7"),
        ("a" * 909 + "{amount}", "expected at most 6 parts; with usual values it takes 7"),
    ],
)
def test_what_is_wrong_is_told(text: str, why: str) -> None:
    assert rules.find_template_problem(KIND, text).startswith(why)


@pytest.mark.parametrize("text", ["Pay {amount}", "a" * 918, "a" * 908 + "{amount}", "Lipa \N{HOUSE BUILDING}", "x"])
def test_what_is_right_is_taken(text: str) -> None:
    assert rules.find_template_problem(KIND, text) == ""


def test_what_it_takes_at_most_is_of_the_longest_values() -> None:
    text = "{tenant}: {amount}"
    assert rules.measure_template(KIND, "en", SAMPLE_VALUES, text, "") == ("gsm7", len("Wanjiru: KES 15,000"), 1)
    assert rules.measure_template(KIND, "en", rules.LONGEST_VALUES, text, "") == ("gsm7", 60 + 2 + 18, 1)
    assert rules.measure_template(KIND, "en", rules.LONGEST_VALUES, None, "").parts == 4


@given(st.dictionaries(st.sampled_from(sorted(SAMPLE_VALUES)), st.text(st.characters(codec="utf-8"), max_size=20)))
def test_a_value_is_put_in_as_it_is(values: dict[str, str]) -> None:
    text = " ".join(f"<{{{name}}}>" for name in values)
    if all(value.strip() for value in values.values()):
        assert rules.fill_placeholders(text, values) == " ".join(f"<{value.strip()}>" for value in values.values())
    else:
        with pytest.raises(rules.MissingValue):
            rules.fill_placeholders(text, values)


def test_a_value_with_braces_is_no_placeholder() -> None:
    assert rules.fill_placeholders("{tenant} {amount}", {"tenant": "{amount}", "amount": "5"}) == "{amount} 5"


@given(st.text(st.sampled_from("{}a_. !:amount"), max_size=40))
def test_whatever_is_taken_can_be_filled(text: str) -> None:
    if not rules.find_template_problem(KIND, text):
        assert "{" not in rules.fill_placeholders(text, SAMPLE_VALUES)
