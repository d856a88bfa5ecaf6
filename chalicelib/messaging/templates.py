"""Templates: an organisation's own where it has one, else the default."""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.errors import STALE_VERSION, GrantNeeded, Invalid, NotFound, PreconditionFailed
from chalicelib.messaging import footer_rules, message_settings, rules, sanitize_rules, template_rules
from chalicelib.messaging import template_repository as repository
from chalicelib.messaging.grant_model import MESSAGING, REASON_GRANT_NEEDED, Allowance, SendingProfile
from chalicelib.messaging.grants import get_sending_profile
from chalicelib.messaging.model import KINDS, SMS, RenderedText
from chalicelib.messaging.template_model import MessagePreview, PreviewRequest, Template
from chalicelib.messaging.template_repository import TemplateRow
from chalicelib.runtime.context import Context
from chalicelib.translations.message_templates import DEFAULT_TEMPLATES, SAMPLE_VALUES

GRANT_NEEDED_DETAIL = "Your own wording requires the messaging grant."


class Templates(NamedTuple):
    """An organisation's templates and allowance, by kind and language; loaded once for a set of messages."""

    own: Mapping[tuple[str, str], str]
    allowance: Allowance

    def render(self, kind: str, language: str, values: Mapping[str, str]) -> RenderedText:
        """Return the text for ``values``, as ``template_rules.render``, without its footer."""
        footer = footer_rules.longest_footer(language, self.allowance)
        shown_values = self.shown_values(values, language)
        return template_rules.render(kind, language, shown_values, self.own.get((kind, language)), footer)

    def shown_values(self, values: Mapping[str, str], language: str) -> Mapping[str, str]:
        """Return the values as they may be sent: sanitised until messaging is granted."""
        return values if self.allowance.granted else sanitize_rules.sanitize_values(values, language)


def load_templates(ctx: Context) -> Templates:
    """Return the organisation's templates; none of its own until messaging is granted."""
    allowance, found = repository.read_templates(ctx)
    own = {key: row.text for key, row in found.items() if row.text}
    return Templates(own if allowance.granted else {}, allowance)


def list_templates(ctx: Context) -> list[Template]:
    """Return the template of each kind and language, the default where the organisation has none."""
    rows, sending = repository.list_templates(ctx), get_sending_profile(ctx.db, ctx.organisation_id)
    return [_describe(kind, language, rows.get((kind, language)), sending) for kind, language in DEFAULT_TEMPLATES]


def get_template(ctx: Context, kind: str, language: str) -> Template:
    """Return the current template.

    Raises:
        NotFound: no template is of this kind, or of this language.
    """
    _check_exists(kind, language)
    row = repository.list_templates(ctx).get((kind, language))
    return _describe(kind, language, row, get_sending_profile(ctx.db, ctx.organisation_id))


def write_template(ctx: Context, kind: str, language: str, version: int | None, text: str) -> Template:
    """Set the organisation's own template; it also applies to messages already queued.

    Raises:
        GrantNeeded: the organisation is not granted messaging.
        Invalid: an unknown placeholder, a stray brace, or too many SMS parts.
        NotFound: no template is of this kind, or of this language.
        PreconditionFailed: it is no longer at ``version``; the default is at 0.
    """
    _check_exists(kind, language)
    allowance = get_sending_profile(ctx.db, ctx.organisation_id).allowance
    if not allowance.granted:
        raise GrantNeeded(GRANT_NEEDED_DETAIL, grant=MESSAGING)
    problem = template_rules.find_template_problem(kind, text, footer_rules.longest_footer(language, allowance))
    if problem:
        raise Invalid([("text", problem)])
    _save(ctx, kind, language, version, text)
    return get_template(ctx, kind, language)


def remove_template(ctx: Context, kind: str, language: str, version: int | None) -> None:
    """Return to the default template.

    Raises:
        NotFound: the organisation has no template of its own.
        PreconditionFailed: it is no longer at ``version``.
    """
    if not get_template(ctx, kind, language).own:
        raise NotFound("The organisation has not changed this template.")
    _save(ctx, kind, language, version, "")


def preview_message(ctx: Context, wanted: PreviewRequest) -> MessagePreview:
    """Return what would be sent, and its cost.

    The footer is that for a number without a confirmed lease. Until messaging is granted the default is shown in
    place of a text, with that as the reason.

    Raises:
        GrantNeeded: the kind is free text, and the organisation is not granted messaging.
        Invalid: the text is no template of the kind, or there is none and the kind has no template.
    """
    kind, language, text, values = wanted
    sending, templates = get_sending_profile(ctx.db, ctx.organisation_id), load_templates(ctx)
    footer = footer_rules.longest_footer(language, sending.allowance)
    own, granted = text, sending.allowance.granted
    if not KINDS[kind].placeholders:
        if not granted:
            raise GrantNeeded(GRANT_NEEDED_DETAIL, grant=MESSAGING)
        problem, rendered = "" if text else "expected text: this kind has no template", RenderedText(text)
    else:
        own = templates.own.get((kind, language)) if own is None else own
        problem = "" if own is None else template_rules.find_template_problem(kind, own, footer)
        tried = templates if own is None or not granted else templates._replace(own={(kind, language): own})
        rendered = tried.render(kind, language, {**SAMPLE_VALUES, **values})
        if text is not None and not granted:
            rendered = rendered._replace(reason=REASON_GRANT_NEEDED)
    if problem:
        raise Invalid([("text", problem)])
    body = rules.normalize_sms(rendered.text or "")
    shown_values = footer_rules.add_footer(body, kind, SMS, language, sending.allowance, confirmed=False)
    size = rules.measure_sms(shown_values)
    price_cents = rules.price_cents(size.parts, sending.settings.gateways[0], message_settings.get_part_prices())
    written = "".join([own or "", *values.values()])
    return MessagePreview(shown_values, rendered.reason, *size, price_cents, rules.replaced_characters(written))


def _check_exists(kind: str, language: str) -> None:
    if (kind, language) not in DEFAULT_TEMPLATES:
        raise NotFound("There is no such template.")


def _describe(kind: str, language: str, row: TemplateRow | None, sending: SendingProfile) -> Template:
    """Return a template with its size and price, footer included."""
    own = row.text if row and row.text else None
    in_effect = own if sending.allowance.granted else None
    footer = footer_rules.longest_footer(language, sending.allowance)
    usual, at_most = (
        template_rules.measure_template(kind, language, values, in_effect, footer)
        for values in (SAMPLE_VALUES, template_rules.LONGEST_VALUES)
    )
    part_cents = rules.price_cents(1, sending.settings.gateways[0], message_settings.get_part_prices())
    return Template(
        kind=kind,
        language=language,
        text=own or template_rules.default_text(kind, language),
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


def _save(ctx: Context, kind: str, language: str, version: int | None, text: str) -> None:
    row = repository.list_templates(ctx).get((kind, language))
    before = row.version if row else 0
    if version is not None and version != before:
        raise PreconditionFailed(STALE_VERSION)
    if before:
        done = repository.change_template(ctx, kind, language, before, text, ctx.now)
    else:
        done = repository.add_template(ctx, kind, language, text, ctx.now)
    if not done:
        raise PreconditionFailed(STALE_VERSION)
