"""How a measurement is told, and the few ways in which things are measured."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.api.client import Answer, Client


class Figure(NamedTuple):
    """One promise: what was seen, in ``unit``, and the most that is promised (none: told only)."""

    what: str
    seen: float
    unit: str
    most: float | None = None

    @property
    def kept(self) -> bool:
        return self.most is None or self.seen <= self.most


def show(figure: Figure) -> None:
    promise = "" if figure.most is None else f"  (at most {figure.most:g} {figure.unit})"
    mark = " " if figure.kept else "✗"
    print(f"  {mark} {figure.what}: {figure.seen:.3g} {figure.unit}{promise}", flush=True)


def median_ms(work: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the median of ``times`` runs in milliseconds by ``clock``, after five that do not count."""
    for _ in range(5):
        work()
    seen = []
    for _ in range(times):
        begun = clock()
        work()
        seen.append((clock() - begun) * 1000)
    return statistics.median(seen)


def side_by_side_ms(
    works: Iterable[Callable[[], object]], times: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Return each work's median in milliseconds by ``clock``, by turns: the machine's moods fall on all alike."""
    each = list(works)
    for work in each:
        for _ in range(5):
            work()
    seen: list[list[float]] = [[] for _ in each]
    for _ in range(times):
        for place, work in enumerate(each):
            begun = clock()
            work()
            seen[place].append((clock() - begun) * 1000)
    return [statistics.median(row) for row in seen]


def ok(answer: Answer) -> Answer:
    """Return ``answer``; a benchmark of refusals would be fast and mean nothing."""
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {answer.text[:500]}")
    return answer


def reading(client: Client, path: str) -> Callable[[], Answer]:
    return lambda: ok(client.get(path))


def in_fresh_process(module: str, *arguments: str) -> str:
    """Run ``module`` in a process of its own, so that its memory is its own, and return what it printed."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=1800)
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}: {done.stderr[-3000:]}")
    return done.stdout
