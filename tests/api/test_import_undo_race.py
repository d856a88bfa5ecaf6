"""Whatever is built while an import is being undone finds it gone, and is told so."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from chalicelib import imports
from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests.api import test_import_undo as building
from tests.api.client import Answer, Client
from tests.api.imports import everything, proof
from tests.api.test_import_at_once import claimed
from tests.api.test_import_undo import committed  # noqa: F401 - a fixture
from tests.contexts import context

pytestmark = pytest.mark.usefixtures("resources")

BUILT = (
    building.pay,
    building.charge,
    building.bill,
    building.void,
    building.change_rent,
    building.change_tenant,
    building.charge_every_month,
    building.add_unit,
    building.name_caretaker,
)


def in_thread(work: Callable[[], Answer], told: list[Answer]) -> threading.Thread:
    thread = threading.Thread(target=lambda: told.append(work()))
    thread.start()
    return thread


@pytest.mark.parametrize("build", BUILT)
def test_what_meets_an_undo_is_told_that_it_is_gone(
    owner: Client,
    resources: Resources,
    clock: ManualClock,
    committed: dict[str, Any],  # noqa: F811
    build: Callable[[Client, dict[str, Any]], Answer],
) -> None:
    task = claimed(resources, owner, owner.post(f"/v1/imports/{committed['id']}/undo"))
    told: list[Answer] = []
    builder: list[threading.Thread] = []

    def undo(db: Connection) -> None:
        imports.undo_import(context(db, task.organisation_id, now=clock.now()), task)
        builder.append(in_thread(lambda: build(owner, committed), told))
        builder[0].join(0.4)

    resources.transact(undo)
    builder[0].join(20)
    assert [each.status for each in told] in ([404], [422], [409]), told[0].text
    assert everything(owner, "/v1/leases") == []
    assert proof(owner) == []
