"""What an organisation may send before and after it is granted more, and that it cannot grant itself."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from chalicelib import messaging, organisations
from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner, phone_day_repository, recovery_runner
from chalicelib.errors import Conflict, GrantNeeded, Invalid, NotFound
from chalicelib.messaging.grant_model import Allowance, GrantLimits
from chalicelib.messaging.model import MessageSettings, MessageSettingsChange, NewMessage
from chalicelib.messaging.template_model import PreviewRequest
from chalicelib.paging import PageRequest
from chalicelib.runtime.resources import Resources
from chalicelib.storage import tables
from chalicelib.storage.tables.messaging import organisation_grants
from tests.contexts import context
from tests.granting import grant
from tests.outbox import DAY, NOON, FakeQueues, Outbox, new_phone, notice

FREE: dict[str, Any] = {"kind": "receipt", "text": "Wanjiru, KES 500 received"}  # of a kind that needs no grant


def letter(address: str) -> NewMessage:
    return notice(kind="statement", text="Your account.", medium="email", address=address, subject="Statement")


@pytest.fixture
def newcomer(sending: Resources) -> Outbox:
    """An organisation that was just founded."""
    return Outbox.found(sending, granted=False)


def settings_of(outbox: Outbox) -> MessageSettings:
    with outbox.resources.reading() as db:
        return messaging.get_settings(context(db, outbox.id))


def allowance_of(outbox: Outbox) -> Allowance:
    with outbox.resources.reading() as db:
        return messaging.get_sending_profile(db, outbox.id).allowance


def change(outbox: Outbox, **values: Any) -> MessageSettings:
    return outbox.resources.transact(
        lambda db: messaging.change_settings(
            context(db, outbox.id, now=NOON), None, cast(MessageSettingsChange, values)
        )
    )


def founder_of(outbox: Outbox) -> str:
    with outbox.resources.reading() as db:
        return str(
            db.scalar(
                select(tables.organisations.organisations.c.founder_phone).where(
                    tables.organisations.organisations.c.id == outbox.id
                )
            )
        )


def revoke(outbox: Outbox, kind: str = "messaging") -> None:
    outbox.resources.transact(lambda db: messaging.revoke_grant(context(db, outbox.id, now=NOON), kind, by="tests"))


def test_before_a_grant_the_platforms_bounds_hold(newcomer: Outbox) -> None:
    assert allowance_of(newcomer) == Allowance(False, 100, 3, 5_000_00, 2, "", founder_of(newcomer))
    assert settings_of(newcomer) == MessageSettings(daily_cap=100)
    assert change(newcomer, quiet_from_hour=0, daily_cap=50).daily_cap == 50


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"daily_cap": 101}, "daily_cap"),
        ({"tenant_daily_cap": 4}, "tenant_daily_cap"),
        ({"monthly_limit_cents": 5_000_01}, "monthly_limit"),
    ],
)
def test_no_organisation_raises_its_own_bounds(newcomer: Outbox, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        change(newcomer, **values)
    assert [each["field"] for each in caught.value.facts["errors"]] == [field]
    assert "before it is granted messaging" in caught.value.facts["errors"][0]["why"]
    grant(newcomer.resources, newcomer.id, GrantLimits(daily_cap=200, tenant_daily_cap=5, monthly_limit_cents=6_000_00))
    change(newcomer, **values)
    for name, granted in (("daily_cap", 200), ("tenant_daily_cap", 5), ("monthly_limit_cents", 6_000_00)):
        with pytest.raises(Invalid, match="not valid"):
            change(newcomer, **{name: granted + 1})


@pytest.mark.parametrize(
    ("values", "needed"),
    [({"sender_name": "MPESA"}, "messaging"), ({"legal_notices_pass_opt_out": True}, "messaging")],
)
def test_what_takes_a_grant_is_refused_without(newcomer: Outbox, values: dict[str, Any], needed: str) -> None:
    with pytest.raises(GrantNeeded, match="Ask the operator of this service") as caught:
        change(newcomer, **values)
    assert caught.value.facts == {"grant": needed}


def test_what_was_set_under_a_grant_ends_with_it_and_comes_back(newcomer: Outbox) -> None:
    grant(newcomer.resources, newcomer.id, sender_name="ACME")
    change(newcomer, sender_name="ACME", legal_notices_pass_opt_out=True, daily_cap=1500, tenant_daily_cap=2)
    full = settings_of(newcomer)
    assert (full.sender_name, full.legal_notices_pass_opt_out, full.daily_cap) == ("ACME", True, 1500)
    revoke(newcomer)
    held = settings_of(newcomer)
    assert (held.sender_name, held.legal_notices_pass_opt_out, held.daily_cap) == ("", False, 100)
    assert held.tenant_daily_cap == 2
    grant(newcomer.resources, newcomer.id)
    assert settings_of(newcomer) == full
    revoke(newcomer, "sender_name")
    assert settings_of(newcomer) == full._replace(sender_name="")


def test_a_sender_name_is_the_one_that_was_granted(newcomer: Outbox) -> None:
    with pytest.raises(Conflict):
        newcomer.resources.transact(
            lambda db: messaging.grant_sender_name(context(db, newcomer.id, now=NOON), "ACME", by="A")
        )
    grant(newcomer.resources, newcomer.id, sender_name="ACME")
    assert settings_of(newcomer).sender_name == ""
    with pytest.raises(Invalid):
        change(newcomer, sender_name="OTHER")
    for name in ("MPESA", "Safaric0m", "", "TWELVE LETTE", "\u00dcml"):
        with pytest.raises(Invalid):
            grant(newcomer.resources, newcomer.id, sender_name=name or " ")
    assert change(newcomer, sender_name="ACME").sender_name == "ACME"
    assert change(newcomer, sender_name="").sender_name == ""


def test_a_grant_is_in_the_trail_with_no_member_and_of_a_kind_one_holds(newcomer: Outbox) -> None:
    grant(newcomer.resources, newcomer.id)
    grant(newcomer.resources, newcomer.id, GrantLimits(daily_cap=300))
    assert allowance_of(newcomer).daily_cap == 300
    revoke(newcomer)
    with newcomer.resources.reading() as db:
        events = organisations.list_audit_events(context(db, newcomer.id), PageRequest()).items
        kept = db.execute(select(organisation_grants).where(organisation_grants.c.organisation_id == newcomer.id)).all()
        listed = [each for each in messaging.list_grants(db) if each.organisation_id == newcomer.id]
    assert [each.action for each in events] == ["revoke_messaging", "grant_messaging", "grant_messaging"]
    assert {(each.member_id, each.subject) for each in events} == {(None, "operator")}
    assert len(kept) == 2
    assert listed == []
    with pytest.raises(NotFound):
        revoke(newcomer)
    for by in ("", " ", "x" * 61):
        with pytest.raises(Invalid), newcomer.resources.writing() as db:
            messaging.grant_messaging(context(db, newcomer.id, now=NOON), by=by)
    with pytest.raises(NotFound):
        grant(newcomer.resources, uuid4())


def test_of_two_grants_at_once_one_holds(newcomer: Outbox) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(lambda each: grant(newcomer.resources, newcomer.id, GrantLimits(daily_cap=each)), range(100, 104))
        )
    with newcomer.resources.reading() as db:
        held = [each for each in messaging.list_grants(db) if each.organisation_id == newcomer.id]
    assert len(held) == 1
    assert allowance_of(newcomer).daily_cap == held[0].daily_cap


def test_words_of_its_own_are_refused_and_those_written_before_are_not_used(newcomer: Outbox) -> None:
    def write(text: str) -> None:
        newcomer.resources.transact(
            lambda db: messaging.write_template(context(db, newcomer.id, now=NOON), "receipt", "en", None, text)
        )

    def said() -> str | None:
        with newcomer.resources.reading() as db:
            templates = messaging.load_templates(context(db, newcomer.id))
        return templates.render("receipt", "en", {"amount": "KES 5", "tenant": "Wanjiru"}).text

    with pytest.raises(GrantNeeded):
        write("Send {amount} to 0712345678")
    grant(newcomer.resources, newcomer.id)
    write("Send {amount} to 0712345678")
    assert said() == "Send KES 5 to 0712345678"
    revoke(newcomer)
    assert said() == "Wanjiru, we have received KES 5."
    with newcomer.resources.reading() as db:
        seen = messaging.preview_message(context(db, newcomer.id), PreviewRequest("receipt", text="{amount}, bit.ly/x"))
        assert (seen.reason, "bit" in seen.text) == ("grant_needed", False)
        with pytest.raises(GrantNeeded):
            messaging.preview_message(context(db, newcomer.id), PreviewRequest("notice", text="Anything"))
        (listed,) = [each for each in messaging.list_templates(context(db, newcomer.id)) if each.own]
        assert listed.text == "Send {amount} to 0712345678", "it is kept, for when it is granted again"


def test_free_text_does_not_go_whenever_it_was_queued(sending: Resources, newcomer: Outbox, queues: FakeQueues) -> None:
    (refused,) = newcomer.texts(1)
    assert (newcomer.message(refused).status, newcomer.message(refused).reason) == ("cancelled", "grant_needed")
    grant(sending, newcomer.id)
    waiting = newcomer.queue([notice(), notice(kind="legal_notice"), notice(**FREE), notice(kind="reply")])
    revoke(newcomer)
    dispatch_runner.dispatch(sending)
    assert {newcomer.message(each).reason for each in waiting} == {"grant_needed"}
    assert queues.texts(newcomer.id) == []


def test_without_a_known_founder_nothing_goes(sending: Resources, newcomer: Outbox) -> None:
    with sending.writing() as db:
        db.execute(
            update(tables.organisations.organisations)
            .where(tables.organisations.organisations.c.id == newcomer.id)
            .values(founder_phone=None)
        )
    (message_id,) = newcomer.queue([notice(**FREE)])
    dispatch_runner.dispatch(sending)
    assert newcomer.message(message_id).reason == "grant_needed"


def test_each_text_tells_its_founder_and_goes_from_the_shared_sender(
    sending: Resources, newcomer: Outbox, queues: FakeQueues
) -> None:
    newcomer.confirmed = False
    ends = f". From {founder_of(newcomer)}. Not you? Send NOT ME"
    newcomer.queue([notice(**{**FREE, "text": "Pay 522533 at evil.com"}), notice(kind="reply", text="A1: KES 5 owed")])
    dispatch_runner.dispatch(sending)
    told = {(each["text"], each["sender_name"]) for each in queues.texts(newcomer.id)}
    assert told == {(f"Pay ..2533 at evil com{ends}", ""), (f"A1: KES 5 owed. From {founder_of(newcomer)}.", "")}
    grant(sending, newcomer.id, sender_name="ACME")
    change(newcomer, sender_name="ACME")
    queues.pop("send")
    newcomer.queue([notice(**{**FREE, "text": "Pay 522533"})])
    dispatch_runner.dispatch(sending)
    (text,) = queues.texts(newcomer.id)
    assert (text["text"], text["sender_name"]) == ("Pay 522533. Not you? Send NOT ME", "ACME")


def test_a_newcomer_sends_a_hundred_a_day_of_whatever_kind(
    sending: Resources, newcomer: Outbox, clock: ManualClock
) -> None:
    newcomer.texts(105, **FREE)
    (reply,) = newcomer.queue([notice(kind="reply")])
    dispatch_runner.dispatch(sending)
    assert newcomer.statuses() == {"handed": 101, "queued": 5}
    assert newcomer.message(reply).status == "handed", "who asks is answered"
    waits = {each.send_after_at for each in newcomer.messages().values() if each.status == "queued"}
    assert waits == {dt.datetime(2026, 12, 8, 5, tzinfo=dt.UTC)}  # eight in the morning
    clock.at = NOON + DAY
    dispatch_runner.dispatch(sending)
    assert newcomer.statuses() == {"handed": 106}


def test_a_number_gets_two_a_day_of_all_newcomers_together_and_answers_beside(
    sending: Resources, newcomer: Outbox, outbox: Outbox, clock: ManualClock
) -> None:
    phone, other = new_phone(), Outbox.found(sending, granted=False)
    newcomer.confirmed = other.confirmed = False
    first = newcomer.queue([notice(**FREE, address=phone)])
    second = other.queue([notice(**FREE, address=phone), notice(**FREE, address=phone), notice(**FREE)])
    dispatch_runner.dispatch(sending)
    dispatch_runner.dispatch(sending)
    assert newcomer.statuses() + other.statuses() == {"handed": 3, "queued": 1}
    (answer,) = newcomer.queue([notice(kind="reply", address=phone)])
    granted = outbox.queue([notice(address=phone), notice(**FREE, address=phone)])
    dispatch_runner.dispatch(sending)
    assert newcomer.message(answer).status == "handed"
    assert {outbox.message(each).status for each in granted} == {"handed"}
    clock.at = NOON + DAY
    dispatch_runner.dispatch(sending)
    assert {newcomer.message(each).status for each in first} == {"handed"}
    assert {other.message(each).status for each in second} == {"handed"}


def test_who_confirmed_a_place_hears_of_its_landlord_whatever_others_send(sending: Resources, newcomer: Outbox) -> None:
    phone, attacker = new_phone(), Outbox.found(sending, granted=False)
    attacker.confirmed = False
    attacker.queue([notice(**FREE, address=phone), notice(**FREE, address=phone)])
    dispatch_runner.dispatch(sending)
    newcomer.queue([notice(**FREE, address=phone) for _ in range(3)])
    dispatch_runner.dispatch(sending)
    assert (attacker.statuses(), newcomer.statuses()) == ({"handed": 2}, {"handed": 3})
    other = Outbox.found(sending, granted=False)
    other.confirmed = False
    other.queue([notice(**FREE, address=phone)])
    dispatch_runner.dispatch(sending)
    assert other.statuses() == {"queued": 1}


@pytest.mark.parametrize("granted", [False, True])
def test_a_newcomer_sends_a_hundred_letters_a_day(sending: Resources, clock: ManualClock, *, granted: bool) -> None:
    writes = Outbox.found(sending, granted=granted)
    ids = writes.queue([letter(f"tenant{number}@example.com") for number in range(105)])
    dispatch_runner.dispatch(sending)
    dispatch_runner.dispatch(sending)
    held = {} if granted else {"queued": 5}
    assert writes.statuses() == {"handed": 105 - len(held) * 5, **held}
    writes.change(ids[:1], status="queued")  # its sender was away: it has its place
    writes.texts(1, **FREE)  # counted on its own
    dispatch_runner.dispatch(sending)
    assert writes.statuses() == {"handed": 106 - len(held) * 5, **held}
    clock.at = NOON + DAY
    dispatch_runner.dispatch(sending)
    assert writes.statuses() == {"handed": 106}


def test_an_address_gets_two_letters_a_day_of_all_newcomers_together(
    sending: Resources, newcomer: Outbox, outbox: Outbox, clock: ManualClock
) -> None:
    other = Outbox.found(sending, granted=False)
    newcomer.queue([letter("victim@example.com")])
    other.queue([letter("Victim@Example.com"), letter("victim@example.com"), letter("another@example.com")])
    outbox.queue([letter("victim@example.com") for _ in range(3)])
    dispatch_runner.dispatch(sending)
    assert newcomer.statuses() + other.statuses() == {"handed": 3, "queued": 1}
    assert outbox.statuses() == {"handed": 3}
    clock.at = NOON + DAY
    dispatch_runner.dispatch(sending)
    assert newcomer.statuses() + other.statuses() == {"handed": 4}


def test_what_is_tried_again_today_takes_no_second_place(
    sending: Resources, newcomer: Outbox, clock: ManualClock
) -> None:
    phone, newcomer.confirmed = new_phone(), False
    first, second = newcomer.queue([notice(**FREE, address=phone), notice(**FREE, address=phone)])
    dispatch_runner.dispatch(sending)
    newcomer.change([first], status="queued")
    dispatch_runner.dispatch(sending)
    assert (newcomer.message(first).status, newcomer.message(first).attempt) == ("handed", 2)
    (third,) = newcomer.queue([notice(**FREE, address=phone)])
    dispatch_runner.dispatch(sending)
    assert (newcomer.message(second).status, newcomer.message(third).status) == ("handed", "queued")


@pytest.mark.parametrize("times", range(3))
def test_two_a_number_hold_when_many_dispatch_at_once(
    shared_resources: Resources, sending: Resources, times: int
) -> None:
    phones = [new_phone() for _ in range(5)]
    newcomers = [Outbox.found(sending, granted=False) for _ in range(6)]
    for place, each in enumerate(newcomers):
        each.confirmed = False
        turned = phones[place % 5 :] + phones[: place % 5]  # each in another order
        each.queue([notice(**FREE, address=phone) for phone in turned for _ in range(2)])

    def decide(each: Outbox) -> int:
        return sending.transact(lambda db: dispatch_runner.decide_next_set(db, each.id, now=NOON)).dispatched

    with ThreadPoolExecutor(len(newcomers)) as pool:
        handed = sum(pool.map(decide, newcomers))
    to = [message.address for each in newcomers for message in each.messages().values() if message.status == "handed"]
    assert handed == len(to) == 10
    assert {to.count(phone) for phone in phones} == {2}


def test_old_counts_of_numbers_are_forgotten(sending: Resources, newcomer: Outbox) -> None:
    phone = new_phone()

    def count() -> dict[str, int]:
        return sending.transact(lambda db: phone_day_repository.lock_usage(db, NOON.date(), [phone]))

    newcomer.confirmed = False

    def forget(at: dt.datetime) -> None:
        while sending.transact(lambda db: recovery_runner.purge_phone_days(db, at)):
            pass

    newcomer.queue([notice(**FREE, address=phone)])
    dispatch_runner.dispatch(sending)
    forget(NOON + DAY)
    assert count() == {phone: 1}
    forget(NOON + 2 * DAY)
    assert count() == {phone: 0}


def test_another_organisations_grant_lifts_nothing(newcomer: Outbox, outbox: Outbox) -> None:
    assert not allowance_of(newcomer).granted
    assert allowance_of(outbox).granted
    assert isinstance(outbox.id, UUID)
