"""What was told is read, cancelled, summed and, in time, forgotten."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select

from chalicelib import leasing, messaging
from chalicelib.delivery.jobs import anonymise_old_texts
from chalicelib.errors import Conflict, NotFound
from chalicelib.leasing.tenant_model import NewTenant
from chalicelib.messaging.model import IncomingAnswer, KindSpend, Message
from chalicelib.organisations import repository
from chalicelib.paging import PageRequest
from chalicelib.storage.tables.messaging import deliveries, incoming_messages
from tests.contexts import context
from tests.outbox import DAY, NOON, Outbox, new_phone, notice, opted_out


def tenant(outbox: Outbox, *phones: str) -> UUID:
    new = NewTenant("Wanjiru", phones=phones)
    resources = outbox.resources
    with resources.writing() as db:
        return leasing.add_tenant(context(db, outbox.id, now=resources.clock.now()), new, keys=resources.keys).id


def came(outbox: Outbox, phone: str | None, at: dt.datetime = NOON, text: str = "SALIO") -> str:
    """Have a phone send us something, and return its reference."""
    reference = uuid4().hex
    row = {"gateway": "africastalking", "provider_reference": reference, "phone": phone, "text": text}
    with outbox.resources.writing() as db:
        db.execute(insert(incoming_messages).values(row | {"command": "balance", "received_at": at}))
    return reference


def reported(outbox: Outbox, phone: str, at: dt.datetime = NOON) -> str:
    reference = uuid4().hex
    row = {"gateway": "africastalking", "provider_reference": reference, "phone": phone, "status": "Success"}
    with outbox.resources.writing() as db:
        db.execute(insert(deliveries).values(row | {"reason": "", "created_at": at}))
    return reference


def told_by(outbox: Outbox, reference: str, table: Any = incoming_messages) -> tuple[Any, ...]:
    columns = [table.c[name] for name in ("phone", "text") if name in table.c]
    with outbox.resources.reading() as db:
        return tuple(db.execute(select(*columns).where(table.c.provider_reference == reference)).one())


def is_forgotten(message: Message) -> bool:
    return (message.address, message.text, message.input, message.subject) == (None, None, {}, "")


def swept(outbox: Outbox, at: dt.datetime) -> int:
    total = 0
    while count := outbox.resources.transact(lambda db: anonymise_old_texts(db, at)):
        total += count
    return total


def test_messages_are_listed_newest_first_by_what_they_are_about(outbox: Outbox) -> None:
    tenant_id, lease_id, notice_id = uuid4(), uuid4(), uuid4()
    about: list[dict[str, Any]] = [
        {"tenant_id": tenant_id},
        {"lease_id": lease_id, "kind": "receipt"},
        {"notice_id": notice_id},
    ]
    ids = outbox.queue([notice(**values) for values in about])
    outbox.change(ids[:1], status="failed")
    Outbox.found(outbox.resources).texts(1)

    def listed(**filters: Any) -> list[UUID]:
        with outbox.resources.reading() as db:
            return [each.id for each in messaging.list_messages(context(db, outbox.id), PageRequest(), **filters).items]

    assert listed() == ids[::-1]
    assert listed(tenant_id=tenant_id) == listed(status="failed") == ids[:1]
    assert listed(lease_id=lease_id) == listed(kind="receipt") == ids[1:2]
    assert listed(notice_id=notice_id) == listed(notice_id=notice_id, medium="sms", status="queued") == ids[2:]
    assert listed(status="failed", kind="receipt") == []
    with pytest.raises(TypeError):
        listed(text="x")


def test_only_what_waits_can_be_cancelled(outbox: Outbox) -> None:
    one, other = outbox.texts(2)

    def cancel(message_id: UUID, organisation_id: UUID = outbox.id) -> Message:
        return outbox.resources.transact(
            lambda db: messaging.cancel_message(
                context(db, organisation_id, now=NOON + DAY), message_id, reason="by_member"
            )
        )

    done = cancel(one)
    assert (done.status, done.reason, done.finished_at) == ("cancelled", "by_member", NOON + DAY)
    outbox.change([other], status="handed")
    for message_id in (one, other):
        with pytest.raises(Conflict):
            cancel(message_id)
    elsewhere = Outbox.found(outbox.resources).id
    with pytest.raises(NotFound):
        cancel(other, elsewhere)
    assert outbox.message(other).status == "handed"


def test_a_month_is_summed_over_its_local_days(outbox: Outbox) -> None:
    first = dt.datetime(2026, 11, 30, 21, tzinfo=dt.UTC)  # midnight in Nairobi: December has begun
    ids = outbox.texts(5)
    for message_id, at in zip(ids, (first, first - dt.timedelta(seconds=1), first + 31 * DAY, NOON, None), strict=True):
        outbox.change([message_id], handed_at=at)
    outbox.change([ids[3]], kind="receipt", parts=2, price_cents=1_60, cost_cents=1_55)
    other = Outbox.found(outbox.resources)
    other.change(other.texts(1), handed_at=NOON)
    with outbox.resources.reading() as db:
        december = messaging.get_spend(context(db, outbox.id), dt.date(2026, 12, 1))
        empty = messaging.get_spend(context(db, outbox.id), dt.date(2025, 12, 1))
    outbox.resources.transact(
        lambda db: repository.update_organisation(db, outbox.id, None, {"time_zone": "Africa/Lagos"})
    )
    with outbox.resources.reading() as db:
        lagos = messaging.get_spend(context(db, outbox.id), dt.date(2026, 12, 1))
    assert december.kinds == [KindSpend("notice", 1, 1, 80, 0), KindSpend("receipt", 1, 2, 1_60, 1_55)]
    assert december[1:6] == (2, 3, 2_40, 1_55, 5_000_00)
    assert lagos.messages == 2  # the one at midnight is November's there, and January's first is December's
    assert empty[1:5] == (0, 0, 0, 0)


def test_what_was_sent_is_read_by_whom_it_was_answered_for(outbox: Outbox) -> None:
    """Whose tenant the number is, or becomes, opens nothing; the text is one organisation's, or nobody's."""
    phone, other = new_phone(), Outbox.found(outbox.resources)
    mine = tenant(outbox, phone)
    tenant(other, phone)
    came(outbox, phone, NOON - DAY, "answered for nobody")
    alone, both = came(outbox, phone, NOON), came(outbox, phone, NOON + DAY)
    rows = {
        alone: [IncomingAnswer(outbox.id, "balance", None, mine, True)],
        both: [IncomingAnswer(each.id, "stop", None, None, False) for each in (outbox, other)],
    }
    for _ in range(2):  # kept once
        for at, (reference, answers) in zip((NOON, NOON + DAY), rows.items(), strict=True):
            with outbox.resources.writing() as db:
                messaging.record_answers(db, "africastalking", reference, at, answers)
    found, cursor = [], None
    for _ in range(2):
        with outbox.resources.reading() as db:
            page = messaging.list_incoming(context(db, outbox.id), PageRequest(cursor, 1))
        found += page.items
        cursor = page.next_cursor
    assert cursor is None
    assert [(each.provider_reference, each.command, each.text) for each in found] == [
        (both, "stop", None),
        (alone, "balance", "SALIO"),
    ]
    assert (found[1].phone, found[1].tenant_id) == (phone, mine)
    with outbox.resources.reading() as db:
        [theirs] = messaging.list_incoming(context(db, other.id), PageRequest()).items
    assert (theirs.provider_reference, theirs.text) == (both, None)
    swept(outbox, NOON + 92 * DAY)
    with outbox.resources.reading() as db:
        assert messaging.list_incoming(context(db, outbox.id), PageRequest()).items == []


def test_what_was_told_is_cleared_ninety_days_after_the_last_report(outbox: Outbox) -> None:
    finished, unfinished, reported_late, waiting, nobody = outbox.queue(
        [
            notice(),
            notice(),
            notice(subject="Statement", input={"name": "Wanjiru"}),
            notice(),
            notice(address=None),
        ]
    )
    outbox.change([finished], status="delivered", finished_at=NOON)
    outbox.change([unfinished], status="sent", handed_at=NOON + DAY)
    outbox.change([reported_late], status="failed", handed_at=NOON, finished_at=NOON + 2 * DAY)
    old, fresh = came(outbox, new_phone(), NOON), came(outbox, new_phone(), NOON + 2 * DAY)
    lost = reported(outbox, new_phone(), NOON)
    swept(outbox, NOON + 90 * DAY)
    assert not is_forgotten(outbox.message(finished))
    moment = dt.timedelta(microseconds=1)
    assert swept(outbox, NOON + 90 * DAY + moment) >= 3  # tests share a database
    assert is_forgotten(outbox.message(finished))
    kept = outbox.message(finished)
    assert (kept.status, kept.parts, kept.price_cents, kept.dedupe_key[:7]) == ("delivered", 1, 80, "notice:")
    assert (told_by(outbox, old), told_by(outbox, lost, deliveries)) == ((None, None), (None,))
    swept(outbox, NOON + 91 * DAY + moment)
    assert [is_forgotten(outbox.message(each)) for each in (unfinished, reported_late)] == [True, False]
    assert told_by(outbox, fresh)[1] == "SALIO"
    swept(outbox, NOON + 400 * DAY)
    assert is_forgotten(outbox.message(reported_late))
    assert not is_forgotten(outbox.message(waiting))  # whoever dispatches ends it first
    assert is_forgotten(outbox.message(nobody))
    assert swept(outbox, NOON + 400 * DAY) == 0


def test_old_texts_are_cleared_in_sets(outbox: Outbox) -> None:
    outbox.change(outbox.texts(7), status="delivered", finished_at=NOON)
    swept(outbox, NOON + 80 * DAY)  # what other tests left
    before = NOON + DAY
    sets = [outbox.resources.transact(lambda db: messaging.anonymise_old_texts(db, before, 3)) for _ in range(4)]
    assert sets == [3, 3, 1, 0]


def test_an_erased_tenant_is_in_no_message(outbox: Outbox) -> None:
    phone, shared = new_phone(), new_phone()
    mine, other_id = tenant(outbox, phone, shared), tenant(outbox, shared)
    sent, waiting, unnamed, theirs = outbox.queue(
        [
            notice(tenant_id=mine, address=phone),
            notice(tenant_id=mine, address=shared),
            notice(address=phone),
            notice(tenant_id=other_id, address=shared),
        ]
    )
    outbox.change([sent, unnamed], status="delivered", finished_at=NOON)
    elsewhere = Outbox.found(outbox.resources)
    (foreign,) = elsewhere.queue([notice(address=phone)])
    heard, heard_of_both = came(outbox, phone), came(outbox, shared)
    report = reported(outbox, phone)
    with outbox.resources.writing() as db:
        for each in (phone, shared):
            messaging.add_opt_out(context(db, outbox.id, now=NOON), each, source="sms")
        messaging.anonymise_messages_of_tenant(context(db, outbox.id, now=NOON + DAY), mine, [phone, shared])
        assert opted_out(db, outbox.id, [phone, shared]) == {shared}
    assert [is_forgotten(outbox.message(each)) for each in (sent, waiting, unnamed, theirs)] == [
        True,
        True,
        True,
        False,
    ]
    assert (outbox.message(waiting).status, outbox.message(waiting).reason) == ("cancelled", "erased")
    assert (outbox.message(sent).status, outbox.message(theirs).status) == ("delivered", "queued")
    assert not is_forgotten(elsewhere.message(foreign))
    assert told_by(outbox, heard) == (None, None)
    assert told_by(outbox, report, deliveries) == (None,)
    assert told_by(outbox, heard_of_both) == (shared, "SALIO")


def test_what_a_phone_sent_stays_while_another_landlord_knows_it(outbox: Outbox) -> None:
    phone, other = new_phone(), Outbox.found(outbox.resources)
    mine, heard = tenant(outbox, phone), came(outbox, phone)
    theirs = tenant(other, phone)
    with outbox.resources.writing() as db:
        messaging.anonymise_messages_of_tenant(context(db, outbox.id, now=NOON), mine, [phone])
    assert told_by(outbox, heard) == (phone, "SALIO")
    with outbox.resources.writing() as db:
        leasing.change_tenant(
            context(db, outbox.id, now=NOON), mine, None, {"phones": []}, keys=outbox.resources.keys
        )  # as erasing does
        messaging.anonymise_messages_of_tenant(context(db, other.id, now=NOON), theirs, [phone])
    assert told_by(outbox, heard) == (None, None)
    with outbox.resources.reading() as db:
        assert db.scalar(select(func.count()).where(incoming_messages.c.phone == phone)) == 0
