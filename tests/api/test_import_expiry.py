"""A sheet that nobody committed is forgotten after thirty days, and its import says so."""

import datetime as dt
from uuid import UUID

from sqlalchemy import func, select, update

from chalicelib.clock import ManualClock
from chalicelib.imports import preview
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.imports import imports
from chalicelib.storage.tables.organisations import data_keys
from chalicelib.storage.tables.tasks import tasks
from chalicelib.tasks.jobs import sweep_old
from local.runner import event_at
from tests.api.client import Client
from tests.api.imports import commit, dumped, row, sheet, upload, worked


def keys(resources: Resources, client: Client) -> int:
    query = select(func.count()).where(data_keys.c.organisation_id == UUID(client.organisation_id))
    with resources.reading() as db:
        return db.scalar(query) or 0


def sweep(clock: ManualClock) -> None:
    sweep_old(event_at(clock.at, "sweep_old"), None)


def status(client: Client, import_id: str) -> str:
    told: str = client.get(f"/v1/imports/{import_id}").json["status"]
    return told


def test_a_sheet_that_nobody_committed_is_forgotten_after_thirty_days(
    owner: Client, resources: Resources, clock: ManualClock
) -> None:
    old = upload(owner, sheet(row("A1", name="Barasa 20007919"), row("A2", balance="Barasa owes 500"))).json
    assert (old["status"], keys(resources, owner)) == ("previewed", 1)
    clock.at += dt.timedelta(days=1)
    young = upload(owner, sheet(row("B1"))).json
    clock.at += preview.RETENTION - dt.timedelta(hours=2)
    sweep(clock)
    assert status(owner, old["id"]) == "expired"
    assert status(owner, young["id"]) == "previewed"
    told = owner.get(f"/v1/imports/{old['id']}").json
    assert (told["summary"], told["version"]) == (old["summary"], old["version"] + 1)
    assert owner.get(f"/v1/imports/{old['id']}/problems").json["items"] == []
    assert keys(resources, owner) == 1
    with resources.reading() as db:
        query = select(imports.c.content_sealed, imports.c.problems_sealed).where(imports.c.id == UUID(old["id"]))
        assert tuple(db.execute(query).one()) == (None, None)
    assert "Barasa" not in dumped(resources, owner.organisation_id)
    refused = commit(owner, old)
    assert (refused.status, refused.json["import_status"]) == (409, "expired")
    assert worked(owner, resources, commit(owner, young))["status"] == "done"
    clock.at += dt.timedelta(days=60)
    sweep(clock)
    assert (status(owner, old["id"]), status(owner, young["id"])) == ("expired", "committed")


def test_a_sheet_whose_task_failed_is_forgotten_too_but_none_that_is_worked_on(
    owner: Client, resources: Resources, clock: ManualClock
) -> None:
    failed, committing = (upload(owner, sheet(row(unit, house=unit))).json for unit in ("C1", "C2"))
    for each in (failed, committing):
        assert commit(owner, each).status == 202
    with resources.writing() as db:
        of_it = select(imports.c.task_id).where(imports.c.id == UUID(failed["id"])).scalar_subquery()
        db.execute(update(tasks).where(tasks.c.id == of_it).values(status="failed"))
    clock.at += preview.RETENTION + dt.timedelta(seconds=1)
    sweep(clock)
    assert (status(owner, failed["id"]), status(owner, committing["id"])) == ("expired", "committing")
    assert keys(resources, owner) == 1


def test_many_are_forgotten_in_sets(owner: Client, resources: Resources, clock: ManualClock) -> None:
    ids = [upload(owner, sheet(row(f"D{number}", house=f"House {number}"))).json["id"] for number in range(3)]
    clock.at += preview.RETENTION + dt.timedelta(seconds=1)
    while resources.transact(lambda db: preview.expire_sheets(db, clock.at, at_once=2)):
        pass
    assert [status(owner, each) for each in ids] == ["expired"] * 3
