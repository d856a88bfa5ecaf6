"""Fit replies into one SMS or screen.

Names are cut first, then fewer leases are listed: sums and dates are what was requested.
"""

from collections.abc import Callable, Iterable

from chalicelib.messaging.rules import measure_sms, normalize_sms
from chalicelib.messaging.sanitize_rules import sanitize_name
from chalicelib.self_service.parsing_rules import MAX_CHARACTERS
from chalicelib.translations.phone_replies import translate

ELLIPSIS = ".."
MAX_NAME = 20  # characters of an organisation's name before a reply

ENTRY_WIDTHS = (30, 20, 14, 10, 8, 6)  # of an organisation's and of a property's name
PLACE_WIDTHS = (44, 30, 20, 14, 10)  # of a place's name, the first that fits


def fit_names(render: Callable[[int], str], limit: int = MAX_CHARACTERS) -> str:
    """Return ``render``'s text with the widest names that fit; else with the narrowest."""
    return first_fitting((render(width) for width in PLACE_WIDTHS), limit)


def first_fitting(texts: Iterable[str], limit: int = MAX_CHARACTERS) -> str:
    """Return the first of ``texts``, normalised, within ``limit`` characters; else the last."""
    text = ""
    for each in texts:
        text = normalize_sms(each)
        if measure_sms(text).characters <= limit:
            break
    return text


def truncate(text: str, width: int) -> str:
    """Return ``text``, normalised, in at most ``width`` characters as an SMS counts them, with a mark if cut.

    Brackets and the euro sign count as two, and a replacement may be longer than the letter.
    """
    cut = text = normalize_sms(text)
    length = len(text)
    while measure_sms(cut).characters > width and length > 1:
        length -= 1
        cut = text[:length].rstrip() + ELLIPSIS
    return cut


def place_name(property_name: str, unit_name: str, width: int) -> str:
    """Return property and unit in at most ``width`` characters (10 or more); the unit's name is cut last."""
    unit = truncate(unit_name, width)
    room = width - measure_sms(unit).characters - 1
    return unit if room < 4 or not property_name else f"{truncate(property_name, room)} {unit}"


def with_organisation_name(organisation_name: str, text: str, language: str, *, show_name: bool) -> str:
    """Prefix ``text`` with the organisation's name if ``show_name``: the phone is a tenant of several."""
    name = sanitize_name(organisation_name) if show_name else ""
    return translate("named", language, organisation=truncate(name, MAX_NAME), text=text) if name else text
