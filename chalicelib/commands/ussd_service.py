"""Answering a USSD session: a menu that reads, and writes only where the tenant has chosen to."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection

from chalicelib.commands import asking_service, session_service, telling, ussd_confirm_service, ussd_rules
from chalicelib.commands.confirm_rules import MENU, Confirming
from chalicelib.commands.holder_service import Holder, find_holder
from chalicelib.commands.places_service import USSD
from chalicelib.commands.registry import COMMANDS, list_commands
from chalicelib.commands.rules import known_as
from chalicelib.commands.standing_service import Standing, list_standings, running
from chalicelib.commands.texts import NOBODY, fitting, say
from chalicelib.commands.ussd_confirm_service import MOST_SCREEN
from chalicelib.commands.ussd_rules import ON_A_PAGE, Step
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import PhoneLease, PhoneTenant
from chalicelib.maintenance.model import MOST_TEXT
from chalicelib.messaging import service as messaging
from chalicelib.runtime.context import Context
from chalicelib.runtime.ports import KeyWrapper


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

    def __init__(self, db: Connection, holder: Holder, now: dt.datetime) -> None:
        self.db = db
        self.now = now
        self.holder = holder
        self.tenants = holder.tenants
        self._told: list[Offer] | None = None

    @property
    def language(self) -> str:
        return self.holder.language

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
                for standing in list_standings(self.db, tenant, now=self.now)
            ]
        return self._told

    def count(self, action: str) -> int:
        return len(self.holder.unconfirmed if action == ussd_rules.PLACES else self.offers(action))


def show(db: Connection, dialled: Dialled, *, now: dt.datetime) -> str | None:
    """Return the screen, "CON …" or "END …"; None where something is to be written first (``act``).

    What is read here may lag behind: whatever it does not know enough for is left to ``act``, on the writer.
    """
    holder = find_holder(db, dialled.phone, now=now)
    refused = _refused(holder, closed=holder.is_claimed and session_service.is_closed(db, dialled.phone, now=now))
    if refused:
        return refused
    at = ussd_confirm_service.find_confirming(db, dialled.phone, dialled.session_id, now=now)
    if not holder.tenants or (at is not None and (at.screen != MENU or not dialled.text)):
        return None
    session = _Session(db, holder, now)
    step = _step(session, _typed(dialled, at))
    return None if step.screen in ussd_rules.WRITING else _screen(session, step, _is_new(dialled, at))


def act(db: Connection, dialled: Dialled, *, now: dt.datetime, keys: KeyWrapper) -> str:
    """Do what was chosen and return the screen that says so; the same request again changes nothing."""
    closed = session_service.lock_phone(db, dialled.phone, now=now)
    holder = find_holder(db, dialled.phone, now=now)
    refused = _refused(holder, closed=closed)
    if refused:
        return refused
    at = ussd_confirm_service.find_confirming(db, dialled.phone, dialled.session_id, now=now)
    if at is not None and not dialled.text:  # begun anew under a name that was had before
        ussd_confirm_service.forget(db, dialled.phone, dialled.session_id)
        at = None
    if at is None and not holder.tenants:
        at = ussd_confirm_service.begin(holder, 0)
    at, holder, step = _walk(db, dialled, at, holder, now)
    if step is None:
        return ussd_confirm_service.screen_of(at or Confirming(), holder)
    session = _Session(db, holder, now)
    if step.screen not in ussd_rules.WRITING:
        return _screen(session, step, _is_new(dialled, at))
    return f"END {_written(session, step, dialled, now, keys)}"


def _walk(
    db: Connection, dialled: Dialled, at: Confirming | None, holder: Holder, now: dt.datetime
) -> tuple[Confirming | None, Holder, Step | None]:
    """Take what was typed: what confirms places, and then the menu's step; None while there is no menu."""
    typed = dialled.text.split("*") if dialled.text else []
    while True:  # each round uses up some of it
        if at is not None:
            at, holder = ussd_confirm_service.take_answers(
                db, dialled.phone, dialled.session_id, at, holder, typed, now
            )
            if at.screen != MENU:
                return at, holder, None
        step = _step(_Session(db, holder, now), _typed(dialled, at))
        if step.screen != ussd_rules.PLACES:
            return at, holder, step
        at = ussd_confirm_service.begin(holder, (at.used if at else 0) + step.used)


def _refused(holder: Holder, *, closed: bool) -> str:
    """Return the screen for whom nothing is claimed, or who denied it all, or whose commands are closed; else ""."""
    if not holder.tenants and not holder.unconfirmed:
        return f"END {NOBODY}"
    return f"END {say('closed', holder.language)}" if closed else ""


def _typed(dialled: Dialled, at: Confirming | None) -> str:
    """Return what was typed behind what confirming a place used up."""
    return "*".join(dialled.text.split("*")[at.used :]) if at is not None and dialled.text else dialled.text


def _is_new(dialled: Dialled, at: Confirming | None) -> bool:
    """Tell whether a place has just been confirmed, and nothing was typed since."""
    return at is not None and at.confirmed and len(dialled.text.split("*")) <= at.used


def _step(session: _Session, typed: str) -> Step:
    return ussd_rules.walk(typed, session.count, MOST_TEXT)


def _written(session: _Session, step: Step, dialled: Dialled, now: dt.datetime, keys: KeyWrapper) -> str:
    language = session.language
    if step.screen == ussd_rules.FAULT:
        offer = session.offers(step.action)[step.place or 0]
        key = f"ussd:{known_as(dialled.session_id)}:{offer.lease.id.hex}"
        return asking_service.add_fault(
            session.db, dialled.phone, offer.tenant, offer.lease, step.text, language,
            source=USSD, key=key, now=now, most=MOST_SCREEN,
        )  # fmt: skip
    if step.screen == ussd_rules.LANGUAGE:
        _choose_language(session, step.text, now, keys)
        return say("chosen", step.text)
    if step.screen == ussd_rules.STOP:
        messaging.stop_messages(session.db, dialled.phone, source=USSD, now=now)
        return say("stop", language, word=COMMANDS["start"].words[language][0])
    messaging.start_messages(session.db, dialled.phone)
    return say("start", language, word=COMMANDS["stop"].words[language][0])


def _choose_language(session: _Session, language: str, now: dt.datetime, keys: KeyWrapper) -> None:
    """Write to the tenant in ``language`` from now on, in each organisation of which a place is confirmed."""
    for tenant in session.tenants:
        if tenant.language != language:
            leasing.change_tenant(
                Context.for_system(session.db, tenant.organisation_id, now=now, today=tenant.today),
                tenant.tenant_id,
                None,
                {"language": language},
                keys=keys,
            )


def _screen(session: _Session, step: Step, confirmed: bool) -> str:
    """Return the screen; it begins with that a place was ``confirmed`` where that has just been done."""
    if step.screen in ussd_rules.ASKING:
        return f"CON {_question(session, step, confirmed)}"
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


def _question(session: _Session, step: Step, confirmed: bool) -> str:
    language = session.language

    def make(width: int) -> str:
        text = _asked(session, step, width)
        if not step.wrong:
            return say("is_confirmed", language, text=text) if confirmed else text
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
        words = ", ".join(each.words[language][0] for each in list_commands())
        return say("language", language, words=words)
    more = step.screen == ussd_rules.MENU and session.holder.unconfirmed
    return say("menu_more" if more else step.screen, language)


def _choices(session: _Session, step: Step, width: int) -> str:
    """Return the leases of a page, numbered, each in at most 20 characters."""
    language = session.language
    offers = session.offers(step.action)
    page = offers[step.page * ON_A_PAGE : (step.page + 1) * ON_A_PAGE]
    lines = [f"{number} {telling.place_of(each.lease, min(width, 20))}" for number, each in enumerate(page, 1)]
    more = [say("page", language)] if len(offers) > ON_A_PAGE else []
    return "\n".join([say("which", language), *lines, *more, say("back", language)])
