"""What is said: in an organisation's own words where it wrote some, in ours elsewhere."""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.errors import GrantNeeded, Invalid, NotFound, PreconditionFailed
from chalicelib.identity.service import CHANGED
from chalicelib.messaging import neutral_rules, rules, settings_service, signing_rules, template_rules
from chalicelib.messaging import template_repository as repository
from chalicelib.messaging.grant_model import GRANT_NEEDED, MESSAGING, Allowance, Sending
from chalicelib.messaging.grant_service import get_sending
from chalicelib.messaging.model import KINDS, SMS, Made, Preview, Template
from chalicelib.messaging.template_repository import Row
from chalicelib.messaging.text_model import BUILT_IN, USUAL
from chalicelib.runtime.context import Context

OWN_WORDS = "Words of your own are sent once your organisation is granted messaging."


class Templates(NamedTuple):
    """What an organisation wrote and may use, by kind and language; read once for a set of messages."""

    own: Mapping[tuple[str, str], str]
    allowance: Allowance

    def render(self, kind: str, language: str, values: Mapping[str, str]) -> Made:
        """Return the text for ``values``, as ``template_rules.render`` says; what it ends with is not in it yet."""
        ending = signing_rules.longest_ending(language, self.allowance)
        told = self.told(values, language)
        return template_rules.render(kind, language, told, self.own.get((kind, language)), ending)

    def told(self, values: Mapping[str, str], language: str) -> Mapping[str, str]:
        """Return the values as they may be told: neutral ones until the organisation is granted messaging."""
        return values if self.allowance.granted else neutral_rules.neutral_values(values, language)


def templates_of(ctx: Context) -> Templates:
    """Return the organisation's templates; until it is granted messaging none of its own, whatever it wrote."""
    allowance, found = repository.read_templates(ctx)
    own = {key: row.text for key, row in found.items() if row.text}
    return Templates(own if allowance.granted else {}, allowance)


def list_templates(ctx: Context) -> list[Template]:
    """Return the template of each kind and language, ours where the organisation wrote none."""
    rows, sending = repository.list_templates(ctx), get_sending(ctx.db, ctx.organisation_id)
    return [_told(kind, language, rows.get((kind, language)), sending) for kind, language in BUILT_IN]


def get_template(ctx: Context, kind: str, language: str) -> Template:
    """Return the template as it stands.

    Raises:
        NotFound: no template is of this kind, or of this language.
    """
    _check(kind, language)
    row = repository.list_templates(ctx).get((kind, language))
    return _told(kind, language, row, get_sending(ctx.db, ctx.organisation_id))


def write_template(ctx: Context, kind: str, language: str, version: int | None, text: str) -> Template:
    """Say it in the organisation's own words from now on: messages that are queued, too.

    Raises:
        GrantNeeded: the organisation is not granted messaging.
        Invalid: a placeholder is none of the kind's, a brace is no placeholder's, or it takes too many parts.
        NotFound: no template is of this kind, or of this language.
        PreconditionFailed: it is no longer at ``version``; ours is at 0.
    """
    _check(kind, language)
    allowance = get_sending(ctx.db, ctx.organisation_id).allowance
    if not allowance.granted:
        raise GrantNeeded(OWN_WORDS, grant=MESSAGING)
    why = template_rules.why_not(kind, text, signing_rules.longest_ending(language, allowance))
    if why:
        raise Invalid([("text", why)])
    _write(ctx, kind, language, version, text)
    return get_template(ctx, kind, language)


def remove_template(ctx: Context, kind: str, language: str, version: int | None) -> None:
    """Say it in our words again.

    Raises:
        NotFound: the organisation has written none.
        PreconditionFailed: it is no longer at ``version``.
    """
    if not get_template(ctx, kind, language).own:
        raise NotFound("Nothing was written in its place.")
    _write(ctx, kind, language, version, "")


def preview(ctx: Context, kind: str, language: str, text: str | None, values: Mapping[str, str]) -> Preview:
    """Return what would be sent for ``values``, usual ones where they are none, and what it costs.

    It ends as for a number that has not confirmed its place. ``text`` is tried in place of the template as it
    stands; until the organisation is granted messaging ours is shown, with that as the reason.

    Raises:
        GrantNeeded: the kind is free text, and the organisation is not granted messaging.
        Invalid: ``text`` is no template of the kind, or there is none and the kind has no template.
    """
    sending, templates = get_sending(ctx.db, ctx.organisation_id), templates_of(ctx)
    ending = signing_rules.longest_ending(language, sending.allowance)
    own, granted = text, sending.allowance.granted
    if not KINDS[kind].placeholders:
        if not granted:
            raise GrantNeeded(OWN_WORDS, grant=MESSAGING)
        why, made = "" if text else "expected text: this kind has no template", Made(text)
    else:
        own = templates.own.get((kind, language)) if own is None else own
        why = "" if own is None else template_rules.why_not(kind, own, ending)
        trying = templates if own is None or not granted else templates._replace(own={(kind, language): own})
        made = trying.render(kind, language, {**USUAL, **values})
        if text is not None and not granted:
            made = made._replace(reason=GRANT_NEEDED)
    if why:
        raise Invalid([("text", why)])
    body = rules.harmless(made.text or "")
    told = signing_rules.sign(body, kind, SMS, language, sending.allowance, confirmed=False)
    measured = rules.measure(told)
    price_cents = rules.price_cents(measured.parts, sending.settings.gateways[0], settings_service.part_prices())
    written = "".join([own or "", *values.values()])
    return Preview(told, made.reason, *measured, price_cents, rules.replaced(written))


def _check(kind: str, language: str) -> None:
    if (kind, language) not in BUILT_IN:
        raise NotFound("There is no such template.")


def _told(kind: str, language: str, row: Row | None, sending: Sending) -> Template:
    """Return a template with what it takes and costs; what it ends with counts."""
    own = row.text if row and row.text else None
    used = own if sending.allowance.granted else None
    ending = signing_rules.longest_ending(language, sending.allowance)
    usual, at_most = (
        template_rules.measured(kind, language, values, used, ending) for values in (USUAL, template_rules.LONG)
    )
    part_cents = rules.price_cents(1, sending.settings.gateways[0], settings_service.part_prices())
    return Template(
        kind=kind,
        language=language,
        text=own or template_rules.built_in(kind, language),
        own=own is not None,
        placeholders=KINDS[kind].placeholders,
        encoding=usual.encoding,
        characters=usual.characters,
        parts=usual.parts,
        price_cents=usual.parts * part_cents,
        most_parts=at_most.parts,
        most_price_cents=at_most.parts * part_cents,
        version=row.version if row else 0,
        changed_at=row.changed_at if row else None,
    )


def _write(ctx: Context, kind: str, language: str, version: int | None, text: str) -> None:
    row = repository.list_templates(ctx).get((kind, language))
    before = row.version if row else 0
    if version is not None and version != before:
        raise PreconditionFailed(CHANGED)
    if before:
        done = repository.change_template(ctx, kind, language, before, text, ctx.now)
    else:
        done = repository.add_template(ctx, kind, language, text, ctx.now)
    if not done:
        raise PreconditionFailed(CHANGED)
