"""Measure speed and memory: ``make bench``, or ``make bench ONLY=arrears`` for one part.

Each part prints what it saw beside what is promised. A miss is told, and makes the exit status 1;
the tests never assert a time, because a busy machine is no fault of the code.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    arrears,
    bill_run,
    cold_start,
    dispatch,
    first_start,
    lists,
    memory,
    reminders,
    scale,
    serializers,
    uploads,
)
from tests.bench.report import Figure, show

PARTS: dict[str, Callable[[], Iterator[Figure]]] = {
    "cold_start": cold_start.measure,
    "first_start": first_start.measure,
    "lists": lists.measure,
    "memory": memory.measure,
    "arrears": arrears.measure,
    "bill_run": bill_run.measure,
    "reminders": reminders.measure,
    "dispatch": dispatch.measure,
    "uploads": uploads.measure,
    "scale": scale.measure,
    "serializers": serializers.measure,
}


def main(chosen: list[str]) -> int:
    unknown = sorted(set(chosen) - set(PARTS))
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    _write_logs_to_nowhere()
    figures: list[Figure] = []
    for name in chosen or list(PARTS):
        print(f"— {name}", flush=True)
        for figure in PARTS[name]():
            show(figure)
            figures.append(figure)
    missed = [figure for figure in figures if not figure.kept]
    print(f"{len(figures) - len(missed)} of {len(figures)} promises kept")
    return 1 if missed else 0


def _write_logs_to_nowhere() -> None:
    """Log as in earnest, since that costs too, but keep the lines off the screen."""
    nowhere = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends
    for handler in logging.getLogger("plotihub").handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(nowhere)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
