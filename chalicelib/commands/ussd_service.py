"""Answering a USSD session: a menu that reads, and writes only where the tenant has chosen to."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection

from chalicelib.commands import asking_service, telling, ussd_rules
from chalicelib.commands.registry import COMMANDS
from chalicelib.commands.rules import known_as
from chalicelib.commands.standing_service import Standing, by_organisation, list_standings, running
from chalicelib.commands.texts import NOBODY, fitting, say
from chalicelib.commands.ussd_rules import ON_A_PAGE, Step
from chalicelib.identity.ports import KeyWrapper
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import PhoneLease, PhoneTenant
from chalicelib.maintenance.model import MOST_TEXT

MOST_SCREEN = 156  # characters beside "CON "


class Dialled(NamedTuple):
    """A request of a session: ``text`` is all that was typed since it began; ``phone`` is in E.164."""

    session_id: str
    phone: str
    text: str


class Offer(NamedTuple):
    """A lease that may be chosen, and how it stands where that was read."""

    tenant: PhoneTenant
    lease: PhoneLease
    standing: Standing | None = None


class _Session:
    """One request's reading of who dials and what they may choose; leases are read as far as they are asked for."""

    def __init__(self, db: Connection, dialled: Dialled, now: dt.datetime) -> None:
        self.db = db
        self.tenants = by_organisation(leasing.list_leases_of_phone(db, dialled.phone, now=now))
        self._told: list[Offer] | None = None

    @property
    def language(self) -> str:
        return self.tenants[0].language

    @property
    def several(self) -> bool:
        return len(self.tenants) > 1

    def offers(self, action: str) -> list[Offer]:
        """Return the leases to choose from: for a fault those that run, else those with anything to tell."""
        if action == ussd_rules.FAULT:
            return [Offer(tenant, lease) for tenant in self.tenants for lease in running(tenant)]
        if self._told is None:
            self._told = [
                Offer(tenant, standing.lease, standing)
                for tenant in self.tenants
                for standing in list_standings(self.db, tenant)
            ]
        return self._told


def show(db: Connection, dialled: Dialled, *, now: dt.datetime) -> str | None:
    """Return the screen, "CON …" or "END …"; None where something is to be written first (``act``)."""
    session = _Session(db, dialled, now)
    if not session.tenants:
        return f"END {NOBODY}"
    step = _step(session, dialled)
    return None if step.screen in ussd_rules.WRITING else _screen(session, step)


def act(db: Connection, dialled: Dialled, *, now: dt.datetime, keys: KeyWrapper) -> str:
    """Do what was chosen and return the screen that says so; the same request again changes nothing."""
    session = _Session(db, dialled, now)
    if not session.tenants:
        return f"END {NOBODY}"
    step = _step(session, dialled)
    if step.screen not in ussd_rules.WRITING:  # what was offered has changed meanwhile
        return _screen(session, step)
    return f"END {_written(session, step, dialled, now, keys)}"


def _step(session: _Session, dialled: Dialled) -> Step:
    return ussd_rules.walk(dialled.text, lambda action: len(session.offers(action)), MOST_TEXT)


def _written(session: _Session, step: Step, dialled: Dialled, now: dt.datetime, keys: KeyWrapper) -> str:
    language = session.language
    if step.screen == ussd_rules.FAULT:
        offer = session.offers(step.action)[step.place or 0]
        key = f"ussd:{known_as(dialled.session_id)}:{offer.lease.id.hex}"
        request = asking_service.add_fault(
            session.db, offer.tenant, offer.lease, step.text, source=asking_service.USSD, key=key, now=now
        )
        return telling.tell_fault(offer.lease, request.number, language, MOST_SCREEN)
    if step.screen == ussd_rules.LANGUAGE:
        _choose_language(session, step.text, now, keys)
        return say("chosen", step.text)
    if step.screen == ussd_rules.STOP:
        asking_service.stop_messages(session.db, session.tenants, dialled.phone, source=asking_service.USSD, now=now)
        return say("stop", language, word=COMMANDS["start"].words[language][0])
    asking_service.start_messages(session.db, session.tenants, dialled.phone)
    return say("start", language, word=COMMANDS["stop"].words[language][0])


def _choose_language(session: _Session, language: str, now: dt.datetime, keys: KeyWrapper) -> None:
    """Write to the tenant in ``language`` from now on, in each organisation."""
    for tenant in session.tenants:
        if tenant.language != language:
            leasing.change_tenant(
                session.db, tenant.organisation_id, tenant.tenant_id, None, {"language": language}, keys=keys, now=now
            )


def _screen(session: _Session, step: Step) -> str:
    if step.screen in ussd_rules.ASKING:
        return f"CON {_question(session, step)}"
    return f"END {_answer(session, step)}"


def _answer(session: _Session, step: Step) -> str:
    language = session.language
    if step.screen == ussd_rules.NO_LEASE:
        return say("no_lease", language)
    offers = session.offers(step.action)
    offer = offers[step.place] if step.place is not None else None
    tenant = offer.tenant if offer else session.tenants[0]
    if step.screen == ussd_rules.BALANCE:
        standings = [offer.standing] if offer and offer.standing else []
        return telling.tell_standings(tenant, standings, language, naming=session.several, most=MOST_SCREEN)
    leases = _with_those_before(tenant, offer.lease) if offer else tenant.leases
    receipt = asking_service.last_receipt(session.db, tenant, leases)
    return telling.tell_receipt(tenant, receipt, language, naming=session.several, most=MOST_SCREEN)


def _with_those_before(tenant: PhoneTenant, lease: PhoneLease) -> list[PhoneLease]:
    """Return the lease and those that it carries on: a renewal's last receipt may be of before."""
    known = {each.id: each for each in tenant.leases}
    found = {lease.id: lease}
    before = lease.previous_id
    while before in known and before not in found:
        found[before] = known[before]
        before = known[before].previous_id
    return list(found.values())


def _question(session: _Session, step: Step) -> str:
    language = session.language

    def make(width: int) -> str:
        text = _asked(session, step, width)
        if not step.wrong:
            return text
        return say("said_nothing" if step.screen == ussd_rules.DESCRIBE else "wrong", language, text=text)

    return fitting(make, MOST_SCREEN)


def _asked(session: _Session, step: Step, width: int) -> str:
    language = session.language
    if step.screen == ussd_rules.WHICH:
        return _choices(session, step, width)
    if step.screen == ussd_rules.DESCRIBE:
        lease = session.offers(step.action)[step.place or 0].lease
        return say("describe", language, place=telling.place_of(lease, width))
    if step.screen == ussd_rules.HELP:
        words = ", ".join(each.words[language][0] for each in COMMANDS.values())
        return say("language", language, words=words)
    return say(step.screen, language)


def _choices(session: _Session, step: Step, width: int) -> str:
    """Return the leases of a page, numbered, each in at most 20 characters."""
    language = session.language
    offers = session.offers(step.action)
    page = offers[step.page * ON_A_PAGE : (step.page + 1) * ON_A_PAGE]
    lines = [f"{number} {telling.place_of(each.lease, min(width, 20))}" for number, each in enumerate(page, 1)]
    more = [say("page", language)] if len(offers) > ON_A_PAGE else []
    return "\n".join([say("which", language), *lines, *more, say("back", language)])
