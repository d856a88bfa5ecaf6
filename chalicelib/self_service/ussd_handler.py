"""Serve a USSD session: a read-only menu that writes only after a choice."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection

from chalicelib import leasing, messaging
from chalicelib.leasing.tenant_model import PhoneLease, PhoneTenant
from chalicelib.maintenance.model import MAX_TEXT
from chalicelib.runtime.context import Context
from chalicelib.runtime.ports import KeyWrapper
from chalicelib.self_service import reply_texts, sessions, sms_commands, ussd_confirmation, ussd_menu_rules
from chalicelib.self_service.command_registry import COMMANDS, list_commands
from chalicelib.self_service.lease_balances import PhoneLeaseBalance, list_active_leases, list_lease_balances
from chalicelib.self_service.parsing_rules import reference_key
from chalicelib.self_service.phone_holders import Holder, find_holder
from chalicelib.self_service.place_commands import USSD
from chalicelib.self_service.text_fitting import fit_names
from chalicelib.self_service.ussd_confirmation import MAX_SCREEN
from chalicelib.self_service.ussd_confirmation_rules import MENU, ConfirmationState
from chalicelib.self_service.ussd_menu_rules import ON_A_PAGE, MenuStep
from chalicelib.translations.phone_replies import UNKNOWN_NUMBER, translate


class UssdRequest(NamedTuple):
    """A request of a session: ``text`` is all input since it began; ``phone`` is in E.164."""

    session_id: str
    phone: str
    text: str


class LeaseChoice(NamedTuple):
    """A selectable lease, with its balance if that was loaded."""

    tenant: PhoneTenant
    lease: PhoneLease
    lease_balance: PhoneLeaseBalance | None = None


class _MenuSession:
    """The caller and their choices within one request; leases are loaded on demand."""

    def __init__(self, db: Connection, holder: Holder, now: dt.datetime) -> None:
        self.db = db
        self.now = now
        self.holder = holder
        self.tenants = holder.tenants
        self._balance_choices: list[LeaseChoice] | None = None

    @property
    def language(self) -> str:
        return self.holder.language

    @property
    def has_several_landlords(self) -> bool:
        return len(self.tenants) > 1

    def choices(self, action: str) -> list[LeaseChoice]:
        """Return the selectable leases: active ones for a fault, else those with something to show."""
        if action == ussd_menu_rules.FAULT:
            return [LeaseChoice(tenant, lease) for tenant in self.tenants for lease in list_active_leases(tenant)]
        if self._balance_choices is None:
            self._balance_choices = [
                LeaseChoice(tenant, lease_balance.lease, lease_balance)
                for tenant in self.tenants
                for lease_balance in list_lease_balances(self.db, tenant, now=self.now)
            ]
        return self._balance_choices

    def count(self, action: str) -> int:
        return len(self.holder.unconfirmed if action == ussd_menu_rules.PLACES else self.choices(action))


def render_screen(db: Connection, request: UssdRequest, *, now: dt.datetime) -> str | None:
    """Return the screen, "CON …" or "END …"; None if something must be written first (``apply_choice``).

    Reads may lag behind: whatever is not certain is left to ``apply_choice``, on the writer.
    """
    holder = find_holder(db, request.phone, now=now)
    refusal = _refusal_screen(holder, closed=holder.is_claimed and sessions.is_closed(db, request.phone, now=now))
    if refusal:
        return refusal
    confirmation = ussd_confirmation.find_confirmation(db, request.phone, request.session_id, now=now)
    if not holder.tenants or (confirmation is not None and (confirmation.screen != MENU or not request.text)):
        return None
    session = _MenuSession(db, holder, now)
    step = _find_step(session, _menu_input(request, confirmation))
    return (
        None
        if step.screen in ussd_menu_rules.WRITING_SCREENS
        else _render_step(session, step, _is_just_confirmed(request, confirmation))
    )


def apply_choice(db: Connection, request: UssdRequest, *, now: dt.datetime, keys: KeyWrapper) -> str:
    """Apply the choice and return the confirming screen; idempotent per request."""
    closed = sessions.lock_phone(db, request.phone, now=now)
    holder = find_holder(db, request.phone, now=now)
    refusal = _refusal_screen(holder, closed=closed)
    if refusal:
        return refusal
    confirmation = ussd_confirmation.find_confirmation(db, request.phone, request.session_id, now=now)
    if confirmation is not None and not request.text:  # a new session with a reused id
        ussd_confirmation.end_confirmation(db, request.phone, request.session_id)
        confirmation = None
    if confirmation is None and not holder.tenants:
        confirmation = ussd_confirmation.start_confirmation(holder, 0)
    confirmation, holder, step = _advance(db, request, confirmation, holder, now)
    if step is None:
        return ussd_confirmation.render_confirmation_screen(confirmation or ConfirmationState(), holder)
    session = _MenuSession(db, holder, now)
    if step.screen not in ussd_menu_rules.WRITING_SCREENS:
        return _render_step(session, step, _is_just_confirmed(request, confirmation))
    return f"END {_execute(session, step, request, now, keys)}"


def _advance(
    db: Connection, request: UssdRequest, confirmation: ConfirmationState | None, holder: Holder, now: dt.datetime
) -> tuple[ConfirmationState | None, Holder, MenuStep | None]:
    """Process the input: confirmation first, then the menu's step; None before there is a menu."""
    typed = request.text.split("*") if request.text else []
    while True:  # each round consumes some input
        if confirmation is not None:
            confirmation, holder = ussd_confirmation.handle_answers(
                db, request.phone, request.session_id, confirmation, holder, typed, now
            )
            if confirmation.screen != MENU:
                return confirmation, holder, None
        step = _find_step(_MenuSession(db, holder, now), _menu_input(request, confirmation))
        if step.screen != ussd_menu_rules.PLACES:
            return confirmation, holder, step
        confirmation = ussd_confirmation.start_confirmation(
            holder, (confirmation.used if confirmation else 0) + step.used
        )


def _refusal_screen(holder: Holder, *, closed: bool) -> str:
    """Return the screen if nothing is claimed, all is denied, or commands are blocked; else ""."""
    if not holder.tenants and not holder.unconfirmed:
        return f"END {UNKNOWN_NUMBER}"
    return f"END {translate('closed', holder.language)}" if closed else ""


def _menu_input(request: UssdRequest, confirmation: ConfirmationState | None) -> str:
    """Return the input after that used by confirmation."""
    return (
        "*".join(request.text.split("*")[confirmation.used :])
        if confirmation is not None and request.text
        else request.text
    )


def _is_just_confirmed(request: UssdRequest, confirmation: ConfirmationState | None) -> bool:
    """Return whether a lease was just confirmed, with no input since."""
    return confirmation is not None and confirmation.confirmed and len(request.text.split("*")) <= confirmation.used


def _find_step(session: _MenuSession, typed: str) -> MenuStep:
    return ussd_menu_rules.find_step(typed, session.count, MAX_TEXT)


def _execute(session: _MenuSession, step: MenuStep, request: UssdRequest, now: dt.datetime, keys: KeyWrapper) -> str:
    language = session.language
    if step.screen == ussd_menu_rules.FAULT:
        choice = session.choices(step.action)[step.place or 0]
        key = f"ussd:{reference_key(request.session_id)}:{choice.lease.id.hex}"
        return sms_commands.create_fault_request(
            session.db, request.phone, choice.tenant, choice.lease, step.text, language,
            source=USSD, key=key, now=now, limit=MAX_SCREEN,
        )  # fmt: skip
    if step.screen == ussd_menu_rules.LANGUAGE:
        _choose_language(session, step.text, now, keys)
        return translate("chosen", step.text)
    if step.screen == ussd_menu_rules.STOP:
        messaging.stop_messages(session.db, request.phone, source=USSD, now=now)
        return translate("stop", language, word=COMMANDS["start"].words[language][0])
    messaging.start_messages(session.db, request.phone)
    return translate("start", language, word=COMMANDS["stop"].words[language][0])


def _choose_language(session: _MenuSession, language: str, now: dt.datetime, keys: KeyWrapper) -> None:
    """Set the tenant's language in each organisation with a confirmed lease."""
    for tenant in session.tenants:
        if tenant.language != language:
            leasing.change_tenant(
                Context.for_system(session.db, tenant.organisation_id, now=now, today=tenant.today),
                tenant.tenant_id,
                None,
                {"language": language},
                keys=keys,
            )


def _render_step(session: _MenuSession, step: MenuStep, confirmed: bool) -> str:
    """Return the screen; ``confirmed`` prefixes it with the confirmation of a lease."""
    if step.screen in ussd_menu_rules.PROMPT_SCREENS:
        return f"CON {_render_prompt(session, step, confirmed)}"
    return f"END {_render_answer(session, step)}"


def _render_answer(session: _MenuSession, step: MenuStep) -> str:
    language = session.language
    if step.screen == ussd_menu_rules.NO_LEASE:
        return translate("no_lease", language)
    choices = session.choices(step.action)
    choice = choices[step.place] if step.place is not None else None
    tenant = choice.tenant if choice else session.tenants[0]
    if step.screen == ussd_menu_rules.BALANCE:
        lease_balances = [choice.lease_balance] if choice and choice.lease_balance else []
        return reply_texts.render_balances(
            tenant, lease_balances, language, name_organisation=session.has_several_landlords, limit=MAX_SCREEN
        )
    leases = _with_previous_leases(tenant, choice.lease) if choice else tenant.leases
    receipt = sms_commands.find_last_receipt(session.db, tenant, leases)
    return reply_texts.render_receipt(
        tenant, receipt, language, name_organisation=session.has_several_landlords, limit=MAX_SCREEN
    )


def _with_previous_leases(tenant: PhoneTenant, lease: PhoneLease) -> list[PhoneLease]:
    """Return the lease and its predecessors: a renewal's last receipt may be older."""
    known = {each.id: each for each in tenant.leases}
    found = {lease.id: lease}
    previous_id = lease.previous_id
    while previous_id in known and previous_id not in found:
        found[previous_id] = known[previous_id]
        previous_id = known[previous_id].previous_id
    return list(found.values())


def _render_prompt(session: _MenuSession, step: MenuStep, confirmed: bool) -> str:
    language = session.language

    def render(width: int) -> str:
        text = _prompt_text(session, step, width)
        if not step.wrong:
            return translate("is_confirmed", language, text=text) if confirmed else text
        return translate("said_nothing" if step.screen == ussd_menu_rules.DESCRIBE else "wrong", language, text=text)

    return fit_names(render, MAX_SCREEN)


def _prompt_text(session: _MenuSession, step: MenuStep, width: int) -> str:
    language = session.language
    if step.screen == ussd_menu_rules.WHICH:
        return _render_choices(session, step, width)
    if step.screen == ussd_menu_rules.DESCRIBE:
        lease = session.choices(step.action)[step.place or 0].lease
        return translate("describe", language, place=reply_texts.format_place(lease, width))
    if step.screen == ussd_menu_rules.HELP:
        words = ", ".join(each.words[language][0] for each in list_commands())
        return translate("language", language, words=words)
    more = step.screen == ussd_menu_rules.MENU and session.holder.unconfirmed
    return translate("menu_more" if more else step.screen, language)


def _render_choices(session: _MenuSession, step: MenuStep, width: int) -> str:
    """Return a page of leases, numbered, each in at most 20 characters."""
    language = session.language
    choices = session.choices(step.action)
    page = choices[step.page * ON_A_PAGE : (step.page + 1) * ON_A_PAGE]
    lines = [f"{number} {reply_texts.format_place(each.lease, min(width, 20))}" for number, each in enumerate(page, 1)]
    more = [translate("page", language)] if len(choices) > ON_A_PAGE else []
    return "\n".join([translate("which", language), *lines, *more, translate("back", language)])
