"""Hostile uploads: what each costs before it gets its verdict, and whom they hold up."""

import datetime as dt
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from chalicelib.clock import NAIROBI, SystemClock, day_of
from chalicelib.gateways.key_file import KeyFile
from chalicelib.imports.subprocess_parser import UploadedFile, parse_in_subprocess
from chalicelib.rent_roll.parser import parse_rent_roll
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.storage.migrate import upgrade
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.model import HEAVY, LANES
from tests.api.client import Client
from tests.api.imports import SAMPLE, commit
from tests.bench.report import Figure, in_fresh_process
from tests.hostile_sheets import CORPUS, Hostile, largest_csv
from tests.sheet_mutations import mutations

SHEETS = 20_000
SEED = 20261130
MAX_S = 600


def measure(sheets: int = SHEETS, corpus: Sequence[Hostile] = CORPUS) -> Iterator[Figure]:
    yield from _verdicts(corpus)
    yield from _held_up()
    yield from _generated(sheets)


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


def _held_up() -> Iterator[Figure]:
    """Queue a bill run and an upload behind ten of another organisation, on SQLite, where one writer holds up all."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        upgrade(url)
        engine = make_engine(url, timeout_s=30)
        with using(Resources(engine, engine, SystemClock(), KeyFile(str(Path(folder) / "keys.json")))) as parts:
            hostile, honest = _organisation("+254700000001"), _organisation("+254700000002")
            _work(parts, commit(honest, _uploaded(parts, honest)).json["id"], HEAVY)
            content = largest_csv()
            for _ in range(10):
                hostile.post("/v1/imports", content, Content_Type="text/csv")
            begun = time.perf_counter()
            month = day_of(dt.datetime.now(dt.UTC), NAIROBI).strftime("%Y-%m")
            waiting = {
                "bill run": honest.post("/v1/bill-runs", {"period": month}).json["id"],
                "upload": honest.post("/v1/imports", SAMPLE, Content_Type="text/csv").json["task_id"],
            }
            threads = [threading.Thread(target=tasks.run_tasks, args=(parts,), kwargs={"lane": lane}) for lane in LANES]
            for thread in threads:
                thread.start()
            done = {name: _done_after_s(honest, task_id, begun) for name, task_id in waiting.items()}
            for thread in threads:
                thread.join(MAX_S)
            all_s = time.perf_counter() - begun
        engine.dispose()
    yield Figure("a bill run behind ten uploads of another organisation is done after", done["bill run"], "s", 15)
    yield Figure("an upload behind them has its verdict after", done["upload"], "s", 30)
    yield Figure("the ten have theirs after", all_s, "s")


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
