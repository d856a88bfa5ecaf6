"""A landlord of its own for each test."""

import pytest

from chalicelib import wiring
from tests.service.reporting.landlord import Landlord, found


@pytest.fixture
def landlord(parts: wiring.Parts) -> Landlord:
    return found(parts)
