"""What a phone is told: right, in its language, and in one SMS whatever the names and sums are."""

import datetime as dt
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib import self_service
from chalicelib.billing.model import Receipt
from chalicelib.ids import new_id
from chalicelib.leasing.tenant_model import PhoneLease, PhoneTenant
from chalicelib.messaging.rules import measure_sms
from chalicelib.payments.model import LeaseBalance
from chalicelib.self_service import reply_texts
from chalicelib.self_service.command_registry import COMMANDS, match_command
from chalicelib.self_service.lease_balances import PhoneLeaseBalance
from chalicelib.self_service.parsing_rules import CommandText
from chalicelib.self_service.sms_commands import list_command_words
from chalicelib.translations import phone_replies

TODAY = dt.date(2026, 11, 20)
GSM7 = st.sampled_from("ABCXYZabcxyz 0123456789-'&/.,#()ÅéÑ[]{}€^|~\\")
# What harmless replaces by one character of the alphabet or by several.
REPLACED = st.sampled_from("áçğīō’–\u2026\u0152")
names = st.text(st.one_of(GSM7, REPLACED), min_size=1, max_size=120)
sums = st.integers(0, 10**12)
days = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))
languages = st.sampled_from(["en", "sw"])


def lease(property_name: str = "Mwangaza Court", unit_name: str = "A1") -> PhoneLease:
    starts_on = dt.date(2026, 1, 1)
    return PhoneLease(
        organisation_id=new_id(),
        id=new_id(),
        tenant_id=new_id(),
        unit_id=new_id(),
        property_id=new_id(),
        unit_name=unit_name,
        property_name=property_name,
        starts_on=starts_on,
        ends_on=None,
        due_day=5,
        previous_id=None,
        status="active",
    )


def tenant(*leases: PhoneLease, name: str = "Acme Homes", currency: str = "KES") -> PhoneTenant:
    return PhoneTenant(new_id(), name, currency, TODAY, new_id(), "en", list(leases))


def standing(
    rented: PhoneLease,
    owed: int = 0,
    late: int = 0,
    credit: int = 0,
    first: dt.date | None = None,
    due: dt.date | None = None,
    next_due: dt.date | None = None,
) -> PhoneLeaseBalance:
    return PhoneLeaseBalance(rented, LeaseBalance(rented.id, owed, late, first, due, credit, None), next_due)


def render(language: str, *standings: PhoneLeaseBalance, name_organisation: bool = False) -> str:
    whose = tenant(*(each.lease for each in standings))
    return reply_texts.render_balances(whose, standings, language, name_organisation=name_organisation)


NOV, DEC = dt.date(2026, 11, 5), dt.date(2026, 12, 5)
OWED = standing(lease(), 15_000_00, first=DEC, due=DEC)
LATE = standing(lease(), 15_000_00, 15_000_00, first=NOV)
PART_LATE = standing(lease(), 15_000_00, 5_000_50, first=NOV, due=DEC)
PAID = standing(lease(), credit=500_00, next_due=DEC)


@pytest.mark.parametrize(
    ("what", "english", "swahili"),
    [
        (
            OWED,
            "Mwangaza Court A1: KES 15,000 owed, due 5 Dec.",
            "Mwangaza Court A1: unadaiwa KES 15,000, lipa kufikia 5 Des.",
        ),
        (
            LATE,
            "Mwangaza Court A1: KES 15,000 owed, was due 5 Nov.",
            "Mwangaza Court A1: unadaiwa KES 15,000, zilipaswa kulipwa 5 Nov.",
        ),
        (
            PART_LATE,
            "Mwangaza Court A1: KES 15,000 owed, KES 5,000.50 of it late, the rest due 5 Dec.",
            "Mwangaza Court A1: unadaiwa KES 15,000; KES 5,000.50 zimepita muda, zilizobaki lipa kufikia 5 Des.",
        ),
        (
            PAID,
            "Mwangaza Court A1: nothing owed. Next due 5 Dec. Credit KES 500.",
            "Mwangaza Court A1: hudaiwi chochote. Malipo yajayo 5 Des. Ziada yako KES 500.",
        ),
    ],
)
def test_a_balance_is_told_in_both_languages(what: PhoneLeaseBalance, english: str, swahili: str) -> None:
    assert (render("en", what), render("sw", what)) == (english, swahili)


def test_three_leases_are_told_and_the_rest_are_counted() -> None:
    several = [standing(lease("Court", f"B{number}"), number * 100_00, first=DEC, due=DEC) for number in range(1, 6)]
    text = render("en", *several, name_organisation=True)
    assert text == (
        "Acme Homes: Court B1: KES 100 owed, due 5 Dec. Court B2: KES 200 owed, due 5 Dec. "
        "Court B3: KES 300 owed, due 5 Dec. And 2 more."
    )
    assert render("en") == "You rent nothing here now, and owe nothing."


LONGEST = ("[" * 120, "]" * 40, 10**12 - 1, 10**12 - 2, 10**12 - 1, dt.date(2026, 11, 28), dt.date(2026, 12, 28), DEC)
DOUBLED = ("", "000000{", 100_000_000_02, 100_000_000_01, 100_000_000_02, NOV, DEC, DEC)


@given(
    st.lists(st.tuples(names, names, sums, sums, sums, days, days, days), max_size=6), names, languages, st.booleans()
)
@example([DOUBLED, DOUBLED], "00000000[[", "sw", True)
def test_a_balance_fits_one_sms(
    drawn: list[tuple[str, str, int, int, int, dt.date, dt.date, dt.date]],
    organisation: str,
    language: str,
    name_organisation: bool,
) -> None:
    standings = [
        standing(lease(house, unit[:40]), owed, min(late, owed), credit, first, due, coming)
        for house, unit, owed, late, credit, first, due, coming in drawn
    ]
    whose = tenant(*(each.lease for each in standings), name=organisation)
    measured = measure_sms(reply_texts.render_balances(whose, standings, language, name_organisation=name_organisation))
    assert (measured.encoding, measured.parts) == ("gsm7", 1)


@given(names, names, names, st.integers(1, 10**9), sums, days, languages, st.booleans())
def test_receipts_and_requests_fit_one_sms(
    house: str,
    unit: str,
    organisation: str,
    number: int,
    amount: int,
    day: dt.date,
    language: str,
    name_organisation: bool,
) -> None:
    rented = lease(house, unit[:40])
    whose = tenant(rented, name=organisation)
    receipt = Receipt(new_id(), number, new_id(), rented.id, new_id(), amount, day, "issued", dt.datetime.now(dt.UTC))
    for text in (
        reply_texts.render_receipt(whose, receipt, language, name_organisation=name_organisation),
        reply_texts.render_receipt(whose, None, language, name_organisation=name_organisation),
        reply_texts.render_fault_logged(rented, number, language),
    ):
        assert (measure_sms(text).encoding, measure_sms(text).parts) == ("gsm7", 1)


def test_a_name_of_another_script_is_told_as_it_is() -> None:
    text = reply_texts.render_fault_logged(lease("北京花园", "A1"), 7, "en")
    assert text == "Request no. 7 for 北京花园 A1 is logged. Your landlord sees it."


def test_every_text_is_there_in_both_languages_with_the_same_values() -> None:
    for name, (english, swahili) in phone_replies.REPLIES.items():
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", swahili)), name
        assert english.isascii(), name
        assert swahili.isascii(), name


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("name", ["help", "unknown"])
def test_what_may_be_asked_fits_one_sms(name: str, language: str) -> None:
    text = phone_replies.translate(name, language, commands=list_command_words(language))
    assert measure_sms(text).parts == 1
    assert all(each.words[language][0] in text for each in COMMANDS.values())


@pytest.mark.parametrize("text", [phone_replies.UNKNOWN_NUMBER, phone_replies.TRY_LATER])
def test_what_is_told_to_anybody_fits(text: str) -> None:
    assert measure_sms(text).characters <= 156


@pytest.mark.parametrize(
    ("word", "name", "language"),
    [
        ("BALANCE", "balance", "en"),
        ("BAL", "balance", "en"),
        ("SALIO", "balance", "sw"),
        ("RISITI", "receipt", "sw"),
        ("TATIZO", "fault", "sw"),
        ("STOP", "stop", "en"),
        ("ACHA", "stop", "sw"),
        ("ONDOKA", "stop", "sw"),
        ("TOKA", "stop", "sw"),
        ("ANZA", "start", "sw"),
        ("MSAADA", "help", "sw"),
    ],
)
def test_a_word_tells_the_command_and_the_language(word: str, name: str, language: str) -> None:
    found = match_command(CommandText(word, ""))
    assert found is not None
    assert (found[0].name, found[1]) == (name, language)


def test_others_register_themselves_and_cannot_take_a_word_that_is_taken() -> None:
    def answers(db: object, asking: object) -> list[self_service.Reply]:
        return []

    for en, sw in ((("STOP",), ("SIMAMA",)), (("METER",), ("Sálio",))):
        with pytest.raises(ValueError, match="taken"):
            COMMANDS.command("reading", en=en, sw=sw)(answers)
    with pytest.raises(ValueError, match="too long"):
        COMMANDS.command("reading_of_the_water_meter", en=("METER",), sw=("MITA",))(answers)
    try:
        assert (
            COMMANDS.command("reading", en=("METER", "MITA"), sw=("MITA",), argument_help={"en": "number"})(answers)
            is answers
        )
        found = match_command(CommandText("MITA", ""))
        assert found is not None
        assert (found[0].help_text, found[1]) == ({"en": "METER number", "sw": "MITA"}, None)  # a word in both
    finally:
        COMMANDS.pop("reading", None)
    assert match_command(CommandText("MITA", "")) is None
