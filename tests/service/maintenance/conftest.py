"""A landlord's books on each database; a maintenance request moves no money, so no invariant is proved."""

import pytest

from chalicelib.runtime.resources import Resources
from tests.money import Money


@pytest.fixture
def books(resources: Resources) -> Money:
    return Money.found(resources)
