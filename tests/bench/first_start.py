"""What `make run` costs when it is started for the first time and makes the demo, beside an import of the app.

How long it takes by the clock is promised in seconds: whoever tries the project for the first time waits for it.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.report import Figure
from tests.local.test_run import running

TIMES = 5
MOST = 18
MOST_S = 10


def measure(times: int = TIMES, *, with_demo: bool = True) -> Iterator[Figure]:
    """Yield the CPU of the first start in seconds, and in imports of the app: unlike seconds alike on every machine."""
    begun = _children_s()
    for _ in range(times):
        subprocess.run([sys.executable, "-c", "import app"], check=True, env=os.environ, timeout=60)
    imported_s = (_children_s() - begun) / times
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), with_demo=with_demo) as run:
        waited_s = time.perf_counter() - begun
        spent = [process.cpu_times() for process in (psutil.Process(run.program.pid), *run.children())]
        started_s = sum(float(each.user + each.system) for each in spent)
    yield Figure("first start with the demo, until a request is answered", waited_s, "s", MOST_S)
    yield Figure("CPU of it", started_s, "s")
    yield Figure("the same in imports of the app", started_s / imported_s, "×", MOST)


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
