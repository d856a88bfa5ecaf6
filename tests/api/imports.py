"""What the tests of imports share: sheets, uploads and ticking the schedule that works tasks."""

import csv
import io
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.storage.tables import metadata
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.model import HEAVY
from tests.api.client import Answer, Client

SAMPLE = (Path(__file__).parents[1] / "data" / "rent-roll.csv").read_bytes()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("Property", "Hse No.", "Rent", "Tenant Name", "Phone", "ID No", "Deposit", "Moved in", "Balance")
# What a preview may write, and what any request does.
OF_A_PREVIEW = {"import", "data_key", "audit_event", "task"}


def sheet(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([headings, *rows])
    return written.getvalue().encode()


def row(unit: str, name: str = "Juma Koech", balance: str = "0", house: str = "Mwangaza Court") -> tuple[str, ...]:
    return (house, unit, "12,000", name, "0712 345 678", "20071271", "10,000", "1/6/2025", balance)


def upload(client: Client, content: bytes, query: str = "", kind: str = "text/csv") -> Answer:
    """Upload the sheet and work its preview, and whatever else is heavy; return the import as it then stands.

    Where the upload is refused, return that.
    """
    answer = client.post(f"/v1/imports{query}", content, Content_Type=kind)
    if answer.status != 202:
        return answer
    tasks.run_tasks(get_resources(), lane=HEAVY)
    return client.get(f"/v1/imports/{answer.json['id']}")


def commit(client: Client, imported: dict[str, Any], opening_on: str | None = None) -> Answer:
    body = {"opening_on": opening_on} if opening_on else {}
    path = f"/v1/imports/{imported['id']}"
    return client.post(f"{path}/commit", body, If_Match=client.get(path).etag)


def worked(client: Client, resources: Resources, queued: Answer) -> dict[str, Any]:
    """Work what is queued and return the task that ``queued`` answered with, as it then stands."""
    assert queued.status == 202, queued.text
    tasks.run_tasks(resources)
    found: dict[str, Any] = client.get(queued.headers["Location"]).json
    return found


def row_counts(resources: Resources, organisation_id: str | None) -> dict[str, int]:
    with resources.reading() as db:
        return {
            table.name: db.scalar(
                select(func.count()).select_from(table).where(table.c.organisation_id == UUID(organisation_id))
            )
            or 0
            for table in metadata.sorted_tables
            if "organisation_id" in table.c
        }


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Return by how much each table has grown; those that have not are left out."""
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def proof(client: Client) -> list[str]:
    """Return the invariants that do not hold."""
    told = client.get("/v1/ledger/proof")
    assert told.status == 200, told.text
    return [each["name"] for each in told.json["findings"] if not each["holds"]]


def everything(client: Client, path: str) -> list[dict[str, Any]]:
    """Return all items of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.get(f"{path}{'&' if '?' in path else '?'}limit=50{cursor}").json
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"


def dumped(resources: Resources, organisation_id: str | None, *names: str) -> str:
    """Return the organisation's rows of the tables as text, bytes shown as their letters, in lower case."""
    kept = []
    with resources.reading() as db:
        for table in metadata.sorted_tables:
            if names and table.name not in names:
                continue
            key = next((table.c[name] for name in ("organisation_id", "scope_id") if name in table.c), None)
            if key is not None:
                rows = db.execute(select(table).where(key == UUID(organisation_id)))
                kept += [
                    cell.decode("latin-1") if isinstance(cell, bytes) else str(cell) for each in rows for cell in each
                ]
    return "\n".join(kept).casefold()
