"""A landlord's books on each database, and the proof of their invariants after every test."""

from collections.abc import Iterator

import pytest

from chalicelib.runtime.resources import Resources
from tests.money import Money


@pytest.fixture
def books(resources: Resources) -> Iterator[Money]:
    """Books of an organisation of the test's own; whatever the test did, their invariants must hold."""
    made = Money.found(resources)
    yield made
    assert made.broken() == []
