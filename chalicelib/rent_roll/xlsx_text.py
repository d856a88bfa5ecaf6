"""The texts of a workbook: those of its cells, and those that cells share and name by their place."""

import re

from chalicelib.rent_roll.sheet import SheetLimits
from chalicelib.rent_roll.xlsx_package import Attributes, Walker, reject

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how the format writes what XML cannot


class TextWalker(Walker):
    """Gathers the text of <t>, but for what tells how it is pronounced; no more of it than a cell may hold."""

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

    def taken(self) -> str:
        text = "".join(self._texts)
        self._texts, self._length, self._phonetic = [], 0, False
        return _ESCAPED.sub(_unescaped, text) if "_x" in text else text


class SharedStrings(TextWalker):
    """Collects the texts that cells name by their place."""

    def __init__(self, limits: SheetLimits) -> None:
        super().__init__(limits)
        self.limits = limits
        self.strings: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.strings.append(self.taken())
            if len(self.strings) > self.limits.cells:
                reject("too_many_cells", f"expected at most {self.limits.cells:,} texts in a workbook; split it")


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character.isprintable() else " "  # a line break mostly; half a character never
