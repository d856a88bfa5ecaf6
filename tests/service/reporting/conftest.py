"""A landlord of its own for each test."""

import pytest

from chalicelib.runtime.resources import Resources
from tests.service.reporting.landlord import Landlord, found


@pytest.fixture
def landlord(resources: Resources) -> Landlord:
    return found(resources)
