"""The process that reads one sheet: ``python -m chalicelib.rent_roll.subprocess_main CPU_S MEMORY_MB``.

Its input is a line of JSON with what goes with the file, and then the file; its answer is the plan as JSON. It
limits itself before it has seen a byte of the file, and knows no database, no setting and no secret.
"""

import json
import os
import resource
import sys
import traceback
from contextlib import suppress

from chalicelib.rent_roll.model import fingerprint
from chalicelib.rent_roll.parser import parse_rent_roll
from chalicelib.rent_roll.serialization import serialize_rent_roll

OUT_OF_MEMORY = 77  # exit statuses
FAILED = 78


def set_resource_limits(cpu_s: int, memory_mb: int) -> None:
    """Make the kernel kill this process after ``cpu_s`` of CPU time, and limit its memory to ``memory_mb``."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    memory_bytes = memory_mb * 1_000_000
    with suppress(ValueError, OSError):  # macOS has no such limit; Linux, which runs in production, has
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def parse_input() -> bytes:
    options = json.loads(sys.stdin.buffer.readline())
    plan = parse_rent_roll(sys.stdin.buffer.read(), property_name=options["property_name"], due_day=options["due_day"])
    return serialize_rent_roll(plan, fingerprint(plan))


def main() -> None:
    set_resource_limits(int(sys.argv[1]), int(sys.argv[2]))
    try:
        answer = parse_input()
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # a normal exit may need memory too
    except Exception as error:  # noqa: BLE001 - reported, without its message
        # The location and not the message, which may contain a cell.
        frames = traceback.extract_tb(error.__traceback__)
        places = " ← ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        sys.stderr.write(f"{type(error).__name__} at {places}\n")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
