"""Results of the proof of the books."""

import datetime as dt
from typing import NamedTuple


class Difference(NamedTuple):
    """A place where the books do not agree: what it is (``subject``, ``id``), what was expected and what was found."""

    subject: str
    id: str
    expected: str
    found: str


class Finding(NamedTuple):
    """One invariant: ``statement`` describes it; ``checked`` counts what was compared."""

    name: str
    statement: str
    holds: bool
    checked: int
    differences: list[Difference]


class Proof(NamedTuple):
    holds: bool
    at: dt.datetime
    findings: list[Finding]
