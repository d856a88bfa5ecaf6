"""Uploads: what honest ones cost, what hostile ones cost before their verdict, and whom these hold up."""

import datetime as dt
import io
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import openpyxl

from chalicelib.clock import NAIROBI, SystemClock, day_of
from chalicelib.gateways.key_file import KeyFile
from chalicelib.imports.preview import MAX_WAITING
from chalicelib.imports.subprocess_parser import UploadedFile, parse_in_subprocess
from chalicelib.rent_roll.parser import parse_rent_roll
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.storage.migrate import upgrade
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.model import HEAVY, LANES
from tests.api.client import Client
from tests.api.imports import SAMPLE, commit
from tests.bench.report import Figure, in_fresh_process, side_by_side_ms
from tests.hostile_sheets import CORPUS, HEADINGS, Hostile, honest_rows, largest_csv
from tests.sheet_mutations import mutations

SHEETS = 20_000
SEED = 20261130
MAX_S = 600
MOST = 2.7
MOST_BEHIND = 2.0


class Size(NamedTuple):
    """How much of each is measured: ``crowd`` uploads of another organisation, of ``largest`` leases each, lie ahead.

    An organisation may have ``MAX_WAITING`` of them waiting; a further one is refused.
    """

    honest: int = 5_000
    corpus: Sequence[Hostile] = CORPUS
    crowd: int = MAX_WAITING
    largest: int = 19_989
    sheets: int = SHEETS
    times: int = 5


def measure(size: Size = Size()) -> Iterator[Figure]:  # noqa: B008 - it is a tuple
    yield from _honest(size.honest, size.times)
    yield from _verdicts(size.corpus)
    yield from _held_up(size.crowd, size.largest)
    yield from _generated(size.sheets)


def _honest(leases: int, times: int) -> Iterator[Figure]:
    """Parse a workbook into a rent roll, beside openpyxl that returns its cells and understands none of them."""
    content = _workbook(leases)
    if len(parse_rent_roll(content).leases) != leases:
        raise RuntimeError("the workbook is not parsed into as many leases as it has")
    ours_ms, theirs_ms = side_by_side_ms(
        [lambda: parse_rent_roll(content), lambda: _read_by_openpyxl(content)], times, time.process_time
    )
    yield Figure(f"workbook of {leases:,} leases read by openpyxl, CPU", theirs_ms, "ms")
    yield Figure("the same parsed into a rent roll, CPU", ours_ms, "ms")
    yield Figure("parsed beside openpyxl", ours_ms / theirs_ms, "×", MOST)


def _workbook(leases: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Rent roll")
    for row in (HEADINGS, *honest_rows(leases)):
        sheet.append([int(cell) if cell.isdecimal() and cell[0] != "0" else cell for cell in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _read_by_openpyxl(content: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    count = sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))
    book.close()
    return count


def _verdicts(corpus: Sequence[Hostile]) -> Iterator[Figure]:
    seen: list[tuple[float, float]] = []
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for hostile in corpus:
            file = Path(folder) / "upload"
            file.write_bytes(hostile.make())
            cpu, peak, verdict = in_fresh_process("tests.bench.uploads", str(file)).split()
            seen.append((float(cpu), float(peak)))
            missed += (hostile.verdict or "read") not in verdict.split("|")
            size = file.stat().st_size / 1000
            print(f"    {hostile.name:42} {size:8.1f} kB {float(cpu):6.2f} s {float(peak):4.0f} MB  {hostile.verdict}")
    yield Figure(f"{len(corpus)} hostile uploads: CPU of the dearest", max(cpu for cpu, _ in seen), "s", 12)
    yield Figure("memory of the largest", max(peak for _, peak in seen), "MB", 300)
    yield Figure("of them without the right verdict", missed, "uploads", 0)


class Waits(NamedTuple):
    """Seconds until each is done: ``alone`` is one upload of the crowd with nobody ahead of it."""

    alone: float
    bill_run: float
    upload: float
    crowd: float


def _held_up(crowd: int, leases: int) -> Iterator[Figure]:
    """Queue a bill run and an upload behind ``crowd`` of another organisation, on SQLite: one writer holds up all."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        upgrade(url)
        engine = make_engine(url, timeout_s=30)
        with using(Resources(engine, engine, SystemClock(), KeyFile(str(Path(folder) / "keys.json")))) as parts:
            waits = _wait_behind(parts, crowd, largest_csv(leases))
        engine.dispose()
    yield Figure(f"one upload of {leases:,} leases has its verdict after", waits.alone, "s")
    behind = f"behind {crowd} such of another organisation"
    yield Figure(f"a bill run {behind} is done after", waits.bill_run, "s", 15)
    yield Figure(f"a small upload {behind} has its verdict after", waits.upload, "s")
    yield Figure("the same beside one of them alone", waits.upload / waits.alone, "×", MOST_BEHIND)
    yield Figure(f"the {crowd} have theirs after", waits.crowd, "s")


def _wait_behind(parts: Resources, crowd: int, content: bytes) -> Waits:
    hostile, honest = _organisation("+254700000001"), _organisation("+254700000002")
    _work(parts, commit(honest, _uploaded(parts, honest)).json["id"], HEAVY)
    begun = time.perf_counter()
    _work(parts, _upload(hostile, content), HEAVY)
    alone_s = time.perf_counter() - begun
    for _ in range(crowd):
        _upload(hostile, content)
    begun = time.perf_counter()
    month = day_of(dt.datetime.now(dt.UTC), NAIROBI).strftime("%Y-%m")
    bill_run = honest.post("/v1/bill-runs", {"period": month}).json["id"]
    upload = _upload(honest, SAMPLE)
    threads = [threading.Thread(target=tasks.run_tasks, args=(parts,), kwargs={"lane": lane}) for lane in LANES]
    for thread in threads:
        thread.start()
    bill_run_s, upload_s = _done_after_s(honest, bill_run, begun), _done_after_s(honest, upload, begun)
    for thread in threads:
        thread.join(MAX_S)
    return Waits(alone_s, bill_run_s, upload_s, time.perf_counter() - begun)


def _generated(sheets: int) -> Iterator[Figure]:
    raised, begun = 0, time.process_time()
    for content in mutations(random.Random(SEED), sheets):
        try:
            parse_rent_roll(content)
        except Exception as error:  # noqa: BLE001 - it is what is counted
            raised += 1
            print(f"    {type(error).__name__}: {error}"[:160])
    yield Figure(f"{sheets:,} generated sheets: exceptions", raised, "sheets", 0)
    yield Figure("each of them, CPU", (time.process_time() - begun) / sheets * 1000, "ms")


def _organisation(phone: str) -> Client:
    client = Client(phone)
    client.organisation_id = client.post("/v1/organisations", {"name": "Acme", "person_name": "Amina"}).json["id"]
    return client


def _upload(client: Client, content: bytes) -> str:
    answer = client.post("/v1/imports", content, Content_Type="text/csv")
    if answer.status != 202:
        raise RuntimeError(f"{answer.status}: {answer.text[:500]}")
    task_id: str = answer.json["task_id"]
    return task_id


def _uploaded(parts: Resources, client: Client) -> dict[str, str]:
    answer = client.post("/v1/imports", SAMPLE, Content_Type="text/csv").json
    _work(parts, answer["task_id"], HEAVY)
    read: dict[str, str] = client.get(f"/v1/imports/{answer['id']}").json
    return read


def _work(parts: Resources, task_id: str, lane: str) -> None:
    if not tasks.run_tasks(parts, lane=lane):
        raise RuntimeError(f"nobody works {task_id}")


def _done_after_s(client: Client, task_id: str, begun: float) -> float:
    while client.get(f"/v1/tasks/{task_id}").json["status"] not in ("done", "failed"):
        if time.perf_counter() - begun > MAX_S:
            break
        time.sleep(0.05)
    return time.perf_counter() - begun


def main(path: str) -> None:
    content = Path(path).read_bytes()
    read = parse_in_subprocess(UploadedFile(content, "", 5))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    errors = {problem.code for problem in read.plan.problems if problem.severity == "error"}
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, "|".join(sorted(errors)) or "read")


if __name__ == "__main__":
    main(sys.argv[1])
