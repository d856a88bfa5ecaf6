"""Notices to many tenants at once: what they would cost, agreeing to that, and queueing them. Money is cents."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from chalicelib.errors import Conflict, GrantNeeded, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.messaging import service as messaging
from chalicelib.messaging.grant_model import MESSAGING, Sending
from chalicelib.messaging.model import SMS, Measured, NewMessage
from chalicelib.money import format_cents
from chalicelib.outreach import notice_repository as repository
from chalicelib.outreach import notice_rules as rules
from chalicelib.outreach import wording_rules as words
from chalicelib.outreach.model import LeftOut, NewNotice, Notice, NoticePreview, NoticeText, Recipient
from chalicelib.pages import Asked, Page
from chalicelib.portfolio import service as portfolio
from chalicelib.runtime.context import Context
from chalicelib.tasks import service as tasks
from chalicelib.tasks.model import Task

NOTICE_TASK = "notice"
TENANTS_IN_A_SET = 500
NO_PHONE, SAME_PHONE = "no_phone", "same_phone"


class _Counted:
    """What a notice comes to in one language, as far as it has been counted."""

    def __init__(self, language: str) -> None:
        self.language, self.longest, self.measured = language, "", Measured("gsm7", 0, 0)
        self.recipients = self.other_language = self.parts = 0

    def add(self, recipient: Recipient, text: str) -> None:
        measured = messaging.measure(text)
        self.recipients += 1
        self.other_language += recipient.language != self.language
        self.parts += measured.parts
        if (measured.parts, len(text)) > (self.measured.parts, len(self.longest)):
            self.longest, self.measured = text, measured

    def told(self) -> NoticeText:
        encoding, characters, parts = self.measured
        of_whom = self.language, self.recipients, self.other_language
        return NoticeText(*of_whom, self.longest, encoding, characters, parts, self.parts)


def preview(ctx: Context, new: NewNotice) -> NoticePreview:
    """Return whom the notice would reach and what it would cost; three queries for each 500 tenants.

    Raises:
        GrantNeeded: the organisation is not granted messaging.
        Invalid: it has no text, or one that cannot be sent, or the organisation has no such property.
    """
    sending = _granted(ctx)
    _check(ctx, new)
    settings = sending.settings
    counted = {language: _Counted(language) for language in _texts(new)}
    left_out: Counter[str] = Counter()
    said: set[tuple[str, str]] = set()
    for chosen in _recipients(ctx, new.property_id):
        objections = messaging.find_objections(ctx.db, ctx.organisation_id, _to(chosen), ctx.today)
        finisher = messaging.Finisher(sending.allowance, objections)
        for each in chosen:
            why = NO_PHONE
            if not each.phone or (why := objections.why_not(new.kind, SMS, each.phone, None, settings)):
                left_out[why] += 1
                continue
            language, text = _told(new, each, finisher)
            if (each.phone, text) in said:
                left_out[SAME_PHONE] += 1
                continue
            said.add((each.phone, text))
            counted[language].add(each, text)
    texts = [each.told() for each in counted.values() if each.recipients]
    parts = sum(each.total_parts for each in texts)
    price_cents = messaging.price_cents(parts, settings.gateways[0], messaging.part_prices())
    left = [LeftOut(reason, count) for reason, count in sorted(left_out.items())]
    return NoticePreview(sum(each.recipients for each in texts), left, texts, parts, price_cents)


def add_notice(ctx: Context, new: NewNotice, limit_cents: int) -> Task:
    """Keep the notice, and queue the task that sends it, which is returned.

    Raises:
        GrantNeeded: as ``preview`` says.
        Conflict: it would reach nobody, or cost more than ``limit_cents`` by now.
        Invalid: as ``preview`` says.
    """
    seen = preview(ctx, new)
    if not seen.recipients:
        raise Conflict("The notice would reach nobody.", left_out={each.reason: each.tenants for each in seen.left_out})
    if seen.price_cents > limit_cents:
        price, limit = format_cents(seen.price_cents), format_cents(limit_cents)
        raise Conflict("The notice costs more than you agreed to; see a new preview.", price=price, price_limit=limit)
    notice_id = new_id()
    given = {"notice_id": str(notice_id), "on": ctx.today.isoformat()}
    task = tasks.queue_task(ctx, NOTICE_TASK, given, created_by=ctx.actor.member_id)
    left_out = sum(each.tenants for each in seen.left_out)
    notice = Notice(
        notice_id,
        *new,
        limit_cents,
        "queued",
        seen.recipients,
        left_out,
        seen.price_cents,
        task.id,
        ctx.actor.member_id,
        ctx.now,
    )
    repository.add_notice(ctx, notice)
    return task


def get_notice(ctx: Context, notice_id: UUID) -> Notice:
    found = repository.find_notice(ctx, notice_id)
    if found is None:
        raise NotFound("There is no such notice here.", notice_id=str(notice_id))
    return found


def list_notices(ctx: Context, asked: Asked) -> Page[Notice]:
    """Return a page of notices, newest first."""
    return repository.list_notices(ctx, asked)


def send_set(ctx: Context, task: Task, seen: int, after: UUID | None) -> tuple[int, UUID | None]:
    """Queue the messages of the next set in the caller's transaction; return how many tenants were seen, and the last.

    Whoever has no phone or wants no messages has a message too, cancelled for that reason. A phone that several
    tenants share is told the same once.

    Raises:
        TakenOver: another worker holds the task; let it out of the transaction.
    """
    notice_id = UUID(task.input["notice_id"])
    notice = get_notice(ctx, notice_id)
    chosen = repository.list_recipients(ctx, notice.property_id, ctx.today, after=after, limit=TENANTS_IN_A_SET)
    phones = {each.phone for each in chosen if each.phone}
    said = repository.list_said(ctx, notice_id, phones)
    allowance = messaging.get_sending(ctx.db, ctx.organisation_id).allowance
    objections = messaging.find_objections(ctx.db, ctx.organisation_id, _to(chosen), ctx.today)
    finisher = messaging.Finisher(allowance, objections)
    new = []
    for message in (_message(notice, each) for each in chosen):
        text = finisher.finish(message, message.text or "")
        if message.address is None or (message.address, text) not in said:
            new.append(message)
            said.add((message.address or "", text))
    messaging.queue_messages(ctx, new)
    last = chosen[-1].tenant_id if chosen else None
    seen += len(chosen)
    tasks.advance(
        ctx.db,
        task,
        done=seen,
        total=max(seen, notice.recipients + notice.left_out),
        cursor=last.hex if last else task.cursor,
    )
    repository.set_status(ctx, notice_id, "sending" if last else "sent")
    return seen, last


def _to(recipients: Sequence[Recipient]) -> list[messaging.About]:
    return [messaging.About(each.phone, None) for each in recipients]


def _message(notice: Notice, to: Recipient) -> NewMessage:
    language, text = _filled(NewNotice(notice.kind, notice.property_id, notice.text_en, notice.text_sw), to)
    return NewMessage(
        kind=notice.kind,
        dedupe_key=f"notice:{notice.id}:{to.tenant_id}",
        tenant_id=to.tenant_id,
        lease_id=to.lease_ids[0] if len(to.lease_ids) == 1 else None,
        property_id=notice.property_id,
        notice_id=notice.id,
        address=to.phone,
        language=language,
        text=text,
        created_by=notice.created_by,
    )


def _granted(ctx: Context) -> Sending:
    sending = messaging.get_sending(ctx.db, ctx.organisation_id)
    if not sending.allowance.granted:
        raise GrantNeeded("Notices are sent once your organisation is granted messaging.", grant=MESSAGING)
    return sending


def _recipients(ctx: Context, property_id: UUID | None) -> Iterator[list[Recipient]]:
    after, more = None, True
    while more:
        chosen = repository.list_recipients(ctx, property_id, ctx.today, after=after, limit=TENANTS_IN_A_SET)
        yield chosen
        more = len(chosen) > 0
        after = chosen[-1].tenant_id if chosen else None


def _texts(new: NewNotice) -> dict[str, str]:
    return {language: text for language, text in (("en", new.text_en), ("sw", new.text_sw)) if text}


def _told(new: NewNotice, to: Recipient, finisher: messaging.Finisher) -> tuple[str, str]:
    """Return in which language the tenant is told, and what comes to their phone."""
    language, text = _filled(new, to)
    return language, finisher.finish(NewMessage(new.kind, "", address=to.phone, language=language), text)


def _filled(new: NewNotice, to: Recipient) -> tuple[str, str]:
    texts = _texts(new)
    language = rules.language_for(to.language, texts)
    values = {
        "tenant": to.given_name,
        "unit": words.names(to.unit_names),
        "property": words.names(to.property_names),
    }
    return language, messaging.harmless(rules.fill(texts[language], values))


def _check(ctx: Context, new: NewNotice) -> None:
    texts: Mapping[str, str] = _texts(new)
    wrong = [(f"text_{language}", why) for language, text in texts.items() if (why := _why_not(text))]
    if not texts:
        wrong.append(("text_en", "expected a text in one language at least"))
    if new.property_id is not None:
        try:
            portfolio.get_property(ctx, new.property_id)
        except NotFound:
            wrong.append(("property_id", "the organisation has no such property"))
    if wrong:
        raise Invalid(wrong)


def _why_not(text: str) -> str:
    parts = messaging.measure(messaging.harmless(text)).parts
    if parts > messaging.MOST_PARTS:
        return f"expected at most {messaging.MOST_PARTS} parts; it takes {parts}"
    return rules.why_not(text)


def values_of(body: Mapping[str, Any]) -> NewNotice:
    """Return the notice that a request tells."""
    return NewNotice(body["kind"], body.get("property_id"), body.get("text_en", ""), body.get("text_sw", ""))
