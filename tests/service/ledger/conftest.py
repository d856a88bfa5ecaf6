"""An organisation, and entries to post to its ledger."""

from uuid import UUID, uuid4

import pytest

from chalicelib import organisations
from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources


@pytest.fixture
def organisation_id(resources: Resources, clock: ManualClock) -> UUID:
    phone = f"+2547{uuid4().int % 10**8:08d}"
    with resources.writing() as db:
        return organisations.found_organisation(db, phone, name="Acme", person_name="Amina", now=clock.now()).id
