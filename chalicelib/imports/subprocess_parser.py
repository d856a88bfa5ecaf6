"""Reading a sheet in a process of its own, which ends where the file takes too long or too much memory to read.

Nobody else reads uploaded files. What a file holds cannot be foretold from its size, and a thread or a request
that is stuck in one cannot be ended; a process can. It gets bytes and gives JSON, by pipes alone.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from chalicelib import config
from chalicelib.rent_roll.model import Problem, RentRoll, fingerprint
from chalicelib.rent_roll.serialization import deserialize_rent_roll

ROOT = Path(__file__).parents[2]
WORKER_MODULE = "chalicelib.rent_roll.subprocess_main"
OUT_OF_MEMORY = 77  # of subprocess_main; a test compares. To import it would be to read sheets here


class ResourceLimits(NamedTuple):
    """What reading one file may take: CPU, memory, and time by the clock, which a busy machine makes longer."""

    cpu_s: int = 10
    memory_mb: int = 280
    wall_s: int = 40  # less than tasks.CLAIM_S, for which the task is held meanwhile


class UploadedFile(NamedTuple):
    """A file as it was uploaded, with what goes with it."""

    content: bytes
    property_name: str
    due_day: int


class ParsedUpload(NamedTuple):
    """What the file comes to: the fingerprint is of the plan, as ``model.fingerprint`` has it."""

    plan: RentRoll
    fingerprint: str


class ParserFailed(Exception):
    """The process ended by a fault of its own; the text tells where, and nothing of the file."""


TOO_LONG = Problem("error", "takes_too_long", "this file takes too long to read; save the one sheet that is meant anew")
TOO_MUCH_MEMORY = Problem(
    "error", "takes_too_much_memory", "this file takes too much memory to read; save the one sheet that is meant anew"
)


def parser_command(bounds: ResourceLimits) -> list[str]:
    """Return how the process is begun, in ``ROOT``: a Python that looks at no environment and for no other packages."""
    return [sys.executable, "-E", "-s", "-S", "-m", WORKER_MODULE, str(bounds.cpu_s), str(bounds.memory_mb)]


def parse_in_subprocess(stored: UploadedFile, bounds: ResourceLimits = ResourceLimits()) -> ParsedUpload:  # noqa: B008 - it is a tuple
    """Return what the file comes to; where it is beyond the bounds, a plan with that as its problem.

    Raises:
        ParserFailed: the fault is ours.
    """
    options = json.dumps({"property_name": stored.property_name, "due_day": stored.due_day}).encode()
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - our own module, and the file comes by its input
        parser_command(bounds), cwd=ROOT, env=config.reader_environment(), stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        try:
            output, error_output = process.communicate(options + b"\n" + stored.content, timeout=bounds.wall_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return _with_problem(TOO_LONG)
        except BaseException:
            process.kill()
            raise
    if process.returncode == 0:
        return ParsedUpload(*deserialize_rent_roll(output))
    if process.returncode == -signal.SIGXCPU:
        return _with_problem(TOO_LONG)
    if process.returncode == OUT_OF_MEMORY or process.returncode < 0:
        return _with_problem(TOO_MUCH_MEMORY)  # a signal: the kernel, or a library that does not check what it is given
    raise ParserFailed(error_output[-1_000:].decode(errors="replace").strip() or f"exit status {process.returncode}")


def _with_problem(problem: Problem) -> ParsedUpload:
    plan = RentRoll("", problems=(problem,))
    return ParsedUpload(plan, fingerprint(plan))
