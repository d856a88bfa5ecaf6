"""What `make run` costs when it is started for the first time and makes the demo, beside an import of the app."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.report import Figure
from tests.local.test_run import running

TIMES = 5
MOST = 16


def measure() -> Iterator[Figure]:
    """Yield the CPU of the first start in seconds, and in imports of the app: unlike seconds alike on every machine."""
    begun = _children_s()
    for _ in range(TIMES):
        subprocess.run([sys.executable, "-c", "import app"], check=True, env=os.environ, timeout=60)
    imported_s = (_children_s() - begun) / TIMES
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), with_demo=True) as run:
        times = [process.cpu_times() for process in (psutil.Process(run.program.pid), *run.children())]
        started_s = sum(float(each.user + each.system) for each in times)
    yield Figure("first start with the demo, CPU", started_s, "s")
    yield Figure("the same in imports of the app", started_s / imported_s, "×", MOST)


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
