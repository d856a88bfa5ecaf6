"""Parse the type of a unit from the words that landlords use."""

import re

from chalicelib.rent_roll.cells import Cell, cell_text, is_blank

# The values are those of portfolio.model.UNIT_TYPES; a test compares.
_WORDS: dict[str, tuple[str, int]] = {
    "bedsitter": ("bedsitter", 0),
    "bed sitter": ("bedsitter", 0),
    "bedsit": ("bedsitter", 0),
    "bs": ("bedsitter", 0),
    "studio": ("studio", 0),
    "studio apartment": ("studio", 0),
    "single": ("single_room", 0),
    "single room": ("single_room", 0),
    "double room": ("single_room", 0),
    "room": ("single_room", 0),
    "sq": ("single_room", 0),
    "dsq": ("single_room", 0),
    "servant quarter": ("single_room", 0),
    "shop": ("shop", 0),
    "duka": ("shop", 0),
    "stall": ("shop", 0),
    "kiosk": ("shop", 0),
    "office": ("office", 0),
    "godown": ("other", 0),
    "store": ("other", 0),
}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_BEDROOMS = re.compile(
    r"(?P<count>[1-9]|one|two|three|four|five) ?(?:b/?r|bd|bdr|bdrm|bed|beds|bedroom|bedrooms|bedroomed)"
    r"(?: (?P<kind>apartment|apt|flat|house|hse|bungalow|maisonette|unit|ensuite|master ensuite))?"
)
_BUILDINGS = {
    "house": "house",
    "hse": "house",
    "bungalow": "house",
    "maisonette": "maisonette",
}


def read_unit_type(cell: Cell) -> tuple[str, int] | None:
    """Return the type and the number of bedrooms ("2BR" → apartment, 2), or None for blank or unknown words."""
    if is_blank(cell):
        return None
    text = re.sub(r"[^a-z0-9/]+", " ", cell_text(cell).casefold()).strip()
    if found := _BEDROOMS.fullmatch(text):
        bedrooms = _NUMBERS.get(found["count"]) or int(found["count"])
        return _BUILDINGS.get(found["kind"] or "", "apartment"), bedrooms
    return _WORDS.get(text) or _WORDS.get(text.removesuffix("s"))
