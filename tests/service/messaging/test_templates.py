"""Templates: whose words are taken, and no change is lost; not even where one was taken back in between."""

import threading

import pytest

from chalicelib import messaging
from chalicelib.errors import Invalid, NotFound, PreconditionFailed
from chalicelib.messaging.model import RenderedText
from chalicelib.messaging.template_model import MessagePreview, PreviewRequest, Template
from chalicelib.translations.message_templates import DEFAULT_TEMPLATES, SAMPLE_VALUES
from tests.contexts import context
from tests.outbox import NOON, Outbox

KIND = "reminder_due"


def write(outbox: Outbox, version: int | None, text: str, language: str = "en", kind: str = KIND) -> Template:
    return outbox.resources.transact(
        lambda db: messaging.write_template(context(db, outbox.id, now=NOON), kind, language, version, text)
    )


def remove(outbox: Outbox, version: int | None) -> None:
    outbox.resources.transact(
        lambda db: messaging.remove_template(context(db, outbox.id, now=NOON), KIND, "en", version)
    )


def now_of(outbox: Outbox, kind: str = KIND, language: str = "en") -> Template:
    with outbox.resources.reading() as db:
        return messaging.get_template(context(db, outbox.id), kind, language)


def said(outbox: Outbox, language: str = "en", **values: str) -> RenderedText:
    with outbox.resources.reading() as db:
        return messaging.load_templates(context(db, outbox.id)).render(KIND, language, {**SAMPLE_VALUES, **values})


OBJECTS = ". Not you? Send NOT ME"  # a preview is of a number that has confirmed nothing


def tried(outbox: Outbox, text: str | None, kind: str = KIND, **values: str) -> MessagePreview:
    with outbox.resources.reading() as db:
        return messaging.preview_message(context(db, outbox.id), PreviewRequest(kind, "en", text, values))


def test_ours_are_listed_until_the_organisation_writes_its_own(outbox: Outbox) -> None:
    with outbox.resources.reading() as db:
        listed = messaging.list_templates(context(db, outbox.id))
    assert [(each.kind, each.language) for each in listed] == list(DEFAULT_TEMPLATES)
    assert {(each.own, each.version, each.parts, each.price_cents, each.changed_at) for each in listed} == {
        (False, 0, 1, 80, None)
    }
    assert {each.most_price_cents // each.most_parts for each in listed} == {80}
    written = write(outbox, 0, "Pay {amount}, {tenant}")
    assert (written.text, written.own, written.version, written.changed_at) == ("Pay {amount}, {tenant}", True, 1, NOON)
    assert (written.characters, written.parts, written.most_parts) == (
        len("Pay KES 15,000, Wanjiru") + len(OBJECTS),
        1,
        1,
    )
    assert said(outbox) == RenderedText("Pay KES 15,000, Wanjiru")
    assert said(outbox, "sw").text != said(outbox).text
    assert not now_of(outbox, language="sw").own


def test_a_change_is_of_the_version_that_was_read(outbox: Outbox) -> None:
    with pytest.raises(PreconditionFailed):
        write(outbox, 1, "One")
    write(outbox, 0, "One")
    for stale in (0, 2):
        with pytest.raises(PreconditionFailed):
            write(outbox, stale, "Two")
    assert write(outbox, 1, "Two").version == 2
    assert write(outbox, None, "Three").version == 3
    with pytest.raises(PreconditionFailed):
        remove(outbox, 2)
    assert now_of(outbox).text == "Three"


def test_what_was_taken_back_never_has_an_older_version_again(outbox: Outbox) -> None:
    write(outbox, 0, "One")
    remove(outbox, 1)
    ours = now_of(outbox)
    assert (ours.own, ours.version, ours.text.startswith("Dear {tenant}")) == (False, 2, True)
    assert said(outbox).text == (
        "Dear Wanjiru, KES 15,000 for Mwangaza Court A12 (Dec 2026) is due today. "
        "Paybill 522533, account A12. Thank you, Acme Homes."
    )
    with pytest.raises(NotFound):
        remove(outbox, 2)
    with pytest.raises(PreconditionFailed):  # read before it was taken back
        write(outbox, 1, "Two")
    assert write(outbox, 2, "Two").version == 3


def test_of_two_who_write_the_first_at_once_one_does(outbox: Outbox) -> None:
    told: list[object] = []

    def second() -> None:
        try:
            told.append(write(outbox, 0, "Second"))
        except PreconditionFailed as error:
            told.append(error)

    thread = threading.Thread(target=second)
    with outbox.resources.writing() as db:
        messaging.write_template(context(db, outbox.id, now=NOON), KIND, "en", 0, "First")
        thread.start()
        thread.join(0.3)
        assert told == []
    thread.join(20)
    assert [type(each) for each in told] == [PreconditionFailed]
    assert now_of(outbox).text == "First"


def test_what_is_no_template_is_refused(outbox: Outbox) -> None:
    with pytest.raises(Invalid) as told:
        write(outbox, 0, "Your rent of {rent}")
    [error] = told.value.facts["errors"]
    assert error["field"] == "text"
    assert error["why"].startswith("unknown placeholder {rent}; expected one of: {tenant}, {amount}, {due_on}")
    for kind, language in (("notice", "en"), ("reply", "en"), (KIND, "fr"), ("nothing", "en")):
        with pytest.raises(NotFound):
            write(outbox, 0, "Hello", language, kind)


def test_another_organisation_keeps_its_words(outbox: Outbox) -> None:
    write(outbox, 0, "One")
    assert not now_of(Outbox.found(outbox.resources)).own


def test_a_set_is_rendered_after_one_reading(outbox: Outbox) -> None:
    write(outbox, 0, "{tenant}: {amount} by paybill {paybill}")
    with outbox.resources.reading() as db:
        templates = messaging.load_templates(context(db, outbox.id))
    assert templates.render(KIND, "en", SAMPLE_VALUES) == RenderedText("Wanjiru: KES 15,000 by paybill 522533")
    told = templates.render(KIND, "en", {"tenant": "Achieng", "amount": "KES 5"})
    assert told == RenderedText("Dear Achieng, KES 5 is due today.", "no_value:paybill")
    assert templates.render(KIND, "en", {}) == RenderedText(None, "no_value:amount")


def test_a_preview_tells_what_would_be_sent_and_its_price(outbox: Outbox) -> None:
    assert tried(outbox, "{tenant}\u2019s {amount}") == MessagePreview(
        f"Wanjiru's KES 15,000{OBJECTS}", "", "gsm7", 20 + len(OBJECTS), 1, 80, ["\u2019"]
    )
    assert tried(outbox, None).text == f"{said(outbox).text} Not you? Send NOT ME"
    write(outbox, 0, "Own: {paybill}")
    assert tried(outbox, None).text == f"Own: 522533{OBJECTS}"
    fallback = tried(outbox, None, paybill="")
    assert fallback.reason == "no_value:paybill"
    assert fallback.text.startswith("Dear Wanjiru")
    emoji = tried(outbox, "Lipa \N{HOUSE BUILDING}" + "a" * 70)
    assert (emoji.encoding, emoji.characters, emoji.parts, emoji.price_cents) == ("ucs2", 77 + len(OBJECTS), 2, 1_60)
    assert emoji.replaced == []
    with pytest.raises(Invalid):
        tried(outbox, "{nothing}")


def test_a_kind_without_a_template_is_previewed_as_it_is_written(outbox: Outbox) -> None:
    assert tried(outbox, "Water is off \u2013 {sorry}", "notice").text == f"Water is off - {{sorry}}{OBJECTS}"
    with pytest.raises(Invalid):
        tried(outbox, None, "notice")
