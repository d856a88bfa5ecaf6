"""Notices to many tenants: preview with cost, confirmation, and queueing. Money is cents."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from chalicelib import messaging, portfolio, tasks
from chalicelib.errors import Conflict, GrantNeeded, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.messaging.grant_model import MESSAGING, SendingProfile
from chalicelib.messaging.model import SMS, NewMessage, SmsSize
from chalicelib.money import format_cents
from chalicelib.notices import repository, rules
from chalicelib.notices.model import LeftOut, Notice, NoticeDraft, NoticePreview, NoticeRecipient, NoticeText
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.tasks.model import Task
from chalicelib.translations import wording

NOTICE_TASK = "notice"
TENANTS_IN_A_SET = 500
NO_PHONE, SAME_PHONE = "no_phone", "same_phone"


class _LanguageCount:
    """Running totals of a notice in one language."""

    def __init__(self, language: str) -> None:
        self.language, self.longest, self.size = language, "", SmsSize("gsm7", 0, 0)
        self.recipients = self.other_language = self.parts = 0

    def add(self, recipient: NoticeRecipient, text: str) -> None:
        size = messaging.measure_sms(text)
        self.recipients += 1
        self.other_language += recipient.language != self.language
        self.parts += size.parts
        if (size.parts, len(text)) > (self.size.parts, len(self.longest)):
            self.longest, self.size = text, size

    def to_notice_text(self) -> NoticeText:
        encoding, characters, parts = self.size
        head = self.language, self.recipients, self.other_language
        return NoticeText(*head, self.longest, encoding, characters, parts, self.parts)


def preview_notice(ctx: Context, new: NoticeDraft) -> NoticePreview:
    """Return whom the notice would reach and what it would cost; three queries for each 500 tenants.

    Raises:
        GrantNeeded: the organisation is not granted messaging.
        Invalid: it has no text, or one that cannot be sent, or the organisation has no such property.
    """
    sending = _require_grant(ctx)
    _validate(ctx, new)
    settings = sending.settings
    counts = {language: _LanguageCount(language) for language in _texts_by_language(new)}
    left_out: Counter[str] = Counter()
    sent: set[tuple[str, str]] = set()
    for chosen in _iter_recipients(ctx, new.property_id):
        suppressions = messaging.find_suppressions(ctx.db, ctx.organisation_id, _targets(chosen), ctx.today)
        finalizer = messaging.TextFinalizer(sending.allowance, suppressions)
        for each in chosen:
            reason = NO_PHONE
            if not each.phone or (reason := suppressions.reason_not_to_send(new.kind, SMS, each.phone, None, settings)):
                left_out[reason] += 1
                continue
            language, text = _render(new, each, finalizer)
            if (each.phone, text) in sent:
                left_out[SAME_PHONE] += 1
                continue
            sent.add((each.phone, text))
            counts[language].add(each, text)
    texts = [each.to_notice_text() for each in counts.values() if each.recipients]
    parts = sum(each.total_parts for each in texts)
    price_cents = messaging.price_cents(parts, settings.gateways[0], messaging.get_part_prices())
    excluded = [LeftOut(reason, count) for reason, count in sorted(left_out.items())]
    return NoticePreview(sum(each.recipients for each in texts), excluded, texts, parts, price_cents)


def add_notice(ctx: Context, new: NoticeDraft, limit_cents: int) -> Task:
    """Store the notice, queue the task that sends it, and return that task.

    Raises:
        GrantNeeded: as in ``preview_notice``.
        Conflict: it would reach nobody, or now costs more than ``limit_cents``.
        Invalid: as in ``preview_notice``.
    """
    seen = preview_notice(ctx, new)
    if not seen.recipients:
        raise Conflict("The notice would reach nobody.", left_out={each.reason: each.tenants for each in seen.left_out})
    if seen.price_cents > limit_cents:
        price, limit = format_cents(seen.price_cents), format_cents(limit_cents)
        raise Conflict("The notice costs more than you agreed to; see a new preview.", price=price, price_limit=limit)
    notice_id = new_id()
    task_input = {"notice_id": str(notice_id), "on": ctx.today.isoformat()}
    task = tasks.queue_task(ctx, NOTICE_TASK, task_input, created_by=ctx.actor.member_id)
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
        raise NotFound("There is no such notice.", notice_id=str(notice_id))
    return found


def list_notices(ctx: Context, page_request: PageRequest) -> Page[Notice]:
    """Return a page of notices, newest first."""
    return repository.list_notices(ctx, page_request)


def queue_notice_set(ctx: Context, task: Task, seen: int, after: UUID | None) -> tuple[int, UUID | None]:
    """Queue the next set's messages in the caller's transaction; return the count of tenants seen, and the last one.

    A tenant without a phone or opted out gets a message too, cancelled for that reason. A phone shared by several
    tenants gets the same text once.

    Raises:
        ClaimLost: another worker has claimed the task; let it roll back the transaction.
    """
    notice_id = UUID(task.input["notice_id"])
    notice = get_notice(ctx, notice_id)
    chosen = repository.list_recipients(ctx, notice.property_id, ctx.today, after=after, limit=TENANTS_IN_A_SET)
    phones = {each.phone for each in chosen if each.phone}
    sent = repository.list_sent_texts(ctx, notice_id, phones)
    allowance = messaging.get_sending_profile(ctx.db, ctx.organisation_id).allowance
    suppressions = messaging.find_suppressions(ctx.db, ctx.organisation_id, _targets(chosen), ctx.today)
    finalizer = messaging.TextFinalizer(allowance, suppressions)
    new = []
    for message in (_build_message(notice, each) for each in chosen):
        text = finalizer.finalize(message, message.text or "")
        if message.address is None or (message.address, text) not in sent:
            new.append(message)
            sent.add((message.address or "", text))
    messaging.queue_messages(ctx, new)
    last = chosen[-1].tenant_id if chosen else None
    seen += len(chosen)
    tasks.save_progress(
        ctx.db,
        task,
        done=seen,
        total=max(seen, notice.recipients + notice.left_out),
        cursor=last.hex if last else task.cursor,
    )
    repository.set_status(ctx, notice_id, "sending" if last else "sent")
    return seen, last


def _targets(recipients: Sequence[NoticeRecipient]) -> list[messaging.MessageTarget]:
    return [messaging.MessageTarget(each.phone, None) for each in recipients]


def _build_message(notice: Notice, to: NoticeRecipient) -> NewMessage:
    language, text = _fill(NoticeDraft(notice.kind, notice.property_id, notice.text_en, notice.text_sw), to)
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


def _require_grant(ctx: Context) -> SendingProfile:
    sending = messaging.get_sending_profile(ctx.db, ctx.organisation_id)
    if not sending.allowance.granted:
        raise GrantNeeded("Sending notices requires the messaging grant.", grant=MESSAGING)
    return sending


def _iter_recipients(ctx: Context, property_id: UUID | None) -> Iterator[list[NoticeRecipient]]:
    after, more = None, True
    while more:
        chosen = repository.list_recipients(ctx, property_id, ctx.today, after=after, limit=TENANTS_IN_A_SET)
        yield chosen
        more = len(chosen) > 0
        after = chosen[-1].tenant_id if chosen else None


def _texts_by_language(new: NoticeDraft) -> dict[str, str]:
    return {language: text for language, text in (("en", new.text_en), ("sw", new.text_sw)) if text}


def _render(new: NoticeDraft, to: NoticeRecipient, finalizer: messaging.TextFinalizer) -> tuple[str, str]:
    """Return the language used for the tenant, and the final text."""
    language, text = _fill(new, to)
    return language, finalizer.finalize(NewMessage(new.kind, "", address=to.phone, language=language), text)


def _fill(new: NoticeDraft, to: NoticeRecipient) -> tuple[str, str]:
    texts = _texts_by_language(new)
    language = rules.language_for(to.language, texts)
    values = {
        "tenant": to.given_name,
        "unit": wording.join_names(to.unit_names),
        "property": wording.join_names(to.property_names),
    }
    return language, messaging.normalize_sms(rules.fill_placeholders(texts[language], values))


def _validate(ctx: Context, new: NoticeDraft) -> None:
    texts: Mapping[str, str] = _texts_by_language(new)
    errors = [(f"text_{language}", reason) for language, text in texts.items() if (reason := _find_text_problem(text))]
    if not texts:
        errors.append(("text_en", "expected a text in at least one language"))
    if new.property_id is not None:
        try:
            portfolio.get_property(ctx, new.property_id)
        except NotFound:
            errors.append(("property_id", "the organisation has no such property"))
    if errors:
        raise Invalid(errors)


def _find_text_problem(text: str) -> str:
    parts = messaging.measure_sms(messaging.normalize_sms(text)).parts
    if parts > messaging.MAX_PARTS:
        return f"expected at most {messaging.MAX_PARTS} parts; it takes {parts}"
    return rules.find_text_problem(text)
