"""What a phone is told of leases, receipts and requests: sums and days first, names as far as there is room."""

from collections.abc import Iterator, Sequence

from chalicelib.billing.model import Receipt
from chalicelib.commands.holder_service import Entry
from chalicelib.commands.rules import MOST_CHARACTERS
from chalicelib.commands.standing_service import Standing
from chalicelib.commands.texts import (
    ENTRY_WIDTHS,
    WIDTHS,
    clip,
    first_that_fits,
    fitting,
    named,
    place_name,
    say,
    say_day,
)
from chalicelib.leasing.model import PhoneLease, PhoneTenant
from chalicelib.messaging.neutral_rules import neutral_name, neutral_values
from chalicelib.money import say_cents

MOST_LEASES = 3


def place_of(lease: PhoneLease, width: int) -> str:
    """Return property and unit, neutral as all that is told to a phone, in at most ``width`` characters."""
    names = neutral_values({"property": lease.property_name, "unit": lease.unit_name}, "en")
    return place_name(names["property"], names["unit"], width)


def entry_of(entry: Entry, width: int) -> str:
    """Return organisation and property, each in at most ``width`` characters: all that is told of it."""
    names = entry.tenant.organisation_name, entry.leases[0].property_name
    return ", ".join(clip(neutral_name(each), width) for each in names)


def tell_denial(entry: Entry, language: str, most: int = MOST_CHARACTERS) -> str:
    return first_that_fits((say("denied", language, place=entry_of(entry, width)) for width in ENTRY_WIDTHS), most)


def tell_standings(
    tenant: PhoneTenant,
    standings: Sequence[Standing],
    language: str,
    *,
    naming: bool,
    most: int = MOST_CHARACTERS,
) -> str:
    """Return what is owed on the leases, at most three, the first first; ``naming``: with the organisation's name."""

    def told(shown: int, width: int, *, naming: bool) -> str:
        text = " ".join(_standing(each, tenant.currency, language, width) for each in standings[:shown])
        if len(standings) > shown:
            text = say("more", language, text=text, count=len(standings) - shown)
        return named(tenant.organisation_name, text, language, wanted=naming)

    def texts() -> Iterator[str]:
        for shown in range(min(MOST_LEASES, len(standings)), 0, -1):
            for width in WIDTHS:
                yield told(shown, width, naming=naming)
        yield told(1, WIDTHS[-1], naming=False)  # such sums leave no room to say whose they are: the place does

    if not standings:
        return first_that_fits(
            [named(tenant.organisation_name, say("no_balance", language), language, wanted=naming)], most
        )
    return first_that_fits(texts(), most)


def _standing(standing: Standing, currency: str, language: str, width: int) -> str:
    balance = standing.balance
    values = {
        "place": place_of(standing.lease, width),
        "owed": say_cents(balance.owed_cents, currency),
        "late": say_cents(balance.late_cents, currency),
        "first": say_day(balance.first_due_on, language),
        "due": say_day(balance.next_due_on, language),
    }
    text = say(_how(standing), language, **values)
    if balance.owed_cents == 0 and standing.next_due_on is not None:
        text = say("next", language, text=text, due=say_day(standing.next_due_on, language))
    if balance.credit_cents:
        text = say("credit", language, text=text, credit=say_cents(balance.credit_cents, currency))
    return text


def _how(standing: Standing) -> str:
    balance = standing.balance
    if balance.owed_cents == 0:
        return "paid"
    if balance.late_cents == 0:
        return "owed"
    return "late" if balance.late_cents == balance.owed_cents else "part_late"


def tell_receipt(
    tenant: PhoneTenant, receipt: Receipt | None, language: str, *, naming: bool, most: int = MOST_CHARACTERS
) -> str:
    """Return the number, amount and day of a receipt, and what it is for."""
    if receipt is None:
        text = say("no_receipt", language)
        return first_that_fits([named(tenant.organisation_name, text, language, wanted=naming)], most)
    lease = next(each for each in tenant.leases if each.id == receipt.lease_id)
    told = {
        "number": receipt.number,
        "amount": say_cents(receipt.amount_cents, tenant.currency),
        "day": say_day(receipt.issued_on, language, year=True),
    }

    def make(width: int) -> str:
        text = say("receipt", language, place=place_of(lease, width), **told)
        return named(tenant.organisation_name, text, language, wanted=naming)

    return fitting(make, most)


def tell_fault(lease: PhoneLease, number: int, language: str, most: int = MOST_CHARACTERS) -> str:
    """Return the number of the maintenance request for what the lease is of."""
    return fitting(lambda width: say("fault", language, number=number, place=place_of(lease, width)), most)
