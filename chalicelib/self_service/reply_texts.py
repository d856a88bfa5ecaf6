"""Render leases, receipts and requests for a phone: sums and dates first, names as far as they fit."""

from collections.abc import Iterator, Sequence

from chalicelib.billing.model import Receipt
from chalicelib.leasing.tenant_model import PhoneLease, PhoneTenant
from chalicelib.messaging.sanitize_rules import sanitize_name, sanitize_values
from chalicelib.money import format_amount
from chalicelib.self_service.lease_balances import PhoneLeaseBalance
from chalicelib.self_service.parsing_rules import MAX_CHARACTERS
from chalicelib.self_service.phone_holders import ClaimedProperty
from chalicelib.self_service.text_fitting import (
    ENTRY_WIDTHS,
    PLACE_WIDTHS,
    first_fitting,
    fit_names,
    place_name,
    truncate,
    with_organisation_name,
)
from chalicelib.translations.phone_replies import translate
from chalicelib.translations.wording import format_day, format_short_day

MAX_LEASES = 3


def format_place(lease: PhoneLease, width: int) -> str:
    """Return property and unit, sanitised as every text to a phone, in at most ``width`` characters."""
    names = sanitize_values({"property": lease.property_name, "unit": lease.unit_name}, "en")
    return place_name(names["property"], names["unit"], width)


def format_entry(entry: ClaimedProperty, width: int) -> str:
    """Return organisation and property, each in at most ``width`` characters: all that may be shown of it."""
    names = entry.tenant.organisation_name, entry.leases[0].property_name
    return ", ".join(truncate(sanitize_name(each), width) for each in names)


def render_denial(entry: ClaimedProperty, language: str, limit: int = MAX_CHARACTERS) -> str:
    return first_fitting(
        (translate("denied", language, place=format_entry(entry, width)) for width in ENTRY_WIDTHS), limit
    )


def render_balances(
    tenant: PhoneTenant,
    lease_balances: Sequence[PhoneLeaseBalance],
    language: str,
    *,
    name_organisation: bool,
    limit: int = MAX_CHARACTERS,
) -> str:
    """Return the balances of at most three leases, in order; ``name_organisation`` adds the organisation's name."""

    def render(shown: int, width: int, *, name_organisation: bool) -> str:
        text = " ".join(_render_balance(each, tenant.currency, language, width) for each in lease_balances[:shown])
        if len(lease_balances) > shown:
            text = translate("more", language, text=text, count=len(lease_balances) - shown)
        return with_organisation_name(tenant.organisation_name, text, language, show_name=name_organisation)

    def texts() -> Iterator[str]:
        for shown in range(min(MAX_LEASES, len(lease_balances)), 0, -1):
            for width in PLACE_WIDTHS:
                yield render(shown, width, name_organisation=name_organisation)
        yield render(1, PLACE_WIDTHS[-1], name_organisation=False)  # no room left for the organisation's name

    if not lease_balances:
        return first_fitting(
            [
                with_organisation_name(
                    tenant.organisation_name, translate("no_balance", language), language, show_name=name_organisation
                )
            ],
            limit,
        )
    return first_fitting(texts(), limit)


def _render_balance(lease_balance: PhoneLeaseBalance, currency: str, language: str, width: int) -> str:
    balance = lease_balance.balance
    values = {
        "place": format_place(lease_balance.lease, width),
        "owed": format_amount(balance.owed_cents, currency),
        "late": format_amount(balance.late_cents, currency),
        "first": format_short_day(balance.first_due_on, language),
        "due": format_short_day(balance.next_due_on, language),
    }
    text = translate(_balance_text(lease_balance), language, **values)
    if balance.owed_cents == 0 and lease_balance.next_due_on is not None:
        text = translate("next", language, text=text, due=format_short_day(lease_balance.next_due_on, language))
    if balance.credit_cents:
        text = translate("credit", language, text=text, credit=format_amount(balance.credit_cents, currency))
    return text


def _balance_text(lease_balance: PhoneLeaseBalance) -> str:
    balance = lease_balance.balance
    if balance.owed_cents == 0:
        return "paid"
    if balance.late_cents == 0:
        return "owed"
    return "late" if balance.late_cents == balance.owed_cents else "part_late"


def render_receipt(
    tenant: PhoneTenant, receipt: Receipt | None, language: str, *, name_organisation: bool, limit: int = MAX_CHARACTERS
) -> str:
    """Return the number, amount, date and purpose of a receipt."""
    if receipt is None:
        text = translate("no_receipt", language)
        return first_fitting(
            [with_organisation_name(tenant.organisation_name, text, language, show_name=name_organisation)], limit
        )
    lease = next(each for each in tenant.leases if each.id == receipt.lease_id)
    render = {
        "number": receipt.number,
        "amount": format_amount(receipt.amount_cents, tenant.currency),
        "day": format_day(receipt.issued_on, language),
    }

    def render_width(width: int) -> str:
        text = translate("receipt", language, place=format_place(lease, width), **render)
        return with_organisation_name(tenant.organisation_name, text, language, show_name=name_organisation)

    return fit_names(render_width, limit)


def render_fault_logged(lease: PhoneLease, number: int, language: str, limit: int = MAX_CHARACTERS) -> str:
    """Return the reply with the maintenance request's number."""
    return fit_names(lambda width: translate("fault", language, number=number, place=format_place(lease, width)), limit)
