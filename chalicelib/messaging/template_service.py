"""What is said: in an organisation's own words where it wrote some, in ours elsewhere."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import Invalid, NotFound, PreconditionFailed
from chalicelib.identity.service import CHANGED
from chalicelib.messaging import rules, settings_service, template_rules
from chalicelib.messaging import template_repository as repository
from chalicelib.messaging.model import KINDS, Made, Preview, Template
from chalicelib.messaging.template_repository import Row
from chalicelib.messaging.text_model import BUILT_IN, USUAL


class Templates(NamedTuple):
    """What an organisation wrote, by kind and language; read once for a set of messages."""

    own: Mapping[tuple[str, str], str]

    def render(self, kind: str, language: str, values: Mapping[str, str]) -> Made:
        """Return the text for ``values``, as ``template_rules.render`` says."""
        return template_rules.render(kind, language, values, self.own.get((kind, language)))


def templates_of(db: Connection, organisation_id: UUID) -> Templates:
    found = repository.list_templates(db, organisation_id)
    return Templates({key: row.text for key, row in found.items() if row.text})


def list_templates(db: Connection, organisation_id: UUID) -> list[Template]:
    """Return the template of each kind and language, ours where the organisation wrote none."""
    rows, part_cents = repository.list_templates(db, organisation_id), _part_cents(db, organisation_id)
    return [_told(kind, language, rows.get((kind, language)), part_cents) for kind, language in BUILT_IN]


def get_template(db: Connection, organisation_id: UUID, kind: str, language: str) -> Template:
    """Return the template as it stands.

    Raises:
        NotFound: no template is of this kind, or of this language.
    """
    _check(kind, language)
    row = repository.list_templates(db, organisation_id).get((kind, language))
    return _told(kind, language, row, _part_cents(db, organisation_id))


def write_template(
    db: Connection, organisation_id: UUID, kind: str, language: str, version: int | None, text: str, *, now: dt.datetime
) -> Template:
    """Say it in the organisation's own words from now on: messages that are queued, too.

    Raises:
        Invalid: a placeholder is none of the kind's, a brace is no placeholder's, or it takes too many parts.
        NotFound: no template is of this kind, or of this language.
        PreconditionFailed: it is no longer at ``version``; ours is at 0.
    """
    _check(kind, language)
    why = template_rules.why_not(kind, text)
    if why:
        raise Invalid([("text", why)])
    _write(db, organisation_id, kind, language, version, text, now)
    return get_template(db, organisation_id, kind, language)


def remove_template(
    db: Connection, organisation_id: UUID, kind: str, language: str, version: int | None, *, now: dt.datetime
) -> None:
    """Say it in our words again.

    Raises:
        NotFound: the organisation has written none.
        PreconditionFailed: it is no longer at ``version``.
    """
    if not get_template(db, organisation_id, kind, language).own:
        raise NotFound("Nothing was written in its place.")
    _write(db, organisation_id, kind, language, version, "", now)


def preview(
    db: Connection, organisation_id: UUID, kind: str, language: str, text: str | None, values: Mapping[str, str]
) -> Preview:
    """Return what would be sent for ``values``, usual ones where they are none, and what it costs.

    ``text`` is tried in place of the template as it stands.

    Raises:
        Invalid: ``text`` is no template of the kind, or there is none and the kind has no template.
    """
    own = text
    if not KINDS[kind].placeholders:
        why, made = "" if text else "expected text: this kind has no template", Made(text)
    else:
        if own is None:
            own = templates_of(db, organisation_id).own.get((kind, language))
        why = "" if own is None else template_rules.why_not(kind, own)
        made = template_rules.render(kind, language, {**USUAL, **values}, own)
    if why:
        raise Invalid([("text", why)])
    told = rules.harmless(made.text or "")
    measured = rules.measure(told)
    price_cents = measured.parts * _part_cents(db, organisation_id)
    written = "".join([own or "", *values.values()])
    return Preview(told, made.reason, *measured, price_cents, rules.replaced(written))


def _check(kind: str, language: str) -> None:
    if (kind, language) not in BUILT_IN:
        raise NotFound("There is no such template.")


def _part_cents(db: Connection, organisation_id: UUID) -> int:
    """Return what a part is reckoned to cost by the gateway that the organisation tries first."""
    first = settings_service.get_settings(db, organisation_id).gateways[0]
    return rules.price_cents(1, first, settings_service.part_prices())


def _told(kind: str, language: str, row: Row | None, part_cents: int) -> Template:
    text = row.text if row and row.text else template_rules.built_in(kind, language)
    usual, at_most = template_rules.usual(text), template_rules.at_most(text)
    return Template(
        kind=kind,
        language=language,
        text=text,
        own=bool(row and row.text),
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


def _write(
    db: Connection, organisation_id: UUID, kind: str, language: str, version: int | None, text: str, now: dt.datetime
) -> None:
    row = repository.list_templates(db, organisation_id).get((kind, language))
    before = row.version if row else 0
    if version is not None and version != before:
        raise PreconditionFailed(CHANGED)
    if before:
        done = repository.change_template(db, organisation_id, kind, language, before, text, now)
    else:
        done = repository.add_template(db, organisation_id, kind, language, text, now)
    if not done:
        raise PreconditionFailed(CHANGED)
