"""The texts of a workbook: those within cells, and the shared ones that cells refer to by index."""

import re

from chalicelib.rent_roll.sheet import SheetLimits
from chalicelib.rent_roll.xlsx_package import Attributes, Walker, reject

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # the format's escape for characters that XML does not allow


class TextWalker(Walker):
    """Collects the text of <t>, without phonetic hints, up to the limit of a cell."""

    def __init__(self, limits: SheetLimits) -> None:
        self._most = limits.cell_characters + 1  # one more shows that it is too long
        self._texts: list[str] = []
        self._length = 0
        self._listening = self._phonetic = False

    def begin(self, name: str, attributes: Attributes) -> None:
        self._listening = name == "t" and not self._phonetic
        self._phonetic = self._phonetic or name == "rPh"

    def end(self, name: str) -> None:
        self._listening = False
        if name == "rPh":
            self._phonetic = False

    def text(self, data: str) -> None:
        if self._listening:
            self.keep(data)

    def keep(self, data: str) -> None:
        if self._length < self._most:
            kept = data[: self._most - self._length]
            self._texts.append(kept)
            self._length += len(kept)

    def pop_text(self) -> str:
        text = "".join(self._texts)
        self._texts, self._length, self._phonetic = [], 0, False
        return _ESCAPED.sub(_unescaped, text) if "_x" in text else text


class SharedStrings(TextWalker):
    """Collects the texts that cells refer to by index."""

    def __init__(self, limits: SheetLimits) -> None:
        super().__init__(limits)
        self.limits = limits
        self.strings: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.strings.append(self.pop_text())
            if len(self.strings) > self.limits.cells:
                reject("too_many_cells", f"expected at most {self.limits.cells:,} texts in a workbook; split it")


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character.isprintable() else " "  # mostly a line break; never half a surrogate pair
