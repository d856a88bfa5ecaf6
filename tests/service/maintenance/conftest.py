"""A landlord's books on each database; a maintenance request moves no money, so no invariant is proved."""

import pytest

from chalicelib import wiring
from tests.money import Money


@pytest.fixture
def books(parts: wiring.Parts) -> Money:
    return Money.found(parts)
