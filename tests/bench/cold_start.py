"""What ``import app`` costs beside the libraries that it stands on, from the tree and from the deployment zip."""

import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from terraform.packaging.__main__ import ZIP, package
from tests.bench.report import Figure

TIMES = 15
MOST = 1.8
LIBRARIES = "import chalice, sqlalchemy, marshmallow"
FOREIGN = ("boto3", "botocore", "alembic", "openpyxl", "apispec", "jwt", "cryptography", "aws_encryption_sdk")


def measure(times: int = TIMES) -> Iterator[Figure]:
    """Yield the ratio of ``import app`` to its libraries in fresh processes, by turns.

    All have their bytecode: in the tree as after the first start, from the zip the one that lies in it. There the
    bytecode is unchecked and the folder is not written to, as on Lambda.
    """
    with tempfile.TemporaryDirectory() as cache:
        ours, theirs = _by_turns(Path.cwd(), {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": cache}, times)
    yield Figure("import app, in the tree", ours * 1000, "ms")
    yield Figure("import app beside its libraries, in the tree", ours / theirs, "×", MOST)
    with tempfile.TemporaryDirectory() as folder:
        package(Path(folder))
        zipped = Path(folder) / ZIP
        yield Figure("deployment zip", zipped.stat().st_size / 1e6, "MB", 25)
        root = Path(folder) / "task"
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(root)
        ours, theirs = _by_turns(root, {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(root)}, times)
        yield Figure("import app, from the zip", ours * 1000, "ms")
        yield Figure("import app beside its libraries, from the zip", ours / theirs, "×", MOST)
    loaded = f"import app, sys; print(sum(name in sys.modules for name in {FOREIGN!r}))"
    seen = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True, timeout=60)
    yield Figure(f"of {', '.join(FOREIGN)} imported by it", int(seen.stdout), "modules", 0)


def _by_turns(root: Path, environment: dict[str, str], times: int) -> tuple[float, float]:
    """Return the medians in seconds of importing the app and of importing its libraries."""
    _seconds("import app", root, environment)  # leaves its bytecode, where that is written
    ours, theirs = [], []
    for _ in range(times):
        ours.append(_seconds("import app", root, environment))
        theirs.append(_seconds(LIBRARIES, root, environment))
    return statistics.median(ours), statistics.median(theirs)


def _seconds(code: str, root: Path, environment: dict[str, str]) -> float:
    """Return what ``code`` takes by the new process's own clock: who waits for it looks only every 50 ms."""
    timed = f"import time; begun = time.perf_counter(); {code}; print(time.perf_counter() - begun)"
    ran = subprocess.run(
        [sys.executable, "-c", timed],
        check=True,
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return float(ran.stdout)
